// SPDX-License-Identifier: Apache-2.0
// The HTTPS front over real sockets: what it refuses, what it adds, and that whoever is slow, greedy or garbled costs
// nobody else anything. Rules that need no socket are tried on heads.
#include "server/shared/http_front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/shared/http_rules.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_front_under_test.h"

namespace aangan::server {
namespace {

using tests::Echo;
using tests::HttpsAnswer;
using tests::HttpsConnection;
using tests::HttpsPeer;
using tests::HttpsRequest;
using tests::kNeighbour;

class HttpFrontTest : public tests::HttpFrontUnderTest {
 protected:
  // The answer to these bytes, and that the connection ends with it.
  int RefusedWith(const std::string& bytes) const {
    const auto connection = HttpsConnection::Open(Peer());
    if (connection == nullptr) return -1;
    connection->Send(bytes);
    const auto answer = connection->Receive();
    if (!answer) return 0;
    EXPECT_TRUE(connection->EndsWithin(absl::Seconds(5)));
    return answer->status;
  }

  std::thread later_;
};

TEST_F(HttpFrontTest, HandsRequestsOnAndKeepsTheConnection) {
  Start({{"/exact", [](const HttpRequest&, const HttpReply& reply) { reply(InWords(200, "exact")); }}});
  const auto connection = HttpsConnection::Open(Peer());
  ASSERT_NE(connection, nullptr);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection->Send(tests::Written({"POST", "/a/b?c=%20d", {}, "body"})));
    const auto answer = connection->Receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "POST /a/b?c=%20d body");
  }
  // Two at once are answered one after the other.
  ASSERT_TRUE(connection->Send(tests::Written({"GET", "/exact"}) + tests::Written({"GET", "/exact?q"})));
  EXPECT_EQ(connection->Receive()->body, "exact\n");
  EXPECT_EQ(connection->Receive()->body, "exact\n");
  ASSERT_TRUE(connection->Send(tests::Written({"HEAD", "/"})));
  const auto head = connection->Receive(true);
  EXPECT_EQ(head->headers.at("content-length"), std::to_string(std::string("HEAD /? ").size()));
  // Whoever asks before it sends a long body is told to go on.
  ASSERT_TRUE(
      connection->Send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
  EXPECT_EQ(connection->Receive()->status, 100);
  ASSERT_TRUE(connection->Send("body"));
  EXPECT_EQ(connection->Receive()->body, "POST /? body");
  ASSERT_TRUE(connection->Send(tests::Written({"GET", "/", {"Connection: close"}})));
  EXPECT_EQ(connection->Receive()->status, 200);
  EXPECT_TRUE(connection->EndsWithin(absl::Seconds(5)));
}

TEST_F(HttpFrontTest, EveryAnswerIsGuardedAndNoOtherOriginMayReadIt) {
  Start();
  for (const HttpsRequest& request : {HttpsRequest{}, HttpsRequest{"OPTIONS"}}) {
    const HttpsAnswer answer = Ask(request);
    for (const char* name : {"content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options",
                             "cross-origin-resource-policy", "cross-origin-opener-policy"})
      EXPECT_EQ(answer.headers.count(name), 1u) << name;
    EXPECT_TRUE(absl::StrContains(answer.headers.at("content-security-policy"), "default-src 'none'"));
    EXPECT_FALSE(absl::StrContains(answer.headers.at("content-security-policy"), "unsafe"));
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_EQ(answer.headers.count("strict-transport-security"), 0u);  // this machine is no name to pin
    for (const auto& [name, value] : answer.headers) EXPECT_FALSE(absl::StartsWith(name, "access-control")) << name;
  }
}

TEST_F(HttpFrontTest, RefusesHeadsOfTwoMindsAndClosesTheConnection) {
  Start();
  const std::string end = "\r\n\r\n";
  const std::string host = "\r\nHost: localhost";
  EXPECT_EQ(RefusedWith("POST / HTTP/1.1" + host + "\r\nContent-Length: 1\r\nContent-Length: 2" + end + "ab"), 400);
  EXPECT_EQ(RefusedWith("POST / HTTP/1.1" + host + "\r\nContent-Length: 1\r\nContent-Length: 1" + end + "a"), 400);
  EXPECT_EQ(
      RefusedWith("POST / HTTP/1.1" + host + "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked" + end + "0\r\n\r\n"),
      400);
  EXPECT_EQ(
      RefusedWith("POST / HTTP/1.1" + host + "\r\nTransfer-Encoding: chunked\r\nContent-Length: 5" + end + "0\r\n\r\n"),
      400);
  for (const char* coding : {"identity", "gzip, chunked", "chunked, gzip", "xchunked"}) {
    EXPECT_EQ(RefusedWith("POST / HTTP/1.1" + host + "\r\nTransfer-Encoding: " + coding + end +
                          "GET /smuggled HTTP/1.1" + host + end),
              400)
        << coding;
  }
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1" + host + "\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b" + end), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1" + host + "\r\nHost: localhost" + end), 400);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.0" + host + end), 505);
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\nX: \x01" + host + end), 400);
  EXPECT_EQ(RefusedWith("rubbish\r\n\r\n"), 400);
  EXPECT_EQ(RefusedWith("TRACE / HTTP/1.1" + host + end), 405);
  EXPECT_EQ(RefusedWith("CONNECT localhost:1 HTTP/1.1" + host + end), 405);
  EXPECT_EQ(RefusedWith("GET http://localhost/ HTTP/1.1" + host + end), 400);
}

TEST_F(HttpFrontTest, AnswersToItsOwnNamesAlone) {
  options_.names = {"node.office.example", "192.0.2.7", "2001:db8::7"};
  Start();
  for (const char* own : {"localhost", "LocalHost:1", "127.0.0.1:7402", "[::1]:7402", "node.office.example",
                          "192.0.2.7:7402", "[2001:db8::7]:7402"})
    EXPECT_EQ(Ask({"GET", "/", {absl::StrCat("Host: ", own)}}).status, 200) << own;
  for (const char* other : {"evil.example", "localhost.evil.example", "127.0.0.2", "", "localhost:x", "localhost:1:2"})
    EXPECT_EQ(Ask({"GET", "/", {absl::StrCat("Host: ", other)}}).status, 421) << other;
  EXPECT_EQ(RefusedWith("GET / HTTP/1.1\r\n\r\n"), 421);
  EXPECT_EQ(Ask({"GET", "/", {"Host: node.office.example"}}).headers.count("strict-transport-security"), 1u);
}

TEST_F(HttpFrontTest, HeadsAndBodiesHaveTheirBounds) {
  Start();
  std::string many;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&many, "X", i, ": y\r\n");
  const int refused = RefusedWith("GET / HTTP/1.1\r\nHost: localhost\r\n" + many + "\r\n");
  EXPECT_TRUE(refused == 431 || refused == 0) << refused;  // the rest of it may break the answer off
  EXPECT_EQ(RefusedWith("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"), 431);
  EXPECT_EQ(Ask({"POST", "/", {}, std::string(256 << 10, 'a')}).status, 200);
  EXPECT_EQ(RefusedWith("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 262145\r\n\r\n"), 413);
  std::string chunks = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) absl::StrAppend(&chunks, "10000\r\n", std::string(0x10000, 'a'), "\r\n");
  const int too_long = RefusedWith(chunks + "0\r\n\r\n");
  EXPECT_TRUE(too_long == 413 || too_long == 0) << too_long;
  ExpectHonestAnswer();
}

TEST_F(HttpFrontTest, WhoeverDripsIsCutOffAtTheDeadlineAndHoldsUpNobody) {
  Start();
  std::vector<std::unique_ptr<HttpsConnection>> dripping;
  for (int i = 0; i < 20; ++i) {
    dripping.push_back(HttpsConnection::Open(Peer()));
    ASSERT_TRUE(dripping.back()->Send("GET / HTTP/1.1\r\nX: "));
  }
  const absl::Time begun = absl::Now();
  bool ended = false;
  while (!ended && absl::Now() - begun < absl::Seconds(20)) {
    for (const auto& connection : dripping) connection->Send("a");
    ExpectHonestAnswer();
    ended = dripping.front()->EndsWithin(absl::Milliseconds(500));
  }
  EXPECT_TRUE(ended);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(14));
}

TEST_F(HttpFrontTest, AHandlerThatBlocksHoldsUpNoConnectionAndAFullPoolSaysSo) {
  options_.other_threads = 2;
  options_.waiting_max = 1;
  absl::Notification go_on;
  std::atomic<int> blocked{0};
  Start({{"/slow",
          [&](const HttpRequest& request, const HttpReply& reply) {
            ++blocked;
            go_on.WaitForNotification();
            Echo(request, reply);
          }},
         {"/later", [&](const HttpRequest& request, const HttpReply& reply) {
            // Replied from another thread, after the handler has returned.
            later_ = std::thread([&go_on, reply, request] {
              go_on.WaitForNotification();
              Echo(request, reply);
            });
          }}});
  const auto later = HttpsConnection::Open(Peer());
  later->Send(tests::Written({"GET", "/later"}));
  std::vector<std::unique_ptr<HttpsConnection>> slow;
  const auto add_slow = [&] {
    slow.push_back(HttpsConnection::Open(Peer()));
    slow.back()->Send(tests::Written({"GET", "/slow"}));
  };
  for (int i = 1; i <= 2; ++i) {
    add_slow();
    ASSERT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return blocked == i; }));
  }
  // Of two more one waits, and the other is told.
  std::vector<std::future<int>> more;
  for (int i = 0; i < 2; ++i) {
    more.push_back(std::async(std::launch::async, [this] { return Ask({"GET", "/slow"}).status; }));
  }
  const auto is_told = [](const std::future<int>& each) {
    return each.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  EXPECT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return std::any_of(more.begin(), more.end(), is_told); }));
  go_on.Notify();
  std::vector<int> statuses;
  for (std::future<int>& each : more) statuses.push_back(each.get());
  std::sort(statuses.begin(), statuses.end());
  EXPECT_EQ(statuses, (std::vector<int>{200, 503}));
  for (const auto& connection : slow) EXPECT_EQ(connection->Receive()->status, 200);
  EXPECT_EQ(later->Receive()->body, "GET /later? ");
  later_.join();
}

TEST_F(HttpFrontTest, AHandlerIsToldThatItsCallerHasHungUp) {
  absl::Notification told;
  Start({}, [&](const HttpRequest& request, const HttpReply& reply) {
    EXPECT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return request.gone->load(); }));
    reply({});
    told.Notify();
  });
  {
    const auto connection = HttpsConnection::Open(Peer());
    connection->Send(tests::Written({}));
  }
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(absl::Seconds(20)));
}

TEST_F(HttpFrontTest, AnAnswerThatIsToWaitWaitsAndHoldsUpNobody) {
  Start({{"/wait", [](const HttpRequest&, const HttpReply& reply) {
            HttpResponse response = InWords(401, "no");
            response.delay = absl::Seconds(2);
            reply(std::move(response));
          }}});
  const absl::Time begun = absl::Now();
  const auto waiting = HttpsConnection::Open(Peer());
  waiting->Send(tests::Written({"GET", "/wait"}));
  ExpectHonestAnswer();
  EXPECT_EQ(waiting->Receive()->status, 401);
  EXPECT_GE(absl::Now() - begun, absl::Seconds(2));
}

TEST_F(HttpFrontTest, SpeaksTls13Alone) {
  Start();
  HttpsPeer old = Peer();
  old.tls_max = TLS1_2_VERSION;
  EXPECT_EQ(HttpsConnection::Open(old), nullptr);
  EXPECT_NE(HttpsConnection::Open(Peer()), nullptr);
}

TEST_F(HttpFrontTest, ANewCertificateCountsWithoutARestartAndABadOneChangesNothing) {
  options_.look_every = absl::Milliseconds(50);
  Start();
  const std::string first = HttpsConnection::Open(Peer())->certificate_digest();
  const auto open = HttpsConnection::Open(Peer());
  tests::WriteFile(folder_ / "certificate.pem", "rubbish");
  ExpectHonestAnswer();
  EXPECT_EQ(HttpsConnection::Open(Peer())->certificate_digest(), first);
  tests::WriteSelfSigned(folder_.path(), "b");
  EXPECT_TRUE(tests::Eventually(absl::Seconds(10),
                                [&] { return HttpsConnection::Open(Peer())->certificate_digest() != first; }));
  open->Send(tests::Written({}));
  EXPECT_EQ(open->Receive()->status, 200);  // what is open goes on
}

TEST_F(HttpFrontTest, SilentConnectionsEndAndAStopWaitsForAnswersAlone) {
  options_.idle_max = absl::Seconds(1);
  absl::Notification asked, go_on;
  Start({{"/slow", [&](const HttpRequest& request, const HttpReply& reply) {
            asked.Notify();
            go_on.WaitForNotification();
            Echo(request, reply);
          }}});
  const auto silent = HttpsConnection::Open(Peer());
  silent->Send(tests::Written({}));
  ASSERT_TRUE(silent->Receive().has_value());
  EXPECT_TRUE(silent->EndsWithin(absl::Seconds(5)));

  const auto fresh = HttpsConnection::Open(Peer());
  const auto slow = HttpsConnection::Open(Peer());
  slow->Send(tests::Written({"GET", "/slow"}));
  asked.WaitForNotification();
  std::thread stop([&] { front_->Stop(absl::Seconds(30)); });
  EXPECT_TRUE(fresh->EndsWithin(absl::Seconds(5)));
  go_on.Notify();
  EXPECT_EQ(slow->Receive()->status, 200);
  stop.join();
  EXPECT_EQ(HttpsConnection::Open(Peer()), nullptr);
}

TEST_F(HttpFrontTest, AStopGivesUpOnAHandlerAndItsLateAnswerIsDropped) {
  HttpReply late;
  absl::Notification asked;
  Start({}, [&](const HttpRequest&, const HttpReply& reply) {
    late = reply;
    asked.Notify();
  });
  const auto connection = HttpsConnection::Open(Peer());
  connection->Send(tests::Written({}));
  asked.WaitForNotification();
  front_->Stop(absl::Milliseconds(100));
  EXPECT_TRUE(connection->EndsWithin(absl::Seconds(5)));
  front_ = nullptr;
  late({});
}

// The thread of connections is held up until a timer that looks after an answer has gone off, so that the order to
// close comes between the timer and what it does.
TEST_F(HttpFrontTest, AStopEndsAlsoWhereATimerHasJustGoneOff) {
  absl::Notification asked, held, go_on;
  Start({{"/never", [&](const HttpRequest&, const HttpReply&) { asked.Notify(); }},
         {"/hold", [&](const HttpRequest&, const HttpReply& reply) {
            HttpResponse response;
            response.shared_body = {new std::string("held"), [&](const std::string* body) {
                                      held.Notify();
                                      go_on.WaitForNotification();
                                      delete body;
                                    }};
            reply(std::move(response));
          }}});
  const auto never = HttpsConnection::Open(Peer());
  never->Send(tests::Written({"GET", "/never"}));
  asked.WaitForNotification();
  const auto holding = HttpsConnection::Open(Peer());
  holding->Send(tests::Written({"GET", "/hold"}));
  held.WaitForNotification();
  const absl::Time begun = absl::Now();
  std::thread stop([&] { front_->Stop(absl::Milliseconds(100)); });
  absl::Notification().WaitForNotificationWithTimeout(absl::Seconds(1));  // the timer goes off twice a second
  go_on.Notify();
  stop.join();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
}

TEST_F(HttpFrontTest, WithoutAnAddressOrAPairItDoesNotStart) {
  Start();
  HttpFront::Options taken = options_;
  taken.listen = front_->address();
  EXPECT_TRUE(absl::IsUnavailable(HttpFront::Start(taken).status()));
  for (const char* wrong : {"", "localhost", "node.example:7402", "127.0.0.1:x", "127.0.0.1:70000"}) {
    HttpFront::Options options = options_;
    options.listen = wrong;
    EXPECT_TRUE(absl::IsInvalidArgument(HttpFront::Start(options).status())) << wrong;
  }
  tests::WriteFile(folder_ / "key.pem", "rubbish");
  EXPECT_TRUE(absl::IsInvalidArgument(HttpFront::Start(options_).status()));
}

}  // namespace
}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// The HTTPS front where many come at once, or hold what they have: who gets a place, and who a thread.
#include "server/shared/http_front.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/support/daemon_process.h"
#include "tests/support/http_front_under_test.h"

namespace aangan::server {
namespace {

using tests::Echo;
using tests::HttpsAnswer;
using tests::HttpsConnection;
using tests::kNeighbour;

class HttpFrontCrowd : public tests::HttpFrontUnderTest {};

TEST_F(HttpFrontCrowd, OneAddressHoldsSoManyConnectionsAndNoMore) {
  Start();
  std::vector<std::unique_ptr<HttpsConnection>> held;
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    auto connection = HttpsConnection::Open(Peer());
    if (connection == nullptr) {
      ++refused;
    } else {
      held.push_back(std::move(connection));
    }
  }
  EXPECT_EQ(held.size(), 64u);
  EXPECT_EQ(refused, 36);
  ExpectHonestAnswer();
  held.clear();
  EXPECT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return HttpsConnection::Open(Peer()) != nullptr; }));
}

// Some are silent, some drip heads, some bodies; whoever is honest goes on, on the connection that she has too.
TEST_F(HttpFrontCrowd, FourAddressesThatHoldAllKeepNobodyOut) {
  Start();
  const auto honest = HttpsConnection::Open(Peer(kNeighbour));
  honest->Send(tests::Written({}));
  ASSERT_EQ(honest->Receive()->status, 200);
  std::vector<std::unique_ptr<HttpsConnection>> held;
  for (const char* from : {"127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"}) {
    for (int i = 0; i < 64; ++i) {
      auto connection = HttpsConnection::Open(Peer(from));
      ASSERT_NE(connection, nullptr) << from << " " << i;
      if (i % 4 == 1) connection->Send("GET / HTTP/1.1\r\nX: ");
      if (i % 4 == 2) connection->Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na");
      held.push_back(std::move(connection));
    }
  }
  for (int i = 0; i < 5; ++i) ExpectHonestAnswer();
  honest->Send(tests::Written({}));
  EXPECT_EQ(honest->Receive()->status, 200);
  EXPECT_NE(HttpsConnection::Open(Peer("127.0.0.3")), nullptr);  // in the place of one of its own
}

TEST_F(HttpFrontCrowd, WhoHasBeenSilentLongestMakesRoom) {
  options_.connections_max = 10;
  Start();
  std::vector<std::unique_ptr<HttpsConnection>> held;
  for (int i = 0; i < 10; ++i) held.push_back(HttpsConnection::Open(Peer(absl::StrCat("127.0.1.", i + 1))));
  // The first one talks; the second is then the one that has said nothing for longest.
  held[0]->Send(tests::Written({}));
  ASSERT_EQ(held[0]->Receive()->status, 200);
  ExpectHonestAnswer();
  EXPECT_TRUE(held[1]->EndsWithin(absl::Seconds(5)));
  for (int i = 0; i < 10; ++i) {
    if (i == 1) continue;
    held[i]->Send(tests::Written({}));
    EXPECT_TRUE(held[i]->Receive().has_value()) << i;
  }
}

TEST_F(HttpFrontCrowd, WhoWaitsForAnAnswerKeepsTheirPlace) {
  options_.connections_max = 2;
  absl::Notification go_on;
  std::atomic<int> asked{0};
  Start({{"/slow", [&](const HttpRequest& request, const HttpReply& reply) {
            ++asked;
            go_on.WaitForNotification();
            Echo(request, reply);
          }}});
  std::vector<std::unique_ptr<HttpsConnection>> waiting;
  for (int i = 1; i <= 2; ++i) {
    waiting.push_back(HttpsConnection::Open(Peer()));
    waiting.back()->Send(tests::Written({"GET", "/slow"}));
    ASSERT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return asked == i; }));
  }
  EXPECT_EQ(HttpsConnection::Open(Peer(kNeighbour)), nullptr);
  go_on.Notify();
  for (const auto& connection : waiting) EXPECT_EQ(connection->Receive()->status, 200);
  ExpectHonestAnswer();
}

class HttpFrontLongAnswers : public HttpFrontCrowd {
 protected:
  // One whose answer is on its way and does not fit into what lies between.
  std::unique_ptr<HttpsConnection> Taking() {
    auto connection = HttpsConnection::Open(Peer("127.0.0.4"));
    connection->Send(tests::Written({"GET", "/long"}));
    const int before = answered_before_++;
    EXPECT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return answered_ > before; }));
    return connection;
  }
  bool TakesAll(HttpsConnection& connection) const {
    const auto answer = connection.Receive();
    return answer.has_value() && answer->body == long_;
  }
  void StartLong() {
    Start({{"/long", [this](const HttpRequest&, const HttpReply& reply) {
              HttpResponse response;
              response.body = long_;
              reply(std::move(response));
              ++answered_;
            }}});
  }

 private:
  const std::string long_ = std::string(32 << 20, 'a');
  std::atomic<int> answered_{0};
  int answered_before_ = 0;
};

// Their address holds the most; the silent one makes room.
TEST_F(HttpFrontLongAnswers, AreNotBrokenOffWhileSomebodyElseCanGo) {
  options_.connections_max = 3;
  StartLong();
  const auto silent = HttpsConnection::Open(Peer("127.0.0.3"));
  const auto first = Taking(), second = Taking();
  ExpectHonestAnswer();
  EXPECT_TRUE(silent->EndsWithin(absl::Seconds(5)));
  EXPECT_TRUE(TakesAll(*first));
  EXPECT_TRUE(TakesAll(*second));
}

TEST_F(HttpFrontLongAnswers, ThatAreTakenSlowlyOnAllConnectionsKeepNobodyOut) {
  options_.connections_max = 2;
  StartLong();
  const auto first = Taking(), second = Taking();
  ExpectHonestAnswer();
  EXPECT_FALSE(TakesAll(*first));  // the longest there
  EXPECT_TRUE(TakesAll(*second));
}

// Eight and more calls that take long; probes, pages and signing in find a thread.
TEST_F(HttpFrontCrowd, SlowCallsHoldUpNothingElse) {
  options_.is_call = [](absl::string_view path) { return absl::StartsWith(path, "/call/"); };
  absl::Notification go_on;
  std::atomic<size_t> under_way{0};
  Start({{"/livez", Echo}}, [&](const HttpRequest& request, const HttpReply& reply) {
    if (absl::StartsWith(request.path, "/call/")) {
      ++under_way;
      go_on.WaitForNotification();
    }
    Echo(request, reply);
  });
  std::vector<std::unique_ptr<HttpsConnection>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(HttpsConnection::Open(Peer()));
    slow.back()->Send(tests::Written({"POST", "/call/slow"}));
  }
  ASSERT_TRUE(tests::Eventually(absl::Seconds(10), [&] { return under_way == options_.call_threads; }));
  for (const char* path : {"/livez", "/page"}) {
    const absl::Time begun = absl::Now();
    EXPECT_EQ(tests::Ask(Peer(kNeighbour), {"GET", path}).value_or(HttpsAnswer()).status, 200) << path;
    EXPECT_LT(absl::Now() - begun, absl::Seconds(1)) << path;
  }
  EXPECT_EQ(under_way, options_.call_threads);
  go_on.Notify();
  for (const auto& connection : slow) EXPECT_EQ(connection->Receive()->status, 200);
}

}  // namespace
}  // namespace aangan::server

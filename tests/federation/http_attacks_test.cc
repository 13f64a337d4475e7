// SPDX-License-Identifier: Apache-2.0
// Whoever attacks the HTTPS port of a real node is refused or cut off, and keeps no honest caller waiting.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/https_port.h"

namespace aangan {
namespace {

using tests::HttpsAnswer;
using tests::HttpsConnection;
using tests::HttpsPeer;
using tests::HttpsRequest;
using tests::JsonCall;

constexpr char kListMembers[] = "/aangan.node.v1.MemberService/ListMembers";
constexpr char kNeighbour[] = "127.0.0.2";

class HttpsAttacks : public tests::HttpsPort {
 protected:
  HttpsAttacks() : tests::HttpsPort(AANGAN_NODE_UNDER_TEST) {}
  // The status of the answer to these bytes, 0 when the connection was broken off before it; and that it ends with it.
  int RefusedWith(const std::string& bytes) const {
    const auto connection = HttpsConnection::Open(Peer());
    if (connection == nullptr) return -1;
    connection->Send(bytes);
    const auto answer = connection->Receive();
    EXPECT_TRUE(answer ? connection->EndsWithin(absl::Seconds(5)) : !connection->IsHeld());
    return answer ? answer->status : 0;
  }
  // Somebody else is served, and at once.
  void ExpectHonestAnswer() const {
    const absl::Time begun = absl::Now();
    const auto answer = tests::Ask(Peer(kNeighbour), {"GET", "/openapi.json"});
    EXPECT_TRUE(answer.has_value() && answer->status == 200);
    EXPECT_LT(absl::Now() - begun, absl::Seconds(1));
  }
};

// Asks again and again from another address, while the others do their worst.
class HonestCaller {
 public:
  explicit HonestCaller(const HttpsPeer& peer)
      : thread_([this, peer] {
          while (!over_) {
            const absl::Time begun = absl::Now();
            const auto answer = tests::Ask(peer, {"GET", "/openapi.json"});
            ++asked_;
            if (!answer || answer->status != 200) ++failed_;
            const int64_t took_ms = absl::ToInt64Milliseconds(absl::Now() - begun);
            if (took_ms > slowest_ms_) slowest_ms_ = took_ms;
          }
        }) {}
  ~HonestCaller() { End(); }
  // Until now, each time and at once.
  void ExpectServed() {
    End();
    EXPECT_GT(asked_, 5);
    EXPECT_EQ(failed_, 0);
    EXPECT_LT(slowest_ms_, 1000);
  }

 private:
  void End() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }

  std::atomic<bool> over_{false};
  std::atomic<int> asked_{0};
  std::atomic<int> failed_{0};
  std::atomic<int64_t> slowest_ms_{0};
  std::thread thread_;
};

TEST_F(HttpsAttacks, WhoeverAttacksItKeepsNoHonestCallerWaiting) {
  HonestCaller honest(Peer(kNeighbour));
  const auto code = [this](const HttpsRequest& request) { return Ask(request).status; };
  // Slow ones hold all that can be held: heads, and bodies that never come.
  std::vector<std::unique_ptr<HttpsConnection>> slow;
  for (int i = 0; i < 400; ++i) {
    auto connection = HttpsConnection::Open(Peer(absl::StrCat("127.0.0.", 3 + i / 100)));
    if (connection == nullptr) continue;
    connection->Send(i % 2 == 0 ? std::string("POST / HTTP/1.1\r\nHo")
                                : absl::StrCat("POST ", kListMembers, " HTTP/1.1\r\nHost: localhost\r\n",
                                               "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));
    slow.push_back(std::move(connection));
  }
  EXPECT_GE(slow.size(), 256u);
  // Bodies that nobody reads, and what stands in them.
  const std::string smuggled = absl::StrCat("GET /secret HTTP/1.1\r\nHost: localhost\r\n\r\n");
  {
    const auto connection = HttpsConnection::Open(Peer());
    ASSERT_TRUE(connection->Send(absl::StrCat(
        "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ", smuggled.size(), "\r\n\r\n", smuggled)));
    EXPECT_EQ(connection->Receive()->status, 405);
    EXPECT_FALSE(connection->Receive().has_value());
  }
  EXPECT_EQ(RefusedWith("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
            400);
  EXPECT_EQ(
      RefusedWith(
          "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  HttpsRequest two_tokens = JsonCall(kListMembers, "aangan-x-y", "{}");
  two_tokens.headers.push_back("Authorization: Bearer " + caseworker_);
  EXPECT_EQ(code(two_tokens), 400);
  std::string headers;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&headers, "X", i, ": y\r\n");
  const int many = RefusedWith(absl::StrCat("GET / HTTP/1.1\r\nHost: localhost\r\n", headers, "\r\n"));
  EXPECT_TRUE(many == 431 || many == 0) << many;  // the front hears out a MiB of it, and may break off the rest
  HttpsRequest packed = JsonCall(kListMembers, caseworker_, "\x1f\x8b");
  packed.headers.emplace_back("Content-Encoding: gzip");
  EXPECT_EQ(code(packed), 501);
  for (const char* path : {"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../etc/passwd", "//etc/passwd",
                           "/%2e%2e/etc/passwd", "/steward.token", "/\\etc\\passwd"})
    EXPECT_EQ(code({"GET", path}), 404) << path;
  EXPECT_EQ(code({"GET", "/", {"Host: evil.example"}}), 421);
  EXPECT_EQ(code(JsonCall(kListMembers, caseworker_, std::string(100'000, '['))), 400);
  slow.clear();
  honest.ExpectServed();
  EXPECT_TRUE(node_->running());
}

TEST_F(HttpsAttacks, OneAddressHoldsSoManyConnections) {
  std::vector<std::unique_ptr<HttpsConnection>> held;
  for (int i = 0; i < 100; ++i) {
    if (auto connection = HttpsConnection::Open(Peer("127.0.0.3"))) held.push_back(std::move(connection));
  }
  EXPECT_EQ(held.size(), 64u);
  for (int i = 0; i < 5; ++i) ExpectHonestAnswer();
}

TEST_F(HttpsAttacks, ARangeOfAnAnswerIsNotGiven) {
  for (HttpsRequest request :
       {JsonCall(kListMembers, caseworker_, "{}"), HttpsRequest{"GET", "/"}, HttpsRequest{"GET", "/openapi.json"}}) {
    const HttpsAnswer whole = Ask(request);
    EXPECT_EQ(whole.status, 200) << request.path;
    request.headers.emplace_back("Range: bytes=0-0");
    const HttpsAnswer ranged = Ask(request);
    EXPECT_EQ(ranged.status, 200) << request.path;
    EXPECT_EQ(ranged.body, whole.body) << request.path;
    EXPECT_EQ(ranged.headers.count("content-range"), 0u) << request.path;
  }
}

TEST_F(HttpsAttacks, ABodyThatIsTooLongIsRefused) {
  const std::string head =
      absl::StrCat("POST ", kListMembers, " HTTP/1.1\r\nHost: localhost\r\n", "Content-Type: application/json\r\n");
  const std::string mebibyte(1 << 20, ' ');
  // The front hears out a MiB of what it refuses, and may break off the rest.
  const int told = RefusedWith(absl::StrCat(head, "Content-Length: ", 2 << 20, "\r\n\r\n", mebibyte, mebibyte));
  EXPECT_TRUE(told == 413 || told == 0) << told;
  const std::string chunk = absl::StrCat("100000\r\n", mebibyte, "\r\n");
  const int chunked = RefusedWith(absl::StrCat(head, "Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, "0\r\n\r\n"));
  EXPECT_TRUE(chunked == 413 || chunked == 0) << chunked;
  EXPECT_EQ(RefusedWith(absl::StrCat(head, "Content-Length: ", (256 << 10) + 1, "\r\n\r\n{")), 413);
}

// One who is slow in one phase of a connection, and when the phase's deadline is to end it.
struct SlowOne {
  std::string phase;
  std::unique_ptr<HttpsConnection> connection;
  absl::Duration deadline;
  std::function<void(HttpsConnection&)> drip = [](HttpsConnection&) {};  // twice a second
  absl::Time begun = absl::Now();
  absl::Time ended = absl::InfiniteFuture();
};

class SlowAttacks : public HttpsAttacks {
 protected:
  std::unique_ptr<HttpsConnection> Opened(const std::string& says) const {
    auto connection = HttpsConnection::Open(Peer());
    EXPECT_TRUE(connection != nullptr && connection->Send(says));
    return connection;
  }
  static std::function<void(HttpsConnection&)> Drips(const std::string& byte) {
    return [byte](HttpsConnection& to) { to.Send(byte); };
  }

  void AddRequests() {
    slow_.push_back({"no handshake", HttpsConnection::Reach(Peer()), kHead});
    slow_.push_back({"handshake in drips", HttpsConnection::Reach(Peer()), kHead, Drips("\x01")});
    ASSERT_TRUE(slow_.back().connection->Send(absl::string_view("\x16\x03\x01\x02\x00", 5)));  // of 512 bytes
    slow_.push_back({"no head", Opened(""), kHead});
    slow_.push_back({"head that stops", Opened("GET / HTTP/1.1\r\nX: "), kHead});
    for (int i = 0; i < 20; ++i) slow_.push_back({"head in drips", Opened("GET / HTTP/1.1\r\nX: "), kHead, Drips("a")});
    const std::string begun = absl::StrCat("POST ", kListMembers, " HTTP/1.1\r\nHost: localhost\r\n",
                                           "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
    slow_.push_back({"body that stops", Opened(begun), kBody});
    slow_.push_back({"body in drips", Opened(begun), kBody, Drips(" ")});
  }

  // Asked for more often than fits between the two, so that one answer is on its way: it has 20 s, and a second more
  // for each 8 KiB.
  void AddAnswers() {
    const std::string index = Ask({"GET", "/"}).body;
    const size_t end = index.find(".css\"") + 4, at = index.rfind('"', end - 1) + 1;
    const HttpsRequest style{"GET", index.substr(at, end - at), {"Accept-Encoding: gzip"}};
    const size_t size = Ask(style).body.size();
    ASSERT_GT(size, 1000u) << style.path;
    std::string many;
    for (size_t bytes = 0; bytes < (8u << 20); bytes += size) absl::StrAppend(&many, tests::Written(style));
    const absl::Duration within = absl::Seconds(20 + size / (8 << 10));
    for (const bool in_drips : {false, true}) {
      HttpsPeer small = Peer();
      small.receive_bytes = 4 << 10;
      auto connection = HttpsConnection::Open(small);
      ASSERT_TRUE(connection != nullptr && connection->Send(many));
      slow_.push_back({in_drips ? "answer in drips" : "answer unread", std::move(connection), within});
      if (in_drips) slow_.back().drip = [](HttpsConnection& from) { from.Swallow(256); };
    }
  }

  // Lets each drip that has not ended; whether all have.
  bool Look() {
    bool all = true;
    for (SlowOne& each : slow_) {
      if (each.ended != absl::InfiniteFuture()) continue;
      if (!each.connection->IsHeld()) {
        each.ended = absl::Now();
        continue;
      }
      all = false;
      each.drip(*each.connection);
    }
    return all;
  }

  static constexpr absl::Duration kHead = absl::Seconds(10), kBody = absl::Seconds(20);
  std::vector<SlowOne> slow_;
};

// Nothing that drips renews a deadline. All side by side, because each takes its time.
TEST_F(SlowAttacks, InAnyPhaseAreCutOffAtItsDeadline) {
  AddRequests();
  AddAnswers();
  absl::Time last_look = absl::InfinitePast();
  tests::Eventually(absl::Seconds(60), [&] {
    const absl::Time now = absl::Now();
    if (now - last_look < absl::Milliseconds(500)) return false;
    last_look = now;
    ExpectHonestAnswer();
    return Look();
  });
  for (const SlowOne& each : slow_) {
    EXPECT_GE(each.ended - each.begun, each.deadline - absl::Seconds(1)) << each.phase;
    EXPECT_LE(each.ended - each.begun, each.deadline + absl::Seconds(15)) << each.phase;  // on a busy computer
  }
}

}  // namespace
}  // namespace aangan

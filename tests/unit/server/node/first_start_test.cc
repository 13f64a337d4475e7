// SPDX-License-Identifier: Apache-2.0
// Setting a node up before it has a store: the code, who may come, how wrong codes are slowed down, and a restore that
// ends at any moment.
#include "server/node/first_start.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/canonical.h"
#include "base/files.h"
#include "server/node/restore_from.h"
#include "server/shared/connect.h"
#include "server/shared/guess_brake.h"
#include "server/shared/http_rules.h"
#include "tests/support/daemon_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

namespace fs = std::filesystem;
using server::GuessBrake;
using server::HttpRequest;
using server::HttpResponse;
using server::Role;
using tests::HasProblem;
using tests::IsOk;

constexpr char kStart[] = "/aangan.node.v1.SetupService/StartNewNode";
constexpr char kRestore[] = "/aangan.node.v1.SetupService/RestoreBackup";

class SetupCodeTest : public ::testing::Test {
 protected:
  absl::StatusOr<server::Caller> Show(const std::string& code) const { return code_.Identify({}, code); }

  tests::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  tests::SeededRandom random_{7};
  SetupCode code_{&clock_, &random_};
  const testing::Matcher<absl::StatusOr<server::Caller>> is_refused_ =
      HasProblem(absl::StatusCode::kUnauthenticated, Reason::kBadToken);
};

TEST_F(SetupCodeTest, IsShortEnoughToTypeAndTakenAsPeopleTypeIt) {
  const std::string code = code_.Make();
  ASSERT_EQ(code.size(), 14u);
  EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567-"), std::string::npos) << code;
  for (const std::string& typed : {code, absl::AsciiStrToUpper(code), absl::StrReplaceAll(code, {{"-", ""}}),
                                   absl::StrReplaceAll(code, {{"-", " "}})}) {
    const auto caller = Show(typed);
    ASSERT_THAT(caller, IsOk()) << typed;
    EXPECT_EQ(caller->role, Role::kOperator);
  }
  std::set<std::string> codes;
  for (int i = 0; i < 100; ++i) codes.insert(code_.Make());
  EXPECT_EQ(codes.size(), 100u);
}

TEST_F(SetupCodeTest, EndsAfterAnHourWithTheNextOneAndWhenTheNodeIsMade) {
  EXPECT_THAT(Show("aaaa-bbbb-cccc"), is_refused_) << "before there is one";
  const std::string first = code_.Make();
  clock_.Advance(SetupCode::kLife - absl::Seconds(1));
  EXPECT_THAT(Show(first), IsOk());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Show(first), is_refused_);
  const std::string second = code_.Make();
  const std::string third = code_.Make();
  EXPECT_THAT(Show(second), is_refused_);
  EXPECT_THAT(Show(third), IsOk());
  EXPECT_THAT(Show(third.substr(1)), is_refused_);
  code_.End();
  EXPECT_THAT(Show(third), is_refused_);
}

TEST_F(SetupCodeTest, ATokenOfBeforeIsNobodys) {
  code_.Make();
  for (const std::string& token :
       {std::string(), absl::StrCat("aangan-", std::string(26, 'a'), "-", std::string(52, 'b'))}) {
    const auto caller = Show(token);
    ASSERT_THAT(caller, IsOk());
    EXPECT_EQ(caller->role, Role::kNobody);
  }
}

TEST(FromThisComputer, IsALoopbackAddressAndNoProxysWord) {
  HttpRequest request;
  for (const char* here : {"127.0.0.1", "127.8.0.2", "::1", "::ffff:127.0.0.1"}) {
    request.peer_address = here;
    EXPECT_TRUE(server::IsFromThisComputer(request)) << here;
  }
  for (const char* elsewhere : {"192.0.2.7", "10.0.0.1", "2001:db8::1", "::", "::ffff:192.0.2.7", ""}) {
    request.peer_address = elsewhere;
    EXPECT_FALSE(server::IsFromThisComputer(request)) << elsewhere;
  }
  request.peer_address = "127.0.0.1";
  for (const char* header : {"forwarded", "x-forwarded-for"}) {
    request.headers = {{header, "for=127.0.0.1"}};
    EXPECT_FALSE(server::IsFromThisComputer(request)) << header;
  }
}

// As a proxy does that adds its line to the one that the client sent.
TEST(FromThisComputer, AProxysWordThatCameTwiceIsNotForgotten) {
  for (const char* header : {"forwarded", "x-forwarded-for"}) {
    server::HttpHead head;
    head.headers = {{"x-other", "a"}, {header, "192.0.2.7"}, {"x-other", "b"}, {header, "127.0.0.1"}};
    HttpRequest request = server::RequestOf(std::move(head));
    request.peer_address = "127.0.0.1";
    EXPECT_FALSE(server::IsFromThisComputer(request)) << header;
    EXPECT_EQ(request.Header(header), "192.0.2.7");
    EXPECT_EQ(request.headers.count("x-other"), 0u);
  }
}

class FirstStartTest : public ::testing::Test {
 protected:
  FirstStartTest() {
    auto gate = KeyGate::Open({data_, "", "", {}}, &clock_, &random_);
    EXPECT_THAT(gate, IsOk());
    gate_ = *std::move(gate);
    auto start = FirstStart::Open(gate_.get(), data_, &clock_, &random_);
    EXPECT_THAT(start, IsOk());
    start_ = *std::move(start);
    connect_ = std::make_unique<server::Connect>(start_->door(), &clock_);
  }
  HttpResponse Call(const char* path, const std::string& code, const std::string& body) const {
    HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"content-type", "application/json"}};
    if (!code.empty()) request.headers["authorization"] = "Bearer " + code;
    request.peer_address = "127.0.0.1";
    request.body = body;
    HttpResponse answer;
    connect_->Answer(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  // What the node answers to `aangan unlock`.
  std::string Unlock(const std::string& passphrase) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = data_ + "/control";
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    CanonicalWriter order;
    order.U8(static_cast<uint8_t>(ControlOrder::kUnlock)).Bytes(passphrase).Bytes("");
    EXPECT_EQ(write(connection, order.bytes().data(), order.bytes().size()),
              static_cast<ssize_t>(order.bytes().size()));
    std::string answer;
    char some[256];
    for (ssize_t got; (got = read(connection, some, sizeof(some))) > 0;) answer.append(some, static_cast<size_t>(got));
    close(connection);
    return answer;
  }

  const tests::TempDir folder_;
  const std::string data_ = folder_ / "data";
  tests::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  SystemRandom random_;
  std::unique_ptr<KeyGate> gate_;
  std::unique_ptr<FirstStart> start_;
  std::unique_ptr<server::Connect> connect_;
};

TEST_F(FirstStartTest, WrongCodesAreAnsweredEverLater) {
  const std::string code = gate_->setup_code().Make();
  absl::Duration last;
  for (int64_t i = 0; i < GuessBrake::kFreeGuesses + 10; ++i) {
    const HttpResponse refused = Call(kStart, "aaaa-bbbb-cccc", R"({"passphrase": "five words that belong"})");
    EXPECT_EQ(refused.status, 401);
    if (i < GuessBrake::kFreeGuesses) {
      EXPECT_EQ(refused.delay, absl::ZeroDuration()) << i;
    } else {
      EXPECT_GT(refused.delay, last) << i;
    }
    last = refused.delay;
  }
  EXPECT_EQ(start_->Describe().state(), v1::SETUP_STATE_NEW);
  EXPECT_FALSE(fs::exists(data_ + "/master_key"));
  // The right one is not slowed down, and who shows it is told what is wrong with the rest.
  const HttpResponse short_one = Call(kStart, code, R"({"passphrase": "too short"})");
  EXPECT_EQ(short_one.status, 400);
  EXPECT_EQ(short_one.delay, absl::ZeroDuration());
  EXPECT_FALSE(fs::exists(data_ + "/master_key"));
}

TEST_F(FirstStartTest, ARestoreThatCanNotBeIsSaidAndLeavesTheCodeGood) {
  const std::string code = gate_->setup_code().Make();
  EXPECT_EQ(Call(kRestore, "", "{}").status, 401);
  EXPECT_EQ(Call(kRestore, code, R"({"folder": "here", "keysFrom": "/there"})").status, 400);
  for (int i = 0; i < 2; ++i) {
    const std::string nowhere =
        absl::StrCat(R"({"folder": ")", folder_ / "none", R"(", "keysFrom": ")", folder_ / "none", R"("})");
    ASSERT_EQ(Call(kRestore, code, nowhere).status, 200);
    ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [this] { return !start_->restoring(); }));
    const v1::GetSetupResponse said = start_->Describe();
    EXPECT_EQ(said.state(), v1::SETUP_STATE_NEW);
    EXPECT_FALSE(said.restore_reason().empty());
    EXPECT_FALSE(fs::exists(RestoredFolder(data_)));
  }
}

// An opened key would begin an empty store, and what was restored could never be put in its place.
TEST_F(FirstStartTest, NothingIsMadeOrOpenedWhileARestoreIsHalfDone) {
  const auto refused = HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState);
  fs::create_directories(RestoredFolder(data_) + "/tls");
  fs::create_directories(RestoredFolder(data_) + "/main");
  EXPECT_THAT(gate_->BeginRestore(), refused);
  EXPECT_THAT(gate_->MakeNew(SecretBytes::Copy(AsBytes("five words that belong together"))), refused);
  EXPECT_FALSE(fs::exists(data_ + "/master_key"));
  // The key came over, the store did not.
  std::ofstream(data_ + "/master_key") << "key";
  EXPECT_THAT(Unlock("five words that belong together"), testing::HasSubstr("start the node again"));
  EXPECT_NE(gate_->state(), KeyGate::State::kOpen);
  // The next start finishes it; the certificate of the backup waits while the port is open.
  fs::remove(data_ + "/master_key");
  fs::remove_all(RestoredFolder(data_) + "/main");
  EXPECT_THAT(gate_->BeginRestore(), IsOk());
  gate_->EndRestore(nullptr);
}

TEST(MoveRestoredIn, DoesWhatWasLeftWhenTheNodeEndedInBetween) {
  const tests::TempDir folder;
  const std::string data = folder / "data";
  fs::create_directories(data + "/restored/main");
  fs::create_directories(data + "/restored.restoring/main");
  fs::create_directories(data + "/tls");
  fs::create_directories(data + "/restored/tls");
  std::ofstream(data + "/tls/authority.pem") << "of this start";
  std::ofstream(data + "/restored/tls/authority.pem") << "of the backup";
  std::ofstream(data + "/restored/main/CURRENT") << "MANIFEST";
  std::ofstream(data + "/member_keys") << "moved before the end";
  std::ofstream(data + "/restored/master_key") << "key";
  const auto authority = [&data] { return *ReadFile(data + "/tls/authority.pem", 100); };
  ASSERT_THAT(MoveRestoredIn(data, true), IsOk());
  for (const char* there : {"/main/CURRENT", "/member_keys", "/master_key"})
    EXPECT_TRUE(fs::exists(data + there)) << there;
  EXPECT_FALSE(fs::exists(data + "/restored.restoring"));
  EXPECT_EQ(authority(), "of this start") << "by which the port is open";
  for (int start = 0; start < 2; ++start) {
    ASSERT_THAT(MoveRestoredIn(data, false), IsOk());
    EXPECT_FALSE(fs::exists(data + "/restored"));
    EXPECT_EQ(authority(), "of the backup");
    EXPECT_TRUE(fs::exists(data + "/main/CURRENT"));
  }
}

}  // namespace
}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// A node that lost its second store, with the real daemon and the real command: it says that it was restored until
// somebody has confirmed the day and the quarters that had begun are over, and the day moves on alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/files.h"
#include "model/period.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

class RestoreDayTest : public ::testing::Test {
 protected:
  RestoreDayTest() {
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    options_.environment["AANGAN_TEST_CLOCK"] = folder_ / "clock";
    Start();
  }
  void Start() {
    node_ = DaemonProcess::Start(options_);
    if (node_ == nullptr) std::abort();
  }
  NodeClient As(const std::string& token) const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, token);
  }
  void AddMember() const {
    const NodeClient client(tests::OpenChannel(node_->address("grpc"),
                                               {tests::ReadAll(options_.data_folder + "/tls/authority.pem"), "", ""}),
                            tests::TokenFor(As("steward.token"), node::v1::ROLE_CASEWORKER));
    node::v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    node::v1::Member member;
    ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member), IsOk());
  }
  void LoseTheSecondStore() {
    ASSERT_EQ(node_->Stop(), 0);
    ASSERT_GT(std::filesystem::remove_all(options_.data_folder + "/once"), 0u);
    Start();
  }
  node::v1::GetStatusResponse Status() const {
    const NodeClient client = As("operator.token");
    node::v1::GetStatusResponse status;
    EXPECT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    return status;
  }
  bool SaysRestored() const {
    const node::v1::GetStatusResponse status = Status();
    return std::count(status.attentions().begin(), status.attentions().end(), node::v1::ATTENTION_RESTORED) == 1;
  }
  // What the command prints, with its exit code behind.
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --data ", options_.data_folder));
  }
  static std::string DayText(model::Day day) {
    const model::CivilDay civil = model::CivilFromDay(day);
    char text[16];
    std::snprintf(text, sizeof(text), "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    return text;
  }
  node::v1::AuditAction LastAudited() const {
    const NodeClient client = As("steward.token");
    node::v1::ListAuditEntriesResponse entries;
    EXPECT_THAT(client.Call(*client.audit, &node::v1::AuditService::Stub::ListAuditEntries, {}, &entries), IsOk());
    return entries.audit_entries_size() == 0 ? node::v1::AUDIT_ACTION_UNSPECIFIED : entries.audit_entries(0).action();
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(RestoreDayTest, ANodeThatWasNotRestoredHasNoDayToConfirm) {
  AddMember();
  EXPECT_FALSE(SaysRestored());
  EXPECT_FALSE(absl::StrContains(Command("restore-day"), "code 0"));
}

TEST_F(RestoreDayTest, TheDayIsConfirmedMovesOnAndNeverBack) {
  AddMember();
  LoseTheSecondStore();
  const node::v1::GetStatusResponse noticed = Status();
  ASSERT_TRUE(noticed.has_restore_time());
  EXPECT_FALSE(noticed.restore_confirmed());
  EXPECT_TRUE(SaysRestored());
  EXPECT_TRUE(absl::StrContains(Command("status"), "Nobody has confirmed the day"));

  const model::Day day = model::DayInIndia(absl::FromUnixSeconds(noticed.restore_time().seconds()));
  const model::Period running = model::QuarterOf(day);
  EXPECT_TRUE(absl::StrContains(Command("restore-day --later " + DayText(day - 1)), "never moves back"));
  EXPECT_TRUE(absl::StrContains(Command("restore-day --later " + DayText(day + 500)), "400 days"));
  EXPECT_FALSE(Status().restore_confirmed());

  EXPECT_TRUE(absl::StrContains(Command("restore-day"), model::PeriodText(running.Next())));
  EXPECT_EQ(Status().restore_time().seconds(), noticed.restore_time().seconds());
  EXPECT_TRUE(Status().restore_confirmed());
  EXPECT_EQ(LastAudited(), node::v1::AUDIT_ACTION_RESTORE_CONFIRMED);
  EXPECT_TRUE(SaysRestored());  // the quarters are not over yet

  const model::Period next = running.Next();
  EXPECT_TRUE(
      absl::StrContains(Command("restore-day --later " + DayText(next.first_day())), model::PeriodText(next.Next())));
  EXPECT_EQ(LastAudited(), node::v1::AUDIT_ACTION_RESTORE_MOVED);
  EXPECT_TRUE(absl::StrContains(Command("restore-day --later " + DayText(day)), "never moves back"));

  // On disk, and over when the last quarter that is sat out has a next one behind it.
  ASSERT_EQ(node_->Stop(), 0);
  Start();
  EXPECT_TRUE(Status().restore_confirmed());
  EXPECT_TRUE(SaysRestored());
  const auto move_clock = [this](absl::Time to) {
    return WriteFileDurably(folder_ / "clock", absl::StrCat(absl::ToInt64Seconds(to - SystemClock().Now())), 0600);
  };
  ASSERT_THAT(move_clock(next.end() + absl::Hours(24)), IsOk());
  EXPECT_TRUE(SaysRestored());
  ASSERT_THAT(move_clock(next.Next().end() + absl::Hours(24)), IsOk());
  EXPECT_FALSE(SaysRestored());
}

TEST_F(RestoreDayTest, UntilSomebodyConfirmsTheDayTheStatusKeepsAsking) {
  AddMember();
  LoseTheSecondStore();
  ASSERT_THAT(WriteFileDurably(folder_ / "clock", absl::StrCat(300 * 24 * 3600), 0600), IsOk());
  EXPECT_TRUE(SaysRestored());
  EXPECT_TRUE(absl::StrContains(Command("restore-day"), "code 0"));
  EXPECT_FALSE(SaysRestored());
}

}  // namespace
}  // namespace aangan

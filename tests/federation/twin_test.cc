// SPDX-License-Identifier: Apache-2.0
// A federation of real processes with a node that was set back to an image of its disk, one that was honestly restored,
// and one whose audit log was put back: the first is shown to everybody and stops nothing, the second is no twin, and
// the third does not fit its contribution.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
namespace fs = std::filesystem;
using absl::StatusCode;
using tests::ClusterNode;
using tests::FederationClient;
using tests::FederationCluster;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;

class Twins : public ::testing::Test {
 protected:
  Twins() { cluster_.Found(); }

  static std::string Printed(const std::string& words) {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words));
  }
  // Whatever a node says to its people.
  static node::v1::GetStatusResponse StatusOf(const ClusterNode& node) {
    const NodeClient client = node.As("operator.token");
    node::v1::GetStatusResponse status;
    EXPECT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    return status;
  }
  static bool Wants(const node::v1::GetStatusResponse& status, node::v1::Attention attention) {
    return std::count(status.attentions().begin(), status.attentions().end(), attention) > 0;
  }
  static int Alarms(const node::v1::GetStatusResponse& status, node::v1::AlarmKind kind, const std::string& about) {
    return static_cast<int>(std::count_if(status.alarms().begin(), status.alarms().end(), [&](const auto& alarm) {
      return alarm.kind() == kind && alarm.period() == about;
    }));
  }
  static absl::Status TrySync(const ClusterNode& node) {
    const NodeClient client = node.As("operator.token");
    node::v1::SyncNowResponse response;
    return client.Call(*client.operators, &node::v1::OperatorService::Stub::SyncNow, {}, &response);
  }
  // Every collective's, by id.
  std::map<std::string, fed::CollectiveIncarnations> Seen() const {
    const FederationClient staff = cluster_.Staff();
    fed::ListIncarnationsRequest request;
    request.set_parent("rosters/india");
    request.set_page_size(5);
    std::map<std::string, fed::CollectiveIncarnations> seen;
    do {
      fed::ListIncarnationsResponse page;
      EXPECT_THAT(staff.Call(*staff.log, &fed::LogService::Stub::ListIncarnations, request, &page), IsOk());
      EXPECT_LE(page.collectives_size(), 5);
      for (const auto& each : page.collectives()) seen[each.collective()] = each;
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return seen;
  }

  // The parts of a stopped node's folder, elsewhere.
  std::string ImageOf(ClusterNode& node) {
    EXPECT_EQ(node.process->Stop(), 0);
    const std::string image = images_ / node.id;
    fs::copy(node.data, image, fs::copy_options::recursive);
    node.Restart();
    return image;
  }
  // As a disk that is set back block by block: the note of where the folder lies stays in its place.
  static void SetBack(ClusterNode& node, const std::string& image) {
    EXPECT_EQ(node.process->Stop(), 0);
    for (const auto& part : fs::directory_iterator(node.data)) {
      if (part.path().filename() != "once") fs::remove_all(part.path());
    }
    for (const auto& part : fs::directory_iterator(node.data + "/once")) {
      if (part.path().filename() != "home") fs::remove_all(part.path());
    }
    fs::copy(image, node.data, fs::copy_options::recursive | fs::copy_options::skip_existing);
    node.Restart();
  }

  // The node's own people, and those of the other nodes.
  void NodesSay(ClusterNode& twin, const std::string& period) {
    TrySync(twin).IgnoreError();
    const auto own = StatusOf(twin);
    EXPECT_TRUE(Wants(own, node::v1::ATTENTION_TWIN));
    EXPECT_EQ(Alarms(own, node::v1::ALARM_KIND_OWN_TWIN, period), 1);
    const std::string said = Printed(absl::StrCat("status --output json --data ", twin.data));
    EXPECT_TRUE(absl::StrContains(said, absl::StrCat(period, ": own_twin"))) << said;
    for (ClusterNode& node : cluster_.nodes()) {
      if (&node == &twin) continue;
      const auto status = StatusOf(node);
      EXPECT_FALSE(Wants(status, node::v1::ATTENTION_TWIN)) << node.id;
      EXPECT_EQ(Alarms(status, node::v1::ALARM_KIND_TWIN, twin.id), 1) << node.id;
      EXPECT_EQ(status.alarms_size(), 1) << node.id;
    }
  }

  FederationCluster cluster_{{}};
  const tests::TempDir images_;
};

TEST_F(Twins, ANodeThatWasSetBackIsShownToAllAndARestoredOneIsNone) {
  const model::Period quarter = cluster_.quarters().front();
  const std::string period = model::PeriodText(quarter);
  ClusterNode& twin = cluster_.nodes()[0];
  ClusterNode& restored = cluster_.nodes()[1];
  const std::string image = ImageOf(twin);
  for (ClusterNode* node : {&twin, &restored}) cluster_.Contribute(*node, quarter);
  const std::string originals = twin.Release(quarter).contribution_digest();

  // Set back, it contributes once more: refused, and no share of it leaves.
  SetBack(twin, image);
  EXPECT_FALSE(StatusOf(twin).has_restore_time()) << "it counts as restored, so this test shows nothing";
  cluster_.Contribute(twin, quarter, /*send=*/false);
  EXPECT_NE(twin.Release(quarter).contribution_digest(), originals);
  EXPECT_FALSE(TrySync(twin).ok());
  EXPECT_FALSE(TrySync(twin).ok());  // once more changes nothing
  // One that lost its second store is honestly another incarnation.
  EXPECT_EQ(restored.process->Stop(), 0);
  fs::remove_all(restored.data + "/once");
  restored.Restart();
  EXPECT_TRUE(StatusOf(restored).has_restore_time());
  cluster_.Sync(restored);

  // Nobody is kept out, and nothing waits.
  for (ClusterNode& node : cluster_.nodes()) {
    if (&node != &twin && &node != &restored) cluster_.Contribute(node, quarter);
  }
  ASSERT_TRUE(cluster_.AwaitRound(quarter, fed::ROUND_STATE_FROZEN));
  for (ClusterNode& node : cluster_.nodes()) {
    if (&node != &twin) cluster_.Sync(node);
  }
  ASSERT_TRUE(cluster_.AwaitRound(quarter, fed::ROUND_STATE_PROVISIONAL));
  const auto round = cluster_.Round(quarter);
  ASSERT_THAT(round, IsOk());
  ASSERT_EQ(round->freeze().contributions_size(), 12);
  for (const auto& each : round->freeze().contributions()) {
    if (each.collective() == twin.id) {
      EXPECT_EQ(each.digest(), originals);
    }
  }

  // The federation's people.
  const auto seen = Seen();
  EXPECT_EQ(seen.size(), 12u);
  for (const auto& [id, each] : seen) {
    EXPECT_EQ(each.twins_size(), id == twin.id ? 1 : 0) << id;
    EXPECT_EQ(each.incarnations_size(), 1) << id;
  }
  const fed::Twin& shown = seen.at(twin.id).twins(0);
  EXPECT_EQ(shown.kind(), fed::TWIN_KIND_SAME_COUNTER);
  EXPECT_EQ(shown.first().digest(), originals);
  EXPECT_EQ(shown.second().digest(), twin.Release(quarter).contribution_digest());
  EXPECT_EQ(shown.second().period(), period);

  const std::string printed = Printed(absl::StrCat("roster incarnations --output csv --federation ", cluster_.data()));
  EXPECT_TRUE(absl::StrContains(printed, absl::StrCat(twin.id, ",TWIN same_counter,"))) << printed;
  EXPECT_TRUE(absl::StrContains(printed, absl::StrCat(restored.id, ",first,"))) << printed;
  EXPECT_TRUE(absl::StrContains(printed, "code 0")) << printed;

  NodesSay(twin, period);
}

TEST_F(Twins, AnAuditLogThatWasPutBackDoesNotFitTheContribution) {
  const model::Period quarter = cluster_.quarters().front();
  ClusterNode& node = cluster_.nodes()[0];
  const std::string image = ImageOf(node);
  cluster_.Contribute(node, quarter);
  const auto verify = [&](node::v1::VerifyAuditResponse* found) {
    const NodeClient client = node.As("operator.token");
    return client.Call(*client.audit, &node::v1::AuditService::Stub::VerifyAudit, {}, found);
  };
  node::v1::VerifyAuditResponse found;
  ASSERT_THAT(verify(&found), IsOk());
  EXPECT_EQ(found.contributions(), 1);
  const std::string whole = Printed(absl::StrCat("audit verify --data ", node.data));
  EXPECT_TRUE(absl::StrContains(whole, "code 0")) << whole;
  // Records and log of before, whole and with the head of their end; the second store as it is now.
  EXPECT_EQ(node.process->Stop(), 0);
  for (const auto& part : fs::directory_iterator(node.data)) {
    if (part.path().filename() != "once" && part.path().filename() != "round_keys") fs::remove_all(part.path());
  }
  fs::copy(image, node.data, fs::copy_options::recursive | fs::copy_options::skip_existing);
  node.Restart();
  EXPECT_THAT(verify(&found), HasProblem(StatusCode::kDataLoss, Reason::kLogShortened));
  const std::string cut = Printed(absl::StrCat("audit verify --data ", node.data));
  EXPECT_TRUE(absl::StrContains(cut, model::PeriodText(quarter))) << cut;
  EXPECT_TRUE(absl::StrContains(cut, "code 1")) << cut;
  // Grown again as long as it was it is another one.
  const NodeClient steward = node.As("steward.token");
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] {
    node::v1::ListAuditEntriesResponse entries;
    EXPECT_THAT(steward.Call(*steward.audit, &node::v1::AuditService::Stub::ListAuditEntries, {}, &entries), IsOk());
    return !HasReason(verify(&found), Reason::kLogShortened);
  }));
  EXPECT_THAT(verify(&found), HasProblem(StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// The audit log held to the contributions whose ledger entries committed to it.
#include "server/node/audit_ledger.h"

#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;

constexpr model::Period kQuarter{2026, 3};

class AuditLedger : public ::testing::Test {
 protected:
  AuditLedger() {
    node_.AcceptCatalogue(RehearsalCatalogue());
    for (int i = 0; i < 5; ++i) node_.AddMember({2026, 8, 1 + i});
    node_.Announce(kQuarter);
  }
  void Contribute() {
    ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
    const auto seen = node_.close().Look(kQuarter);
    ASSERT_THAT(seen, IsOk());
    ASSERT_THAT(node_.close().Approve(kQuarter, AsText(seen->entry.proposal_digest), "tokens/test"), IsOk());
  }
  ThreeCollectives node_;
};

TEST_F(AuditLedger, ALogThatGrowsFitsEachContribution) {
  EXPECT_EQ(*HoldToLedger(node_.store(), node_.once()), 0);
  Contribute();
  EXPECT_EQ(*HoldToLedger(node_.store(), node_.once()), 1);
  node_.AddMember({2026, 9, 1});
  EXPECT_EQ(*HoldToLedger(node_.store(), node_.once()), 1);
}

TEST_F(AuditLedger, ALogThatEndsBeforeAContributionOrIsAnotherIsNamed) {
  Contribute();
  ThreeCollectives other;
  EXPECT_THAT(HoldToLedger(other.store(), node_.once()).status(),
              HasProblem(StatusCode::kDataLoss, Reason::kLogShortened));
  const uint64_t place = node_.once().Ledger()->front().audit.place;
  do {
    other.AddMember({2026, 8, 1});
  } while (other.store().ListAudit(std::nullopt, 0, 1)->front().sequence <= place);
  const absl::Status named = HoldToLedger(other.store(), node_.once()).status();
  EXPECT_THAT(named, HasProblem(StatusCode::kDataLoss, Reason::kDamaged));
  // The quarter stands in what goes to the caller.
  const auto info = named.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  ASSERT_TRUE(info.has_value());
  EXPECT_NE(std::string(*info).find("2026Q3"), std::string::npos) << *info;
}

TEST_F(AuditLedger, ACommitmentSaysNothingToWhoeverLacksTheKey) {
  const auto one = CommitToAudit(node_.store(), Sha256("a round"));
  const auto same = CommitToAudit(node_.store(), Sha256("a round"));
  const auto next = CommitToAudit(node_.store(), Sha256("the next round"));
  ASSERT_THAT(one, IsOk());
  EXPECT_EQ(one->commitment, same->commitment);
  // Nothing was read or written between, and nobody sees that.
  EXPECT_EQ(one->place, next->place);
  EXPECT_NE(one->commitment, next->commitment);
  // What somebody without the key can compute from the log.
  const Digest chain_hash = node_.store().ListAudit(std::nullopt, 0, 1)->front().chain_hash;
  EXPECT_NE(one->commitment, chain_hash);
  EXPECT_NE(one->commitment, Sha256(AsText(chain_hash)));
}

TEST_F(AuditLedger, TheOlderLogOfARestoreIsTheRightOne) {
  Contribute();
  ThreeCollectives older;
  ASSERT_THAT(node_.once().StartAfterRestore(absl::ToUnixMicros(node_.clock().Now()), {}), IsOk());
  EXPECT_EQ(*HoldToLedger(older.store(), node_.once()), 0);
}

}  // namespace
}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// From closed tallies to a proposal and from a yes to signed bytes: the order, the one draw, and what is never kept.
#include "server/node/close_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "privacy/accounting.h"
#include "privacy/contribution.h"
#include "server/node/preview_cells.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using storage::node::RoundEntry;
using storage::node::Stage;
using tests::HasProblem;
using tests::IsOk;

constexpr model::Period kQuarter{2026, 3};

class Closing : public ::testing::Test {
 protected:
  Closing() {
    node_.AcceptCatalogue(RehearsalCatalogue());
    for (int i = 0; i < 5; ++i) node_.AddMember({2026, 8, 1 + i});
  }
  ThreeCollectives node_;
};

TEST_F(Closing, WhatWasSeenIsWhatIsSigned) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto preview = node_.close().Look(kQuarter);
  ASSERT_THAT(preview, IsOk());
  EXPECT_GT(std::accumulate(preview->exact.counts.begin(), preview->exact.counts.end(), int64_t{0}), 0);
  const auto approved = node_.close().Approve(kQuarter, AsText(preview->entry.proposal_digest), "tokens/test");
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->stage, Stage::kApproved);
  privacy::ContributionRule rule;
  rule.round_id = approved->round_id;
  rule.key = node_.identity().key().public_key();
  rule.bounds = privacy::ValueBounds(*preview->catalogue, kQuarter, preview->numbers);
  const auto sent = privacy::ParseAndCheck(approved->contribution, rule);
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->values, preview->leaves);
  EXPECT_EQ(sent->header.ledger_head, node_.once().ledger_head());
}

TEST_F(Closing, AskingAgainShowsTheSameNoise) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto first = node_.close().Look(kQuarter);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto second = node_.close().Look(kQuarter);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->leaves, second->leaves);
  node_.AddMember({2026, 8, 20});
  const auto third = node_.close().Look(kQuarter);
  ASSERT_THAT(third, IsOk());
  for (size_t cell = 0; cell < first->leaves.size(); ++cell) {
    EXPECT_EQ(third->leaves[cell] - third->exact.counts[cell], first->leaves[cell] - first->exact.counts[cell]);
  }
}

TEST_F(Closing, AnApprovalOfWhatWasNotShownIsRefused) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto seen = node_.close().Look(kQuarter);
  ASSERT_THAT(seen, IsOk());
  node_.AddMember({2026, 9, 1});
  EXPECT_THAT(node_.close().Approve(kQuarter, AsText(seen->entry.proposal_digest), "tokens/test"),
              HasProblem(StatusCode::kAborted, Reason::kProposalChanged));
  EXPECT_TRUE(node_.once().Ledger()->empty());
  const auto again = node_.close().Look(kQuarter);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(node_.close().Approve(kQuarter, AsText(again->entry.proposal_digest), "tokens/test"), IsOk());
  EXPECT_EQ(node_.once().Ledger()->size(), 1u);
}

TEST_F(Closing, NothingIsClosedThatIsNotAnnouncedEndedAndYoung) {
  EXPECT_THAT(node_.close().Close(kQuarter, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(node_.close().Close({2026, 4}, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kPeriodNotEnded));
  EXPECT_THAT(node_.close().Close({2025, 1}, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kPeriodTooOld));
}

TEST_F(Closing, ADescriptorThatThisNodeDoesNotComputeIsRefusedBeforeAnythingIsDrawn) {
  RoundEntry entry = node_.Announce({2026, 2});
  entry.period = kQuarter;
  entry.round_id[0] ^= 1;
  ASSERT_THAT(node_.once().Announce(entry), IsOk());
  EXPECT_THAT(node_.close().Close(kQuarter, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  const auto draw = node_.once().FindDraw(entry.round_id);
  ASSERT_THAT(draw, IsOk());
  EXPECT_FALSE(draw->has_value());
}

TEST_F(Closing, ARefusedRoundSpendsNothingAndStaysRefused) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  ASSERT_THAT(node_.close().Refuse(kQuarter, "tokens/test"), IsOk());
  EXPECT_TRUE(node_.once().Ledger()->empty());
  EXPECT_THAT(node_.close().Close(kQuarter, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(Closing, AnApprovedRoundCanNotBeRefusedOrApprovedAgain) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto preview = node_.close().Look(kQuarter);
  ASSERT_THAT(preview, IsOk());
  const std::string digest(AsText(preview->entry.proposal_digest));
  ASSERT_THAT(node_.close().Approve(kQuarter, digest, "tokens/test"), IsOk());
  EXPECT_THAT(node_.close().Approve(kQuarter, digest, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(node_.close().Refuse(kQuarter, "tokens/test"),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_EQ(node_.once().Ledger()->size(), 1u);
}

// More than any cell can hold is a mistake of ours, records imported twice, say: it is found here, and not by the
// others in a spoilt sum.
TEST(ClosingOutOfBound, ACountAboveTheBoundOfItsCellIsNotProposedAndCostsNothing) {
  ThreeCollectives node;
  federation::v1::Catalogue tight = RehearsalCatalogue();
  for (auto& table : *tight.mutable_tables()) {
    if (table.id() == "served_by_gender") table.set_cell_bound(4);
  }
  node.AcceptCatalogue(tight);
  for (int i = 0; i < 4; ++i) node.AddMember({2026, 8, 1 + i});
  const RoundEntry entry = node.Announce(kQuarter);
  ASSERT_THAT(node.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto seen = node.close().Look(kQuarter);
  ASSERT_THAT(seen, IsOk());
  const auto draw = node.once().FindDraw(entry.round_id);
  ASSERT_THAT(draw, IsOk());
  ASSERT_TRUE(draw->has_value());
  node.AddMember({2026, 8, 20});
  const auto refused = HasProblem(StatusCode::kFailedPrecondition, Reason::kOutOfRange);
  const auto again = node.close().Close(kQuarter, "tokens/test");
  EXPECT_THAT(again, refused);
  EXPECT_THAT(again.status().ToString(), testing::HasSubstr("served_by_gender"));
  EXPECT_THAT(node.close().Look(kQuarter), refused);
  EXPECT_THAT(node.close().Approve(kQuarter, AsText(seen->entry.proposal_digest), "tokens/test"), refused);
  EXPECT_TRUE(node.once().Ledger()->empty());
  const auto kept = node.once().FindDraw(entry.round_id);
  ASSERT_THAT(kept, IsOk());
  ASSERT_TRUE(kept->has_value());
  EXPECT_TRUE(
      std::equal((*kept)->span().begin(), (*kept)->span().end(), (*draw)->span().begin(), (*draw)->span().end()));
}

TEST_F(Closing, ThePreviewSaysWhereOneCouldRecogniseHerself) {
  node_.Announce(kQuarter);
  ASSERT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto preview = node_.close().Look(kQuarter);
  ASSERT_THAT(preview, IsOk());
  const auto shown = PreviewMessage(*preview);
  ASSERT_THAT(shown, IsOk());
  ASSERT_EQ(static_cast<size_t>(shown->cells_size()), preview->leaves.size());
  for (const v1::PreviewCell& cell : shown->cells()) {
    EXPECT_EQ(cell.one_could_recognise_herself(), cell.exact() == 1 || cell.exact() == 2);
    EXPECT_GT(cell.margin(), 0);
    EXPECT_FALSE(cell.indicator().empty());
  }
}

}  // namespace
}  // namespace aangan::node

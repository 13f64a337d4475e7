// SPDX-License-Identifier: Apache-2.0
// The ledger's sums over every window of four periods.
#include "storage/node/ledger.h"

#include "base/canonical.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage::node {
namespace {

std::vector<LedgerEntry> LedgerOf(const std::vector<std::pair<model::Period, int64_t>>& debits) {
  std::vector<LedgerEntry> ledger;
  for (const auto& [period, nano_rho] : debits)
    ledger.push_back(NextEntry(ledger, period, nano_rho, {}, {7, Sha256("audit")}));
  return ledger;
}

TEST(Ledger, AnyFourConsecutivePeriodsShareTheCap) {
  const auto ledger = LedgerOf({{{2025, 4}, 40}, {{2026, 1}, 20}, {{2026, 2}, 20}});
  EXPECT_EQ(BudgetLeftFor(ledger, {2026, 3}, 100), 20);  // 2025Q4 to 2026Q3 hold 80
  EXPECT_EQ(BudgetLeftFor(ledger, {2026, 4}, 100), 60);  // 2025Q4 is out
  EXPECT_EQ(BudgetLeftFor(ledger, {2027, 4}, 100), 100);
  EXPECT_EQ(BudgetLeftFor(ledger, {2026, 3}, 50), 0);
}

TEST(Ledger, EachEntryIsChainedToTheOneBefore) {
  const auto one = LedgerOf({{{2026, 1}, 20}, {{2026, 2}, 20}});
  const auto other = LedgerOf({{{2026, 1}, 21}, {{2026, 2}, 20}});
  EXPECT_EQ(one[1].number, 2u);
  EXPECT_NE(one[1].head, other[1].head);
}

// What a node wrote before there were commitments is read as it was written; a byte of it that changes is seen too.
TEST(Ledger, ADebitWithoutACommitmentHasTheFormOfBefore) {
  Batch old(nullptr);
  const LedgerEntry entry = NextEntry({}, {2026, 1}, 20, Sha256("round"), {});
  PutEntry(entry, old);
  const std::string body = CanonicalWriter().U64(1).I64(2026).U8(1).I64(20).Fixed(Sha256("round")).bytes();
  const Digest head = Sha256({"aangan/v1/ledger", AsText(Digest{}), body});
  EXPECT_EQ(old.changes().begin()->second, body + std::string(AsText(head)));
  ASSERT_THAT(ReadLedger(old), tests::IsOk());
  EXPECT_EQ(ReadLedger(old)->front().audit, AuditCommitment());
}

// Also one that would read as the same: a year 65,536 later is the same in the sixteen bits that a period has.
TEST(Ledger, AChangedByteAnywhereIsSeen) {
  Batch honest(nullptr);
  for (const LedgerEntry& entry : LedgerOf({{{2026, 1}, 20}, {{2026, 2}, 30}})) PutEntry(entry, honest);
  ASSERT_EQ(ReadLedger(honest)->size(), 2u);
  for (const auto& [key, value] : honest.changes()) {
    for (size_t at = 0; at < value->size(); ++at) {
      Batch changed(&honest);
      std::string damaged = *value;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      changed.Put(key.first, key.second, damaged);
      EXPECT_THAT(ReadLedger(changed).status(), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged)) << at;
    }
  }
}

}  // namespace
}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// The first sight of a freeze is kept, each period its own.
#include "storage/node/frozen_since.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {
namespace {

TEST(FrozenSince, TheFirstMomentStands) {
  const tests::TempDir folder;
  DatabaseOptions options;
  options.folder = folder / "store";
  options.families = kNodeOnceFamilies;
  SystemRandom random;
  auto database = *HeadedDatabase::Open(options, folder / "head", &random);
  EXPECT_EQ(*NoteFrozen(*database, {2026, 3}, 500), 500);
  EXPECT_EQ(*NoteFrozen(*database, {2026, 3}, 900), 500);
  EXPECT_EQ(*NoteFrozen(*database, {2026, 4}, 900), 900);
  database.reset();
  database = *HeadedDatabase::Open(options, folder / "head", &random);
  EXPECT_EQ(*NoteFrozen(*database, {2026, 3}, 1'000), 500);
  Batch batch(nullptr);
  batch.Put(Family::kMeta, "frozen_since/2027Q1", "abc");
  ASSERT_THAT(database->Write(batch), tests::IsOk());
  EXPECT_THAT(NoteFrozen(*database, {2027, 1}, 1).status(),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// The embedded store: the suite of every store, and what is its own.
#include "storage/federation/rocks_store.h"

#include "base/check.h"
#include "tests/conformance/federation_store_suite.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::federation {
namespace {

class RocksFixture {
 public:
  std::unique_ptr<FederationStore> Open() {
    auto store = OpenRocksStore(folder_ / "federation");
    AANGAN_CHECK(store.ok());
    return *std::move(store);
  }

 private:
  tests::TempDir folder_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, FederationStoreSuite, RocksFixture);

TEST(RocksStore, CountsItsCommitsWellOrNot) {
  tests::TempDir folder;
  const auto store = OpenRocksStore(folder.path());
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->commits(), 0u);
  EXPECT_TRUE((*store)->Commit({{Table::kSettings, "a", "1"}}, {}).ok());
  EXPECT_FALSE((*store)->Commit({{Table::kSettings, "a", "2"}}, {{Table::kSettings, "a", "0"}}).ok());
  EXPECT_EQ((*store)->commits(), 2u);
  EXPECT_EQ((*store)->commits_waiting(), 0u);
}

TEST(RocksStore, IsOpenInOneProcessAtATime) {
  tests::TempDir folder;
  auto first = OpenRocksStore(folder.path());
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(OpenRocksStore(folder.path()).status(),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
}

}  // namespace
}  // namespace aangan::storage::federation

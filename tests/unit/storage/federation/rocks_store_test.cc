// SPDX-License-Identifier: Apache-2.0
// The embedded store: the suite of every store, and what is its own.
#include "storage/federation/rocks_store.h"

#include <filesystem>

#include "base/check.h"
#include "base/random.h"
#include "tests/conformance/federation_store_suite.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::federation {
namespace {

class RocksFixture {
 public:
  std::unique_ptr<FederationStore> Open() {
    auto store = OpenRocksStore(folder_.path(), &random_);
    AANGAN_CHECK(store.ok());
    return *std::move(store);
  }

 private:
  tests::TempDir folder_;
  SystemRandom random_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Rocks, FederationStoreSuite, RocksFixture);

TEST(RocksStore, CountsItsCommitsWellOrNot) {
  tests::TempDir folder;
  SystemRandom random;
  const auto store = OpenRocksStore(folder.path(), &random);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->commits(), 0u);
  EXPECT_TRUE((*store)->Commit({{Table::kSettings, "a", "1"}}, {}).ok());
  EXPECT_FALSE((*store)->Commit({{Table::kSettings, "a", "2"}}, {{Table::kSettings, "a", "0"}}).ok());
  EXPECT_EQ((*store)->commits(), 2u);
  EXPECT_EQ((*store)->commits_waiting(), 0u);
}

TEST(RocksStore, IsOpenInOneProcessAtATime) {
  tests::TempDir folder;
  SystemRandom random;
  auto first = OpenRocksStore(folder.path(), &random);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(OpenRocksStore(folder.path(), &random).status(),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
}

// As a disk that lost what it had acknowledged, or a folder of an earlier day in the place of this one.
TEST(RocksStore, RefusesALogThatEndsBeforeItsLastCommit) {
  tests::TempDir folder;
  SystemRandom random;
  const auto commit = [&](const char* key) {
    const auto store = OpenRocksStore(folder.path(), &random);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Commit({{Table::kReleases, key, "figures"}}, {}).ok());
  };
  commit("2026Q1");
  std::filesystem::copy(folder / "main", folder / "earlier", std::filesystem::copy_options::recursive);
  commit("2026Q2");
  std::filesystem::remove_all(folder / "main");
  std::filesystem::rename(folder / "earlier", folder / "main");
  EXPECT_THAT(OpenRocksStore(folder.path(), &random).status(),
              tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
  std::filesystem::remove(folder / "durable_head");  // how the loss is accepted
  commit("2026Q3");
}

}  // namespace
}  // namespace aangan::storage::federation

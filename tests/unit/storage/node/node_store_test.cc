// SPDX-License-Identifier: Apache-2.0
// The store as a whole: its key is never replaced, it is open once, its derived keys stay.
#include "storage/node/node_store.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

absl::Status OpenAgain(StoreUnderTest& test) {
  StoreOptions options;
  options.folder = test.folder / "node";
  options.key_lock = &tests::TestKeyLock();
  options.clock = &test.clock;
  options.random = &test.random;
  return NodeStore::Open(options).status();
}

TEST(NodeStore, IsOpenOnce) {
  StoreUnderTest test;
  EXPECT_THAT(OpenAgain(test), tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kLocked));
}

TEST(NodeStore, AStoreWithoutItsKeyGetsNoNewOne) {
  StoreUnderTest test;
  test.AddMember(true);
  test.Close();
  std::filesystem::remove(test.folder / "node/master_key");
  EXPECT_THAT(OpenAgain(test), tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  EXPECT_FALSE(std::filesystem::exists(test.folder / "node/master_key"));
}

TEST(NodeStore, DerivedKeysStayAndDifferByPurpose) {
  StoreUnderTest test;
  const SecretBytes tokens = test.store->DeriveKey("page tokens");
  EXPECT_FALSE(tokens.ConstantTimeEquals(test.store->DeriveKey("import").span()));
  test.Close();
  test.Open();
  EXPECT_TRUE(tokens.ConstantTimeEquals(test.store->DeriveKey("page tokens").span()));
  EXPECT_GT(test.store->disk_free_bytes(), 0);
}

}  // namespace
}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// The key file: whole or refused, one generation in a place.
#include "storage/node/key_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/backup_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::HasProblem;
using tests::IsOk;

TEST(KeyFile, HoldsEveryKeyEveryErasedIdAndEveryCopy) {
  BackedUpStore test;
  const model::Id member = test.AddMember(true);
  const model::Id erased = test.AddMember(true);
  ASSERT_THAT(test.Erase(erased), IsOk());
  ASSERT_THAT(test.BackUp(4), IsOk());
  test.CopyKeys(1, "one");
  const auto keys = OpenKeyFile(test.CopyKeys(2, "two"), test.store->DeriveKey("key file"));
  ASSERT_THAT(keys, IsOk());
  EXPECT_EQ(keys->generation, 2u);
  EXPECT_EQ(keys->newest_backup.number, 4u);
  EXPECT_EQ(keys->wrapped.size(), 1u);
  EXPECT_EQ(keys->wrapped.at(member), test.WrappedKey(member));
  EXPECT_EQ(keys->erased, std::set<model::Id>{erased});
  ASSERT_EQ(keys->copies.size(), 2u);
  EXPECT_EQ(keys->copies[0].label, "one");
  EXPECT_EQ(keys->master_key, *ReadFile(test.data() + "/master_key", 4096));
}

TEST(KeyFile, ShowsNoWrappedKeyAndNoId) {
  BackedUpStore test;
  const model::Id member = test.AddMember(true);
  test.CopyKeys(1, "stick");
  for (const std::string& needle : {test.WrappedKey(member), std::string(AsText(member.bytes)), model::IdText(member)})
    EXPECT_TRUE(BackedUpStore::FilesWith(test.folder / "stick", needle).empty());
}

TEST(KeyFile, APlaceHoldsOneGeneration) {
  BackedUpStore test;
  test.AddMember(true);
  test.CopyKeys(1, "stick");
  test.CopyKeys(2, "stick");
  const std::filesystem::directory_iterator files(test.folder / "stick");
  EXPECT_EQ(std::distance(files, {}), 1);
  EXPECT_EQ(OpenKeyFile(*ReadKeyFile(test.folder / "stick"), test.store->DeriveKey("key file"))->generation, 2u);
}

TEST(KeyFile, AnotherNodesKeyFileIsNotTouched) {
  BackedUpStore test, other;
  other.CopyKeys(1, "stick");
  const auto keys = GatherKeys(*test.store->TakeSnapshot());
  ASSERT_THAT(keys, IsOk());
  EXPECT_THAT(WriteKeyFile(other.folder / "stick", *keys, test.store->DeriveKey("key file")),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(OpenKeyFile(*ReadKeyFile(other.folder / "stick"), other.store->DeriveKey("key file")), IsOk());
}

TEST(KeyFile, ACutOrChangedOneIsRefused) {
  BackedUpStore test;
  test.AddMember(true);
  const std::string whole = test.CopyKeys(1, "stick");
  const SecretBytes key = test.store->DeriveKey("key file");
  const auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  for (const size_t size : {size_t{0}, size_t{9}, size_t{30}, whole.size() / 2, whole.size() - 1})
    EXPECT_THAT(OpenKeyFile(whole.substr(0, size), key), damaged) << size;
  for (const size_t at : {size_t{0}, size_t{20}, size_t{60}, whole.size() / 2, whole.size() - 1}) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    EXPECT_THAT(OpenKeyFile(changed, key), damaged) << at;
  }
  EXPECT_THAT(ReadKeyFile(test.folder / "nothing"), HasProblem(absl::StatusCode::kNotFound, Reason::kKeyMissing));
}

}  // namespace
}  // namespace aangan::storage::node

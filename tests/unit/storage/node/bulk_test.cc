// SPDX-License-Identifier: Apache-2.0
// What a backup holds, what it must not, and that little of it is written again.
#include "storage/node/bulk.h"

#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/backup_test_support.h"

namespace aangan::storage::node {
namespace {

using tests::IsOk;

// Whoever adds a family has to say on which side it is.
TEST(Bulk, EveryFamilyIsInItOrLeftOutOnPurpose) {
  const std::set<Family> left_out = {Family::kMemberKeys, Family::kTallies};
  const std::set<Family> in_it(kFamiliesInBulk.begin(), kFamiliesInBulk.end());
  for (const FamilyRow& row : kNodeMainFamilies)
    EXPECT_NE(left_out.count(row.family), in_it.count(row.family)) << row.name;
}

TEST(Bulk, HoldsNoKeyOfAMemberInAnyForm) {
  BackedUpStore test;
  const model::Id member = test.AddMember(true);
  const std::string wrapped = test.WrappedKey(member);
  ASSERT_FALSE(BackedUpStore::FilesWith(test.data(), wrapped).empty());  // the test of the test
  const auto generation = test.BackUp(1);
  ASSERT_THAT(generation, IsOk());
  const BackupFolder folder = test.Folder();
  std::set<std::string> parts;
  for (const BackupPart& part : generation->parts) {
    parts.insert(part.what);
    EXPECT_EQ(folder.ReadPart(part)->find(wrapped), std::string::npos) << part.what;
  }
  EXPECT_EQ(parts.count("family/member_keys"), 0u);
  EXPECT_EQ(parts.count("family/records"), 1u);
}

TEST(Bulk, TakesTheFilesOfTheIdentityAndNoSecretOfAToken) {
  BackedUpStore test;
  ASSERT_THAT(MakeFolders(test.data() + "/tls", 0700), IsOk());
  ASSERT_THAT(MakeFolders(test.data() + "/round_keys", 0700), IsOk());
  for (const char* name : {"signing_key", "signing_key.2", "membership", "offers", "tls/server.key", "operator.token",
                           "round_keys/2026Q3", "signing_key.new"})
    ASSERT_THAT(WriteFileDurably(test.data() + "/" + name, "x", 0600), IsOk());
  EXPECT_EQ(*FilesInBulk(test.data()),
            (std::vector<std::string>{"membership", "offers", "signing_key", "signing_key.2", "tls/server.key"}));
  for (const char* name : {"../etc", "tls/../master_key", "master_key", "tls/", "once/LOCK"})
    EXPECT_FALSE(IsFileInBulk(name)) << name;
}

TEST(Bulk, LeavesNoPersonalTextAndNoNameOfARecordOnTheMedium) {
  BackedUpStore test;
  const model::Id member = test.AddMember(true);
  ASSERT_THAT(test.BackUp(1), IsOk());
  for (const std::string& needle : {std::string(kCanary), std::string(AsText(member.bytes)), model::IdText(member)})
    EXPECT_TRUE(BackedUpStore::FilesWith(test.folder / "backup", needle).empty());
}

// One more member in a store of many pieces: nearly all of them stay the files that they were.
TEST(Bulk, AChangeTouchesOnePieceOfAFamily) {
  BackedUpStore test;
  for (int i = 0; i < 1500; ++i) test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  const auto first = test.BackUp(1);
  ASSERT_THAT(first, IsOk());
  test.AddMember(true);
  const auto second = test.BackUp(2);
  ASSERT_THAT(second, IsOk());
  std::set<std::array<uint8_t, 16>> before;
  for (const BackupPart& part : first->parts) before.insert(part.name);
  int records = 0, again = 0;
  for (const BackupPart& part : second->parts) {
    if (part.what != "family/records") continue;
    ++records;
    again += before.count(part.name) == 0 ? 1 : 0;
  }
  EXPECT_GE(records, 3);
  EXPECT_LE(again, 2);  // hers, and its neighbour when she moved where it ends
}

TEST(Bulk, StopsWhenItIsToldTo) {
  BackedUpStore test;
  test.AddMember(true);
  BackupFolder folder = test.Folder(true);
  EXPECT_TRUE(absl::IsCancelled(
      WriteBulk(*test.store->TakeSnapshot(), test.data(), 1, 0, folder, [](uint64_t) { return false; }).status()));
  EXPECT_TRUE(folder.Numbers()->empty());
}

}  // namespace
}  // namespace aangan::storage::node

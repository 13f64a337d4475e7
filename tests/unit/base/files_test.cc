// SPDX-License-Identifier: Apache-2.0
// Small files: written whole or not at all, secret ones private, destroyed ones in place.
#include "base/files.h"

#include <endian.h>
#include <gtest/gtest.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::HasProblem;
using tests::IsOk;

struct stat Facts(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(stat(path.c_str(), &facts), 0) << path;
  return facts;
}

TEST(Files, WhatIsWrittenIsReadBackWithItsModeAndNothingStaysBeside) {
  tests::TempDir dir;
  ASSERT_THAT(WriteFileDurably(dir / "head", "first", 0640), IsOk());
  ASSERT_THAT(WriteFileDurably(dir / "head", std::string("sec\0nd", 6), 0600), IsOk());
  EXPECT_EQ(*ReadFile(dir / "head", 100), std::string("sec\0nd", 6));
  EXPECT_EQ(Facts(dir / "head").st_mode & 0777, 0600u);
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path())) ++files;
  EXPECT_EQ(files, 1u);
}

TEST(Files, WhatACrashLeftBesideDoesNotStandInTheWay) {
  tests::TempDir dir;
  std::ofstream(dir / "head.new") << "half";
  ASSERT_THAT(WriteFileDurably(dir / "head", "whole", 0600), IsOk());
  EXPECT_EQ(*ReadFile(dir / "head", 100), "whole");
  EXPECT_FALSE(std::filesystem::exists(dir / "head.new"));
}

TEST(Files, AMissingFileIsNotFoundAndNamedByItsLastPartAlone) {
  tests::TempDir dir;
  auto missing = ReadFile(dir / "nothing.key", 100);
  EXPECT_THAT(missing, HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_EQ(missing.status().ToString(absl::StatusToStringMode::kWithEverything).find(dir.path()), std::string::npos);
  EXPECT_THAT(ReadSecretFile(dir / "nothing.key", 100), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(OverwriteInPlace(dir / "nothing.key"), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST(Files, AFileLongerThanAllowedIsRefused) {
  tests::TempDir dir;
  ASSERT_THAT(WriteFileDurably(dir / "long", "12345", 0600), IsOk());
  EXPECT_THAT(ReadFile(dir / "long", 5), IsOk());
  EXPECT_THAT(ReadFile(dir / "long", 4), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
  EXPECT_THAT(ReadSecretFile(dir / "long", 4), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge));
}

TEST(Files, ASecretThatOthersMayReadIsRefused) {
  tests::TempDir dir;
  ASSERT_THAT(WriteFileDurably(dir / "key", "secret", 0600), IsOk());
  EXPECT_EQ(AsText(ReadSecretFile(dir / "key", 100)->span()), "secret");
  for (mode_t mode : {0640, 0604, 0620, 0601}) {
    ASSERT_EQ(chmod((dir / "key").c_str(), mode), 0);
    EXPECT_THAT(ReadSecretFile(dir / "key", 100),
                HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  }
}

// As systemd gives a credential to the user of a unit: root's file of mode 0400, and an access list.
TEST(Files, ASecretThatAnAccessListGivesToThisUserIsReadAndNoOther) {
  tests::TempDir dir;
  ASSERT_THAT(WriteFileDurably(dir / "credential", "secret", 0400), IsOk());
  const auto give = [&](uint32_t user, uint16_t to_group) {
    struct {
      posix_acl_xattr_header header = {htole32(POSIX_ACL_XATTR_VERSION)};
      posix_acl_xattr_entry entries[5];
    } list;
    const auto entry = [](uint16_t tag, uint16_t rights, uint32_t id = 0xffffffff) {
      return posix_acl_xattr_entry{htole16(tag), htole16(rights), htole32(id)};
    };
    list.entries[0] = entry(ACL_USER_OBJ, ACL_READ);
    list.entries[1] = entry(ACL_USER, ACL_READ, user);
    list.entries[2] = entry(ACL_GROUP_OBJ, to_group);
    list.entries[3] = entry(ACL_MASK, ACL_READ);
    list.entries[4] = entry(ACL_OTHER, 0);
    return setxattr((dir / "credential").c_str(), "system.posix_acl_access", &list, sizeof(list), 0);
  };
  const int given = give(geteuid(), 0);
  if (given != 0 && errno == ENOTSUP) GTEST_SKIP() << "this file system keeps no access lists";
  ASSERT_EQ(given, 0) << errno;
  ASSERT_EQ(Facts(dir / "credential").st_mode & 0777, 0440u);
  EXPECT_THAT(ReadSecretFile(dir / "credential", 100), IsOk());
  ASSERT_EQ(give(geteuid(), ACL_READ), 0);
  EXPECT_THAT(ReadSecretFile(dir / "credential", 100),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
  ASSERT_EQ(give(geteuid() + 1, 0), 0);
  EXPECT_THAT(ReadSecretFile(dir / "credential", 100),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
}

TEST(Files, AnOverwrittenFileIsTheSameFileFullOfZeros) {
  tests::TempDir dir;
  ASSERT_THAT(WriteFileDurably(dir / "key", "secret", 0600), IsOk());
  const ino_t before = Facts(dir / "key").st_ino;
  ASSERT_THAT(OverwriteInPlace(dir / "key"), IsOk());
  EXPECT_EQ(*ReadFile(dir / "key", 100), std::string(6, '\0'));
  EXPECT_EQ(Facts(dir / "key").st_ino, before);
}

TEST(Files, KeysOfAFolderAreOverwrittenAndGone) {
  tests::TempDir dir;
  ASSERT_THAT(MakeFolders(dir / "keys/inner", 0700), IsOk());
  ASSERT_THAT(WriteFileDurably(dir / "keys/1", "secret", 0600), IsOk());
  ASSERT_THAT(WriteFileDurably(dir / "keys/2", "secret", 0600), IsOk());
  // Another name of the same blocks shows what became of them.
  ASSERT_EQ(link((dir / "keys/1").c_str(), (dir / "blocks").c_str()), 0);
  ASSERT_THAT(OverwriteAndUnlinkAll(dir / "keys"), IsOk());
  EXPECT_EQ(*ReadFile(dir / "blocks", 100), std::string(6, '\0'));
  EXPECT_THAT(ReadFile(dir / "keys/1", 100), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(ReadFile(dir / "keys/2", 100), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(OverwriteAndUnlinkAll(dir / "keys"), IsOk());
  EXPECT_THAT(OverwriteAndUnlink(dir / "keys/1"), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_FALSE(OverwriteAndUnlinkAll(dir / "nowhere").ok());
}

TEST(Files, FoldersAreMadeWithTheirParentsAndMayExist) {
  tests::TempDir dir;
  ASSERT_THAT(MakeFolders(dir / "a/b/c", 0700), IsOk());
  EXPECT_THAT(MakeFolders(dir / "a/b/c", 0700), IsOk());
  EXPECT_EQ(Facts(dir / "a/b").st_mode & 0777, 0700u);
  ASSERT_THAT(WriteFileDurably(dir / "a/file", "x", 0600), IsOk());
  EXPECT_FALSE(MakeFolders(dir / "a/file", 0700).ok());
  EXPECT_FALSE(MakeFolders(dir / "a/file/under", 0700).ok());
}

TEST(Files, AFolderThatIsMissingIsSaidWhenWriting) {
  tests::TempDir dir;
  EXPECT_FALSE(WriteFileDurably(dir / "no/such", "x", 0600).ok());
}

TEST(Files, ASecretLineEndsWhereItsLineDoes) {
  const tests::TempDir dir;
  for (const char* text : {"five words", "five words\n", "five words\nand more\n"}) {
    ASSERT_THAT(WriteFileDurably(dir / "key", text, 0600), IsOk());
    EXPECT_EQ(AsText(ReadSecretLine(dir / "key", 100)->span()), "five words");
  }
  ASSERT_THAT(WriteFileDurably(dir / "key", "\n", 0600), IsOk());
  EXPECT_TRUE(ReadSecretLine(dir / "key", 100)->empty());
  EXPECT_THAT(ReadSecretLine(dir / "none", 100), HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace aangan

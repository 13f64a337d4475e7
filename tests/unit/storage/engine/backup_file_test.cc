// SPDX-License-Identifier: Apache-2.0
// An encrypted file opens whole, in its place, with its key, or not at all.
#include "storage/engine/backup_file.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr size_t kPiece = 64u << 10;

class BackupFileTest : public testing::Test {
 protected:
  void ExpectRefused(const std::string& sealed) {
    EXPECT_THAT(OpenBackupFile(key_, "here", sealed), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  }
  tests::SeededRandom random_{77};
  SecretBytes key_ = SecretBytes::Random(32, random_);
};

TEST_F(BackupFileTest, OpensToWhatWasSealedAtEveryLengthAroundAPiece) {
  for (const size_t size : {size_t{0}, size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece}) {
    const std::string plain(size, 'x');
    const std::string sealed = SealBackupFile(key_, "here", plain);
    const auto opened = OpenBackupFile(key_, "here", sealed);
    ASSERT_THAT(opened, IsOk()) << size;
    EXPECT_EQ(*opened, plain);
    EXPECT_EQ(sealed.find("xxxxxxxx"), std::string::npos);
  }
  const std::string ends_in_zeros("a\0\0\0", 4);
  EXPECT_EQ(*OpenBackupFile(key_, "here", SealBackupFile(key_, "here", ends_in_zeros)), ends_in_zeros);
}

TEST_F(BackupFileTest, SizesSayLittle) {
  EXPECT_EQ(SealBackupFile(key_, "here", "").size(), SealBackupFile(key_, "here", std::string(kPiece - 1, 'x')).size());
}

TEST_F(BackupFileTest, IsRefusedWhenItIsCutOrLengthenedAnywhere) {
  const std::string sealed = SealBackupFile(key_, "here", std::string(2 * kPiece + 5, 'x'));
  const size_t piece = (sealed.size() - 36) / 3;
  for (const size_t size :
       {size_t{0}, size_t{11}, size_t{36}, 36 + piece - 1, 36 + piece, 36 + 2 * piece, sealed.size() - 1})
    ExpectRefused(sealed.substr(0, size));
  ExpectRefused(sealed + sealed.substr(36, piece));
  ExpectRefused(sealed + "x");
  // Two pieces of the same file in each other's place.
  ExpectRefused(sealed.substr(0, 36) + sealed.substr(36 + piece, piece) + sealed.substr(36, piece) +
                sealed.substr(36 + 2 * piece));
}

TEST_F(BackupFileTest, IsRefusedWithAnyFlippedByte) {
  const std::string sealed = SealBackupFile(key_, "here", "some bytes");
  for (size_t at = 0; at < sealed.size(); at = at < 64 ? at + 1 : at + 997) {
    std::string flipped = sealed;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    EXPECT_FALSE(OpenBackupFile(key_, "here", flipped).ok()) << at;
  }
}

TEST_F(BackupFileTest, IsRefusedInAnotherPlaceAndUnderAnotherKey) {
  const std::string sealed = SealBackupFile(key_, "here", "some bytes");
  EXPECT_THAT(OpenBackupFile(key_, "there", sealed), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  const SecretBytes other = SecretBytes::Random(32, random_);
  EXPECT_THAT(OpenBackupFile(other, "here", sealed), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(BackupFileTest, OneOfANewerFormatSaysSo) {
  std::string sealed = SealBackupFile(key_, "here", "some bytes");
  sealed[11] = 2;
  EXPECT_THAT(OpenBackupFile(key_, "here", sealed),
              HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat));
}

TEST_F(BackupFileTest, ACheckedFileTakesThePlaceOfAnotherWholeOrNotAtAll) {
  const tests::TempDir folder;
  ASSERT_THAT(WriteCheckedFile(folder / "file", "one"), IsOk());
  ASSERT_THAT(WriteCheckedFile(folder / "file", "two"), IsOk());
  EXPECT_EQ(*ReadFile(folder / "file", 10), "two");
  EXPECT_FALSE(WriteCheckedFile(folder / "no such folder/file", "three").ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace aangan::storage

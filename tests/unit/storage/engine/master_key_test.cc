// SPDX-License-Identifier: Apache-2.0
// The master key opens with its own lock and no other; nobody makes the lock weaker by editing the file.
#include "storage/engine/master_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
using enum absl::StatusCode;

const auto kDamagedFile = HasProblem(kDataLoss, Reason::kDamaged);
const auto kWrong = HasProblem(kFailedPrecondition, Reason::kBadPassphrase);

std::string Bytes(const SecretBytes& bytes) { return std::string(AsText(bytes.span())); }
KeyLock Passphrase(absl::string_view words) {
  return {KeyProtection::kByPassphrase, SecretBytes::Copy(AsBytes(words))};
}
KeyLock KeyFile(char fill) { return {KeyProtection::kByKeyFile, SecretBytes::Copy(AsBytes(std::string(40, fill)))}; }

class MasterKeyTest : public ::testing::Test {
 protected:
  absl::Status Create(const KeyLock& lock) { return CreateMasterKey(path_, lock, kPassphraseFloor, random_); }
  std::string File() { return *ReadFile(path_, 1000); }
  void Replace(const std::string& bytes) { ASSERT_THAT(WriteFileDurably(path_, bytes, 0600), IsOk()); }
  // The bytes with a check that fits them.
  static std::string Checked(const std::string& body) {
    const Digest check = Sha256(body);
    return body + std::string(AsText(absl::MakeConstSpan(check).subspan(0, 16)));
  }

  tests::TempDir dir_;
  const std::string path_ = dir_ / "master_key";
  tests::SeededRandom random_{5};
};

TEST_F(MasterKeyTest, AKeyFileOpensIt) {
  EXPECT_THAT(ProtectionOf(path_), HasProblem(kNotFound, Reason::kKeyMissing));
  ASSERT_THAT(Create(KeyFile('a')), IsOk());
  EXPECT_EQ(*ProtectionOf(path_), KeyProtection::kByKeyFile);
  const auto key = OpenMasterKey(path_, KeyFile('a'));
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(key->size(), 32u);
  EXPECT_EQ(File().find(Bytes(*key)), std::string::npos);
  EXPECT_THAT(OpenMasterKey(path_, KeyFile('b')), kWrong);
  EXPECT_THAT(OpenMasterKey(path_, Passphrase("five words that do not")),
              HasProblem(kFailedPrecondition, Reason::kKeyMissing));
  EXPECT_THAT(OpenMasterKey(path_, KeyLock()), HasProblem(kFailedPrecondition, Reason::kKeyMissing));
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  EXPECT_THAT(Create(KeyFile('a')), HasProblem(kAlreadyExists, Reason::kAlreadyExists));
}

TEST_F(MasterKeyTest, APassphraseOpensItAndIsChangedWithoutChangingTheKey) {
  const KeyLock before = Passphrase("five words that do not"), after = Passphrase("belong to each other");
  ASSERT_THAT(Create(before), IsOk());
  const auto key = OpenMasterKey(path_, before);
  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(OpenMasterKey(path_, Passphrase("five words that do noT")), kWrong);
  EXPECT_THAT(ChangeLock(path_, Passphrase("some other passphrase"), after, kPassphraseFloor, random_), kWrong);
  ASSERT_THAT(ChangeLock(path_, before, after, kPassphraseFloor, random_), IsOk());
  EXPECT_THAT(OpenMasterKey(path_, before), kWrong);
  const auto same = OpenMasterKey(path_, after);
  ASSERT_THAT(same, IsOk());
  EXPECT_TRUE(same->ConstantTimeEquals(key->span()));
}

TEST_F(MasterKeyTest, AKeyIsNeverMadeInTheClearNorBehindTooLittle) {
  const auto refused = HasProblem(kInvalidArgument, Reason::kInvalidField);
  EXPECT_THAT(Create(KeyLock()), refused);
  EXPECT_THAT(Create(Passphrase("elevenchars")), refused);
  EXPECT_THAT(Create({KeyProtection::kByKeyFile, SecretBytes(31)}), refused);
  ASSERT_THAT(Create(KeyFile('a')), IsOk());
  EXPECT_THAT(ChangeLock(path_, KeyFile('a'), KeyLock(), kPassphraseFloor, random_), refused);
  EXPECT_THAT(OpenMasterKey(path_, KeyFile('a')), IsOk());
}

TEST_F(MasterKeyTest, AFileOfTheFirstFormatOpensAndGetsALock) {
  const std::string key(32, 'k');
  Replace(Checked(std::move(CanonicalWriter().Fixed(AsBytes("AANGANKY")).U32(1).U8(0).Fixed(AsBytes(key))).Take()));
  EXPECT_EQ(*ProtectionOf(path_), KeyProtection::kByMode);
  EXPECT_EQ(Bytes(*OpenMasterKey(path_, KeyLock())), key);
  ASSERT_THAT(ChangeLock(path_, KeyLock(), Passphrase("five words that do not"), kPassphraseFloor, random_), IsOk());
  EXPECT_EQ(File().find(key), std::string::npos);
  EXPECT_EQ(Bytes(*OpenMasterKey(path_, Passphrase("five words that do not"))), key);
}

TEST_F(MasterKeyTest, EveryFlippedBitAndEveryOtherLengthIsFound) {
  ASSERT_THAT(Create(KeyFile('a')), IsOk());
  const std::string whole = File();
  for (size_t bit = 0; bit < whole.size() * 8; bit += 3) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    Replace(flipped);
    ASSERT_THAT(OpenMasterKey(path_, KeyFile('a')), kDamagedFile) << bit;
  }
  for (const size_t size : {size_t{0}, size_t{10}, size_t{16}, whole.size() - 1}) {
    Replace(whole.substr(0, size));
    EXPECT_THAT(OpenMasterKey(path_, KeyFile('a')), kDamagedFile) << size;
  }
  Replace(whole + std::string(600, 'x'));
  EXPECT_THAT(OpenMasterKey(path_, KeyFile('a')), kDamagedFile);
}

// Somebody who edits the file mends its check too.
TEST_F(MasterKeyTest, AnEditedFileDoesNotOpenWithLessWork) {
  const KeyLock lock = Passphrase("five words that do not");
  ASSERT_THAT(Create(lock), IsOk());
  const std::string body = File().substr(0, File().size() - 16);
  constexpr size_t kPasses = 8 + 4 + 1 + 16, kMemory = kPasses + 8;
  const auto with = [&](size_t at, uint64_t value) {
    std::string edited = body;
    edited.replace(at, 8, std::move(CanonicalWriter().U64(value)).Take());
    return Checked(edited);
  };
  for (const std::string& edited : {with(kPasses, 2), with(kPasses, 65), with(kMemory, (64 << 20) - 1),
                                    with(kMemory, (uint64_t{1} << 30) + 1), with(kMemory, UINT64_MAX)}) {
    Replace(edited);
    EXPECT_THAT(OpenMasterKey(path_, lock), kDamagedFile);
  }
  // Within the bounds, and yet not what it was made with.
  Replace(with(kPasses, kPassphraseFloor.passes + 1));
  EXPECT_THAT(OpenMasterKey(path_, lock), kWrong);
  std::string newer = body;
  newer[11] = 3;
  Replace(Checked(newer));
  EXPECT_THAT(OpenMasterKey(path_, lock), HasProblem(kFailedPrecondition, Reason::kNewerFormat));
}

TEST_F(MasterKeyTest, AMissingOrOpenFileIsSaid) {
  const auto missing = HasProblem(kFailedPrecondition, Reason::kKeyMissing);
  EXPECT_THAT(OpenMasterKey(path_, KeyFile('a')), missing);
  ASSERT_THAT(Create(KeyFile('a')), IsOk());
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_THAT(OpenMasterKey(path_, KeyFile('a')), missing);
}

TEST(MeasuredPassphraseCost, LiesWithinTheBounds) {
  const PassphraseCost cost = MeasuredPassphraseCost();
  EXPECT_GE(cost.passes, kPassphraseFloor.passes);
  EXPECT_LE(cost.passes, kPassphraseCeiling.passes);
  EXPECT_GE(cost.memory_bytes, kPassphraseFloor.memory_bytes);
}

}  // namespace
}  // namespace aangan::storage

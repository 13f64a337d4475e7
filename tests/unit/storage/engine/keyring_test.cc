// SPDX-License-Identifier: Apache-2.0
// Keys that follow from the master key stay the same; members' keys come back, and are gone when forgotten.
#include "storage/engine/keyring.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage {
namespace {

using tests::HasProblem;
using tests::IsOk;
constexpr uint64_t kSeed = 31337;

KeyId Member(uint8_t number) {
  KeyId id{};
  id[15] = number;
  return id;
}

std::string Bytes(absl::Span<const uint8_t> bytes) { return std::string(AsText(bytes)); }
absl::StatusOr<std::string> NotCalled() { return absl::InternalError("not in the cache"); }

class KeyringTest : public testing::Test {
 protected:
  // Always of the same master key.
  std::unique_ptr<Keyring> Open(size_t cached = 4) { return std::make_unique<Keyring>(master_.Clone(), cached); }

  tests::TempDir dir_;
  tests::SeededRandom random_{kSeed};
  const SecretBytes master_ = SecretBytes::Random(kSealKeyBytes, random_);
};

TEST_F(KeyringTest, DerivedKeysStayTheSameAndDifferByPurpose) {
  const std::string tally = Bytes(Open()->Derive("tally").span());
  EXPECT_EQ(tally.size(), kSealKeyBytes);
  EXPECT_EQ(Bytes(Open()->Derive("tally").span()), tally);
  EXPECT_NE(Bytes(Open()->Derive("import").span()), tally);
}

TEST_F(KeyringTest, AStoreOfAnotherMasterKeyIsRefused) {
  auto database = Database::Open({.folder = dir_ / "db", .families = kNodeMainFamilies});
  ASSERT_THAT(database, IsOk());
  EXPECT_THAT(Open()->BindTo(**database), IsOk());
  EXPECT_THAT(Open()->BindTo(**database), IsOk());
  const Keyring other(SecretBytes::Random(kSealKeyBytes, random_));
  EXPECT_THAT(other.BindTo(**database), HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
}

TEST_F(KeyringTest, AMembersKeyComesBackFromItsWrappedForm) {
  auto made = Open()->MakeMemberKey(Member(1), random_);
  EXPECT_EQ(made.wrapped.find(Bytes(made.key.span())), std::string::npos);
  auto keyring = Open();
  auto key = keyring->MemberKey(Member(1), [&] { return absl::StatusOr<std::string>(made.wrapped); });
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(Bytes(key->span()), Bytes(made.key.span()));
  EXPECT_EQ(Bytes(keyring->MemberKey(Member(1), NotCalled)->span()), Bytes(made.key.span()));
  EXPECT_THAT(keyring->MemberKey(Member(2), [&] { return absl::StatusOr<std::string>(made.wrapped); }),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

TEST_F(KeyringTest, AKeyThatIsOnlyMadeIsNotCached) {
  auto keyring = Open();
  (void)keyring->MakeMemberKey(Member(1), random_);
  EXPECT_EQ(keyring->cached_keys(), 0u);
}

TEST_F(KeyringTest, TheCacheIsBoundedAndDropsWhatWasUsedLeastRecently) {
  auto keyring = Open(3);
  auto load = [&](uint8_t number) {
    return keyring->MemberKey(Member(number), [&] {
      return absl::StatusOr<std::string>(keyring->MakeMemberKey(Member(number), random_).wrapped);
    });
  };
  for (uint8_t number : {1, 2, 3, 1, 4}) EXPECT_THAT(load(number), IsOk());
  EXPECT_EQ(keyring->cached_keys(), 3u);
  EXPECT_THAT(keyring->MemberKey(Member(1), NotCalled), IsOk());
  EXPECT_FALSE(keyring->MemberKey(Member(2), NotCalled).ok());
  // A freed slot is used again and holds the right key.
  keyring->Forget(Member(3));
  auto five = load(5);
  ASSERT_THAT(five, IsOk());
  EXPECT_EQ(Bytes(keyring->MemberKey(Member(5), NotCalled)->span()), Bytes(five->span()));
  EXPECT_THAT(keyring->MemberKey(Member(4), NotCalled), IsOk());
  EXPECT_EQ(keyring->cached_keys(), 3u);
}

TEST_F(KeyringTest, AForgottenKeyIsNotServedAgain) {
  auto keyring = Open();
  const std::string wrapped = keyring->MakeMemberKey(Member(1), random_).wrapped;
  ASSERT_THAT(keyring->MemberKey(Member(1), [&] { return absl::StatusOr<std::string>(wrapped); }), IsOk());
  keyring->Forget(Member(1));
  keyring->Forget(Member(9));
  auto erased = [] { return absl::StatusOr<std::string>(absl::NotFoundError("erased")); };
  EXPECT_EQ(keyring->MemberKey(Member(1), erased).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(KeyringTest, AKeyThatWasBeingLoadedWhileItWasForgottenIsNotKept) {
  auto keyring = Open();
  const std::string wrapped = keyring->MakeMemberKey(Member(1), random_).wrapped;
  auto key = keyring->MemberKey(Member(1), [&] {
    keyring->Forget(Member(1));  // the erasure comes between reading the wrapped key and using it
    return absl::StatusOr<std::string>(wrapped);
  });
  EXPECT_THAT(key, IsOk());
  EXPECT_EQ(keyring->cached_keys(), 0u);
}

TEST_F(KeyringTest, AWorkingKeyIsWipedWhenItIsMovedFrom) {
  const SecretBytes bytes = SecretBytes::Random(kSealKeyBytes, random_);
  WorkingKey first(bytes.span());
  WorkingKey second(std::move(first));
  EXPECT_EQ(Bytes(first.span()), std::string(kSealKeyBytes, '\0'));  // NOLINT(bugprone-use-after-move)
  first = std::move(second);
  EXPECT_EQ(Bytes(first.span()), Bytes(bytes.span()));
  EXPECT_EQ(Bytes(second.span()), std::string(kSealKeyBytes, '\0'));  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace aangan::storage

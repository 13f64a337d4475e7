// SPDX-License-Identifier: Apache-2.0
// Secrets move and are wiped; they are neither copied nor printed by accident.
#include "base/secret.h"

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <type_traits>

#include "base/digest.h"
#include "tests/support/seeded_random.h"

namespace aangan {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(!Printable<SecretBytes>);

TEST(Secret, BeginsAsZerosAndMovesWithoutACopy) {
  SecretBytes secret(40);
  for (uint8_t byte : secret.span()) EXPECT_EQ(byte, 0);
  secret.data()[3] = 7;
  const uint8_t* place = secret.data();
  SecretBytes moved = std::move(secret);
  EXPECT_EQ(moved.data(), place);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): a moved secret is promised to be empty
  SecretBytes assigned;
  assigned = std::move(moved);
  EXPECT_EQ(assigned.data(), place);
  EXPECT_EQ(assigned.size(), 40u);
}

TEST(Secret, ACloneIsEqualAndElsewhere) {
  tests::SeededRandom random(5);
  SecretBytes secret = SecretBytes::Random(33, random);
  SecretBytes clone = secret.Clone();
  EXPECT_NE(clone.data(), secret.data());
  EXPECT_TRUE(clone.ConstantTimeEquals(secret.span()));
  clone.data()[32] ^= 1;
  EXPECT_FALSE(clone.ConstantTimeEquals(secret.span()));
  EXPECT_FALSE(clone.ConstantTimeEquals(secret.span().subspan(1)));
}

TEST(Secret, EmptyOnesAreFine) {
  SecretBytes none;
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(none.ConstantTimeEquals({}));
  EXPECT_TRUE(none.Clone().empty());
  EXPECT_TRUE(SecretBytes(0).empty());
}

// The kernel says of each mapping whether it goes into a core dump ("dd" = do not dump).
TEST(Secret, IsLeftOutOfCoreDumps) {
  SecretBytes secret(100);
  const auto address = reinterpret_cast<uintptr_t>(secret.data());
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool inside = false;
  std::string flags;
  while (std::getline(maps, line)) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) inside = begin <= address && address < end;
    if (inside && line.rfind("VmFlags:", 0) == 0) flags = line + " ";
  }
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
}

TEST(Secret, WipingLeavesZerosBehind) {
  std::array<uint8_t, 16> bytes;
  bytes.fill(0xaa);
  Wipe(absl::MakeSpan(bytes));
  EXPECT_EQ(bytes, (std::array<uint8_t, 16>{}));
  std::string text = "a pass phrase that is longer than what a string keeps inside itself";
  const char* place = text.data();
  const size_t size = text.size();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string(place, size), std::string(size, '\0'));
}

}  // namespace
}  // namespace aangan

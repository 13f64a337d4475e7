// SPDX-License-Identifier: Apache-2.0
// Canonical bytes: what is written is read back, whatever it is, and nothing else is accepted.
#include "base/canonical.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/digest.h"
#include "base/status.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using tests::HasProblem;
using tests::IsOk;

constexpr uint64_t kSeed = 20250311;

// One of each thing that can be written, with the bytes that the format asks for.
struct Everything {
  uint8_t a = 0;
  uint16_t b = 0;
  uint32_t c = 0;
  uint64_t d = 0;
  int64_t e = 0;
  std::array<uint8_t, 5> f{};
  std::string g;
};

std::string Write(const Everything& v) {
  CanonicalWriter writer;
  writer.U8(v.a).U16(v.b).U32(v.c).U64(v.d).I64(v.e).Fixed(v.f).Bytes(v.g);
  return std::move(writer).Take();
}

absl::StatusOr<Everything> Read(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  Everything v;
  ASSIGN_OR_RETURN(v.a, reader.U8());
  ASSIGN_OR_RETURN(v.b, reader.U16());
  ASSIGN_OR_RETURN(v.c, reader.U32());
  ASSIGN_OR_RETURN(v.d, reader.U64());
  ASSIGN_OR_RETURN(v.e, reader.I64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(v.f)));
  ASSIGN_OR_RETURN(absl::string_view g, reader.Bytes(64));
  v.g = std::string(g);
  RETURN_IF_ERROR(reader.End());
  return v;
}

TEST(Canonical, IntegersAreBigEndianAndVaryingPartsCarryTheirLength) {
  CanonicalWriter writer;
  writer.U8(0x01).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f).I64(-2).Bytes("hi");
  EXPECT_EQ(ToHex(AsBytes(writer.bytes())), "0102030405060708090a0b0c0d0e0ffffffffffffffffe000000026869");
}

TEST(Canonical, WhatIsWrittenIsReadBackAndNoPrefixOfItIs) {
  tests::SeededRandom random(kSeed);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << " round " << round);
    Everything v{random.Bytes<1>()[0],
                 static_cast<uint16_t>(random.Uint64()),
                 static_cast<uint32_t>(random.Uint64()),
                 random.Uint64(),
                 static_cast<int64_t>(random.Uint64()),
                 random.Bytes<5>(),
                 std::string(random.Below(65), 'x')};
    random.Fill({reinterpret_cast<uint8_t*>(v.g.data()), v.g.size()});
    const std::string bytes = Write(v);
    auto back = Read(bytes);
    ASSERT_THAT(back, IsOk());
    ASSERT_EQ(Write(*back), bytes);
    ASSERT_EQ(back->g, v.g);
    for (size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_THAT(Read(absl::string_view(bytes).substr(0, size)),
                  HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength))
          << "cut to " << size;
    }
    ASSERT_THAT(Read(bytes + "x"), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
  }
}

TEST(Canonical, APartLongerThanAllowedIsRefusedEvenWhenItsBytesAreThere) {
  CanonicalWriter writer;
  writer.Bytes("four");
  CanonicalReader reader(writer.bytes());
  EXPECT_THAT(reader.Bytes(3), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

TEST(Canonical, ALengthFarBeyondTheEndIsRefused) {
  CanonicalReader reader(absl::string_view("\xff\xff\xff\xffx", 5));
  EXPECT_THAT(reader.Bytes(SIZE_MAX), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

TEST(Canonical, TwoPartsNeverRunIntoEachOther) {
  CanonicalWriter one;
  CanonicalWriter other;
  one.Bytes("ab").Bytes("c");
  other.Bytes("a").Bytes("bc");
  EXPECT_NE(one.bytes(), other.bytes());
}

}  // namespace
}  // namespace aangan

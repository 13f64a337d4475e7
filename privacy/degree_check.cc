// SPDX-License-Identifier: Apache-2.0
// The degree check: see degree_check.h.
#include "privacy/degree_check.h"

#include "base/canonical.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"

namespace aangan::privacy {
namespace {

uint64_t LittleEndianWord(const Digest& digest) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | digest[static_cast<size_t>(i)];
  return word;
}

}  // namespace

Challenges ChallengesOf(const Digest& round_id, const model::Id& sender, absl::Span<const Digest> ciphertext_hashes) {
  CanonicalWriter bound;
  bound.Fixed(round_id).Fixed(sender.bytes);
  for (const Digest& hash : ciphertext_hashes) bound.Fixed(hash);
  Challenges challenges{};
  for (uint8_t t = 1; t <= kCheckWords; ++t) {
    uint64_t word = kFieldPrime;
    for (uint32_t counter = 0; word >= kFieldPrime; ++counter) {
      const std::string tail = CanonicalWriter().U8(t).U32(counter).bytes();
      word = LittleEndianWord(Sha256({kDegreeLabel.text(), bound.bytes(), tail}));
    }
    challenges[t - 1] = word;
  }
  return challenges;
}

CheckCoefficients MakeCheck(const ShareVector& secret, absl::Span<const ShareVector> first_shares,
                            const Challenges& challenges) {
  const std::vector<uint64_t> points = DealtPoints(first_shares.size());
  std::array<std::vector<uint64_t>, kCheckWords> values;
  const auto add = [&](const ShareVector& words) {
    const auto combined = Combine<Field64>(words.span(), challenges);
    for (size_t t = 0; t < kCheckWords; ++t) values[t].push_back(combined[t]);
  };
  add(secret);
  for (const ShareVector& share : first_shares) add(share);
  CheckCoefficients coefficients;
  for (size_t t = 0; t < kCheckWords; ++t) coefficients[t] = Interpolate<Field64>(points, values[t]);
  return coefficients;
}

bool PassesCheck(const ShareVector& share, int place, const CheckCoefficients& coefficients,
                 const Challenges& challenges) {
  const auto combined = Combine<Field64>(share.span(), challenges);
  bool passes = true;
  for (size_t t = 0; t < kCheckWords; ++t)
    passes &= combined[t] == Evaluate<Field64>(coefficients[t], PointOfPlace(place));
  return passes;
}

}  // namespace aangan::privacy

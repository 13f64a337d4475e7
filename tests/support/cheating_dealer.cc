// SPDX-License-Identifier: Apache-2.0
// A dealer who signs what she likes.
#include "tests/support/cheating_dealer.h"

#include <algorithm>
#include <array>

#include "base/canonical.h"
#include "base/check.h"
#include "privacy/degree_check.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"

namespace aangan::tests {
namespace {

using privacy::Field64;
using privacy::Holders;

size_t At(int place) { return static_cast<size_t>(place); }

std::string RandomShare(const Holders& holders, int dealer, int place, const std::string& header,
                        RandomSource& random) {
  const SecretBytes seed = SecretBytes::Random(privacy::kSeedBytes, random);
  const SecretBytes plaintext =
      holders.seeded(place)
          ? privacy::EncodeSeedShare(seed.span(), holders.cells)
          : privacy::EncodeWordShare(privacy::ExpandSeed(seed.span(), holders.cells + privacy::kCheckWords));
  const std::string info = "sc-agg/v1/share" + CanonicalWriter()
                                                   .U8(privacy::kShareSuite)
                                                   .Fixed(holders.round_id)
                                                   .Fixed(holders.id(dealer).bytes)
                                                   .Fixed(holders.id(place).bytes)
                                                   .bytes();
  return *privacy::SealTo(*holders.recipient_keys[At(place)], info, AsText(Sha256(header)), plaintext.span(), random);
}

}  // namespace

std::string Spoil(const std::string& honest, const Holders& holders, int dealer, const SigningKey& key,
                  const std::vector<const SecretBytes*>& private_keys, const std::vector<int>& bad_places, Cheat cheat,
                  RandomSource& random, const std::vector<std::string>& other) {
  const privacy::SummedContribution parsed = *privacy::ParseSummed(honest, holders, dealer);
  const std::string header = honest.substr(0, privacy::kHeaderBytes);
  std::string head = header;
  std::string behind;
  std::vector<Digest> hashes;
  for (int place = 0; place < holders.n(); ++place) {
    std::string sealed(parsed.sealed[At(place)]);
    if (std::find(bad_places.begin(), bad_places.end(), place) != bad_places.end()) {
      if (cheat == Cheat::kRandomShare) sealed = RandomShare(holders, dealer, place, header, random);
      if (cheat == Cheat::kDoesNotDecrypt) sealed.back() = static_cast<char>(sealed.back() ^ 1);
      if (cheat == Cheat::kCopiedEncapsulation) sealed = other[At(place)];
    }
    hashes.push_back(sealed.empty() ? Digest{} : Sha256(sealed));
    head += std::string(AsText(hashes.back()));
    behind += sealed;
  }
  // The check is made for what was dealt to the others, under the challenges of what is sent.
  const privacy::Challenges challenges = privacy::ChallengesOf(holders.round_id, holders.id(dealer), hashes);
  std::vector<uint64_t> points;
  std::array<std::vector<uint64_t>, privacy::kCheckWords> combined;
  for (int place = 0; place < holders.numbers.k; ++place) {
    const privacy::OpenedShare opened =
        *privacy::OpenShare(parsed.head, holders, place, parsed.sealed[At(place)], *private_keys[At(place)]);
    AANGAN_CHECK(opened.share.has_value());
    const auto words = privacy::Combine<Field64>(opened.share->span(), challenges);
    points.push_back(privacy::PointOfPlace(place));
    for (size_t t = 0; t < privacy::kCheckWords; ++t) combined[t].push_back(words[t]);
  }
  for (size_t t = 0; t < privacy::kCheckWords; ++t)
    head += privacy::EncodeFieldWords(privacy::Interpolate<Field64>(points, combined[t]));
  return WithSignature(key, privacy::kContributionLabel, std::move(head)) + behind;
}

}  // namespace aangan::tests

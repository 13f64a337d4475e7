// SPDX-License-Identifier: Apache-2.0
// A summed round in memory: see summed_round.h.
#include "tests/unit/privacy/summed_round.h"

#include <algorithm>
#include <numeric>

#include "base/canonical.h"
#include "base/check.h"
#include "model/roster.h"
#include "privacy/answer.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"

namespace aangan::privacy {
namespace {

ProtectedVector AsProtected(const std::vector<int64_t>& values) {
  return *ProtectedVector::Decode(EncodeWords(values));
}

}  // namespace

std::vector<int> Places(int n) {
  std::vector<int> places(static_cast<size_t>(n));
  std::iota(places.begin(), places.end(), 0);
  return places;
}

SummedRound::SummedRound(int n, size_t cells, uint64_t seed) : random_(seed) {
  holders_.round_id = Sha256("a round");
  holders_.numbers = NumbersOf(n);
  holders_.cells = cells;
  for (int place = 0; place < n; ++place) {
    keys_.push_back(SigningKey::Generate(random_));
    private_keys_.push_back(SecretBytes::Random(32, random_));
    holders_.signing_keys.push_back(keys_.back().public_key());
    holders_.recipient_keys.emplace_back(RecipientKeyOf(private_keys_.back()));
    values_.emplace_back();
    for (size_t cell = 0; cell < cells; ++cell)
      values_.back().push_back(static_cast<int64_t>(random_.Below(2001)) - 1000);
  }
  sent_.resize(static_cast<size_t>(n));
}

ContributionHeader SummedRound::Header(int dealer) const {
  ContributionHeader header;
  header.round_id = holders_.round_id;
  header.node_id = holders_.id(dealer).bytes;
  header.ledger_head = Sha256("a ledger");
  header.log = {30, Sha256("a log")};
  header.counter = 7;
  return header;
}

const std::string& SummedRound::Contribution(int dealer) {
  std::string& sent = sent_[At(dealer)];
  if (sent.empty()) sent = *BuildSummed(Header(dealer), holders_, AsProtected(values(dealer)), key(dealer), random_);
  return sent;
}

// A cheating dealer signs what she likes: shares of some places are replaced by random words, sealed well, and the head
// is made for them, hashes and all.
std::string SummedRound::Spoilt(int dealer, const std::vector<int>& bad_places) {
  const std::string honest = Contribution(dealer);
  const SummedContribution parsed = *ParseSummed(honest, holders_, dealer);
  const std::string header = EncodeHeader(Header(dealer), ContributionForm::kSummed, holders_.cells);
  std::string head = header;
  std::string behind;
  std::vector<Digest> hashes;
  for (int place = 0; place < n(); ++place) {
    std::string sealed(parsed.sealed[At(place)]);
    if (std::find(bad_places.begin(), bad_places.end(), place) != bad_places.end()) {
      const SecretBytes seed = SecretBytes::Random(kSeedBytes, random_);
      const SecretBytes plaintext = holders_.seeded(place)
                                        ? EncodeSeedShare(seed.span(), holders_.cells)
                                        : EncodeWordShare(ExpandSeed(seed.span(), holders_.cells + kCheckWords));
      const std::string info = "sc-agg/v1/share" + CanonicalWriter()
                                                       .U8(kShareSuite)
                                                       .Fixed(holders_.round_id)
                                                       .Fixed(holders_.id(dealer).bytes)
                                                       .Fixed(holders_.id(place).bytes)
                                                       .bytes();
      sealed = *SealTo(*holders_.recipient_keys[At(place)], info, AsText(Sha256(header)), plaintext.span(), random_);
    }
    hashes.push_back(Sha256(sealed));
    head += std::string(AsText(hashes.back()));
    behind += sealed;
  }
  // The check is made for what was dealt to the others, under the challenges of what is sent.
  const Challenges challenges = ChallengesOf(holders_.round_id, holders_.id(dealer), hashes);
  std::vector<uint64_t> points;
  std::array<std::vector<uint64_t>, kCheckWords> combined;
  for (int place = 0; place < holders_.numbers.k; ++place) {
    const OpenedShare opened = ShareOf(place, dealer);
    const auto words = Combine<Field64>(opened.share->span(), challenges);
    points.push_back(PointOfPlace(place));
    for (size_t t = 0; t < kCheckWords; ++t) combined[t].push_back(words[t]);
  }
  for (size_t t = 0; t < kCheckWords; ++t) head += EncodeFieldWords(Interpolate<Field64>(points, combined[t]));
  head += std::string(AsText(key(dealer).Sign(kContributionLabel, head)));
  return head + behind;
}

OpenedShare SummedRound::ShareOf(int holder, int dealer) {
  const SummedContribution parsed = *ParseSummed(Contribution(dealer), holders_, dealer);
  return *OpenShare(parsed.head, holders_, holder, parsed.sealed[At(holder)], private_key(holder));
}

PlacedAnswer SummedRound::AnswerOf(int holder, const std::vector<int>& dealers, const std::vector<bool>& left_out) {
  std::vector<ShareVector> shares;
  for (const int dealer : dealers) {
    OpenedShare opened = ShareOf(holder, dealer);
    AANGAN_CHECK(opened.share.has_value());
    shares.push_back(*std::move(opened.share));
  }
  return {holder, SumShares(shares, left_out)};
}

std::vector<int64_t> SummedRound::SumOf(const std::vector<int>& dealers) const {
  std::vector<int64_t> sum(holders_.cells, 0);
  for (const int dealer : dealers)
    for (size_t cell = 0; cell < sum.size(); ++cell) sum[cell] += values(dealer)[cell];
  return sum;
}

}  // namespace aangan::privacy

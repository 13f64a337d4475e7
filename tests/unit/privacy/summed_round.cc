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
#include "tests/support/cheating_dealer.h"

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

std::string SummedRound::Spoilt(int dealer, const std::vector<int>& bad_places) {
  std::vector<const SecretBytes*> private_keys;
  for (const SecretBytes& each : private_keys_) private_keys.push_back(&each);
  return tests::Spoil(Contribution(dealer), holders_, dealer, key(dealer), private_keys, bad_places,
                      tests::Cheat::kRandomShare, random_);
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

// SPDX-License-Identifier: Apache-2.0
// A summed round in memory, for tests: n collectives with keys, their vectors, what they would send and answer.
#ifndef AANGAN_TESTS_UNIT_PRIVACY_SUMMED_ROUND_H_
#define AANGAN_TESTS_UNIT_PRIVACY_SUMMED_ROUND_H_

#include <string>
#include <vector>

#include "privacy/reconstruction.h"
#include "privacy/summed_contribution.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {

class SummedRound {
 public:
  SummedRound(int n, size_t cells, uint64_t seed = 1);

  int n() const { return holders_.n(); }
  Holders& holders() { return holders_; }
  const SigningKey& key(int place) const { return keys_[At(place)]; }
  const SecretBytes& private_key(int place) const { return private_keys_[At(place)]; }
  const std::vector<int64_t>& values(int place) const { return values_[At(place)]; }
  tests::SeededRandom& random() { return random_; }

  ContributionHeader Header(int dealer) const;
  // Dealt once and kept.
  const std::string& Contribution(int dealer);
  // Of a dealer who follows the rules but for what `spoil` does to the share of a place before it is sealed.
  std::string Spoilt(int dealer, const std::vector<int>& bad_places);
  // Replaces what a dealer sent.
  void Send(int dealer, std::string bytes) { sent_[At(dealer)] = std::move(bytes); }

  // What an honest holder does with the contributions of `dealers`: her share of each, or a fault.
  OpenedShare ShareOf(int holder, int dealer);
  PlacedAnswer AnswerOf(int holder, const std::vector<int>& dealers, const std::vector<bool>& left_out);
  std::vector<int64_t> SumOf(const std::vector<int>& dealers) const;

 private:
  static size_t At(int place) { return static_cast<size_t>(place); }

  tests::SeededRandom random_;
  Holders holders_;
  std::vector<SigningKey> keys_;
  std::vector<SecretBytes> private_keys_;
  std::vector<std::vector<int64_t>> values_;
  std::vector<std::string> sent_;
};

std::vector<int> Places(int n);

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_UNIT_PRIVACY_SUMMED_ROUND_H_

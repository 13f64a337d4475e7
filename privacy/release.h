// SPDX-License-Identifier: Apache-2.0
// The release mechanism, the one way out: noise is drawn before the counts are read, kept, and added once. Only the
// protected vector that comes out of here can be written down for the federation.
//
// Draw() takes no counts: its time and its bytes can not depend on them (reference 3, row 2). Protect() adds a draw to
// closed tallies. model::ClosedTallies has no wire form; ProtectedVector has one and can not be made otherwise.
//
// Threads: plain values. Errors: FAILED_PRECONDITION (WRONG_STATE) when draw and tallies are of different rounds;
// DATA_LOSS (DAMAGED) for a stored draw that does not read.
#ifndef AANGAN_PRIVACY_RELEASE_H_
#define AANGAN_PRIVACY_RELEASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/catalogue.h"
#include "model/tally.h"
#include "privacy/accounting.h"
#include "privacy/rational.h"

namespace aangan::privacy {

// How much noise each cell of a round's vector gets from one node.
struct NoisePlan {
  struct Table {
    uint32_t cells = 0;
    Rational variance;  // that this node adds to each cell
    bool operator==(const Table&) const = default;
  };
  Digest round_id{};
  std::vector<Table> tables;  // in the order of the vector
};
NoisePlan PlanNoise(const Digest& round_id, const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                    const RoundNumbers& numbers);

// The noise of one node for one round. Secret until it is added; wiped when it goes.
class NoiseDraw {
 public:
  const Digest& round_id() const { return round_id_; }
  size_t cells() const { return noise_.size() / sizeof(int64_t); }

  // For the once/ store alone, which seals it.
  SecretBytes Encode() const;
  static absl::StatusOr<NoiseDraw> Decode(absl::Span<const uint8_t> bytes);

 private:
  friend NoiseDraw Draw(const NoisePlan& plan, RandomSource& random);
  friend absl::StatusOr<class ProtectedVector> Protect(const model::ClosedTallies& closed, const NoiseDraw& draw);
  NoiseDraw(const Digest& round_id, SecretBytes noise) : round_id_(round_id), noise_(std::move(noise)) {}
  int64_t at(size_t cell) const;

  Digest round_id_{};
  SecretBytes noise_;  // int64 a cell
};

// All cells in one go, before any count is read.
NoiseDraw Draw(const NoisePlan& plan, RandomSource& random);

class ProtectedVector {
 public:
  const std::vector<int64_t>& values() const { return values_; }
  // Field words, eight bytes little-endian a cell.
  std::string Encode() const;
  static absl::StatusOr<ProtectedVector> Decode(absl::string_view bytes);
  // What an approval names: SHA-256 over the round and the encoded words.
  Digest digest(const Digest& round_id) const;

 private:
  friend absl::StatusOr<ProtectedVector> Protect(const model::ClosedTallies& closed, const NoiseDraw& draw);
  explicit ProtectedVector(std::vector<int64_t> values) : values_(std::move(values)) {}
  std::vector<int64_t> values_;
};

// Adds the draw to the exact clamped counts.
absl::StatusOr<ProtectedVector> Protect(const model::ClosedTallies& closed, const NoiseDraw& draw);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RELEASE_H_

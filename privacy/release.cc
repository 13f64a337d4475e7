// SPDX-License-Identifier: Apache-2.0
// Draw and Protect: see release.h.
#include "privacy/release.h"

#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/problem.h"
#include "privacy/discrete_gaussian.h"
#include "privacy/field.h"

namespace aangan::privacy {
namespace {

constexpr uint8_t kDrawFormat = 1;

}  // namespace

NoisePlan PlanNoise(const Digest& round_id, const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                    const RoundNumbers& numbers) {
  NoisePlan plan;
  plan.round_id = round_id;
  for (const TableVariance& variance : RoundVariances(catalogue, quarter, numbers)) {
    plan.tables.push_back({catalogue.tables[variance.table].cell_count,
                           NodeVariance(variance.sigma_squared, catalogue.summed(), numbers)});
  }
  return plan;
}

NoiseDraw Draw(const NoisePlan& plan, RandomSource& random) {
  size_t cells = 0;
  for (const NoisePlan::Table& table : plan.tables) cells += table.cells;
  SecretBytes noise(cells * sizeof(int64_t));
  size_t at = 0;
  for (const NoisePlan::Table& table : plan.tables) {
    for (uint32_t i = 0; i < table.cells; ++i, at += sizeof(int64_t)) {
      const int64_t value = DiscreteGaussian(table.variance, random);
      std::memcpy(noise.data() + at, &value, sizeof(value));
    }
  }
  return {plan.round_id, std::move(noise)};
}

int64_t NoiseDraw::at(size_t cell) const {
  int64_t value;
  std::memcpy(&value, noise_.data() + cell * sizeof(value), sizeof(value));
  return value;
}

SecretBytes NoiseDraw::Encode() const {
  SecretBytes bytes(1 + round_id_.size() + noise_.size());
  bytes.data()[0] = kDrawFormat;
  std::memcpy(bytes.data() + 1, round_id_.data(), round_id_.size());
  if (!noise_.empty()) std::memcpy(bytes.data() + 1 + round_id_.size(), noise_.data(), noise_.size());
  return bytes;
}

absl::StatusOr<NoiseDraw> NoiseDraw::Decode(absl::Span<const uint8_t> bytes) {
  Digest round_id;
  const size_t header = 1 + round_id.size();
  if (bytes.size() < header || bytes[0] != kDrawFormat || (bytes.size() - header) % sizeof(int64_t) != 0) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the stored draw of noise does not read; this node can not take part in the round");
  }
  std::memcpy(round_id.data(), bytes.data() + 1, round_id.size());
  return NoiseDraw(round_id, SecretBytes::Copy(bytes.subspan(header)));
}

std::string ProtectedVector::Encode() const { return EncodeWords(values_); }

absl::StatusOr<ProtectedVector> ProtectedVector::Decode(absl::string_view bytes) {
  absl::StatusOr<std::vector<int64_t>> values = DecodeWords(bytes);
  if (!values.ok()) return values.status();
  return ProtectedVector(*std::move(values));
}

Digest ProtectedVector::digest(const Digest& round_id) const {
  return Sha256({"aangan/v1/proposal", AsText(round_id), Encode()});
}

absl::StatusOr<ProtectedVector> Protect(const model::ClosedTallies& closed, const NoiseDraw& draw) {
  if (closed.counts.size() != draw.cells()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "the draw of noise and the closed tallies are not of the same round; close the quarter again");
  }
  std::vector<int64_t> values(closed.counts.size());
  for (size_t i = 0; i < values.size(); ++i) {
    AANGAN_CHECK(!__builtin_add_overflow(closed.counts[i], draw.at(i), &values[i]));
  }
  return ProtectedVector(std::move(values));
}

}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// Sums and least squares in integers: see totals.h.
#include "privacy/totals.h"

#include <algorithm>

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/rational.h"

namespace aangan::privacy {
namespace {

namespace fed = federation::v1;
using Int128 = __int128;

constexpr Int128 kSumMax = Int128{1} << 62;
constexpr Uint128 kHundredthsMax = Uint128{1} << 50;  // model/figure takes no larger numerator
constexpr uint64_t kWeightMax = uint64_t{1} << 20;

absl::Status OutOfRange() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange,
                 "Figures add up to more than any round can give.");
}

uint64_t HundredthsOf(const Measured& measured) { return static_cast<uint64_t>(model::Hundredths(measured.variance)); }

absl::StatusOr<Measured> Bounded(Int128 sum, Uint128 hundredths) {
  if (sum >= kSumMax || sum <= -kSumMax || hundredths > kHundredthsMax) return OutOfRange();
  return Measured{static_cast<int64_t>(sum), {static_cast<int64_t>(hundredths), 100}};
}

// To the nearest whole number, halves away from zero. b > 0.
Int128 RoundedQuotient(Int128 a, Int128 b) {
  const Int128 magnitude = ((a < 0 ? -a : a) * 2 + b) / (b * 2);
  return a < 0 ? -magnitude : magnitude;
}

// Each member has exactly one value of it.
bool IsOfMembers(fed::Dimension dimension) {
  return dimension == fed::DIMENSION_PLACE || dimension == fed::DIMENSION_AGE_BAND ||
         dimension == fed::DIMENSION_GENDER || dimension == fed::DIMENSION_EXPLOITATION_TYPE;
}

}  // namespace

absl::StatusOr<Measured> SumOf(const std::vector<Measured>& parts) {
  Int128 sum = 0;
  Uint128 hundredths = 0;
  for (const Measured& part : parts) {
    sum += part.sum;
    hundredths += HundredthsOf(part);
  }
  return Bounded(sum, hundredths);
}

absl::StatusOr<Measured> LeastSquares(const std::vector<Measured>& measurements) {
  AANGAN_CHECK(!measurements.empty() && measurements.size() <= 64);
  uint64_t smallest = UINT64_MAX;
  for (const Measured& each : measurements) smallest = std::min(smallest, HundredthsOf(each));
  AANGAN_CHECK(smallest > 0);
  // 2^20 * 2^62 * 64 for the sum, 2^40 * 2^50 * 64 for the variance: within 127 bits.
  Int128 weighted_sum = 0;
  Uint128 weighted_variance = 0;
  uint64_t weights = 0;
  for (const Measured& each : measurements) {
    const uint64_t variance = HundredthsOf(each);
    if (each.sum >= kSumMax || each.sum <= -kSumMax || variance > kHundredthsMax) return OutOfRange();
    const auto weight = static_cast<uint64_t>(Uint128{kWeightMax} * smallest / variance);
    weighted_sum += Int128{each.sum} * static_cast<int64_t>(weight);
    weighted_variance += Uint128{weight} * weight * variance;
    weights += weight;
  }
  return Bounded(RoundedQuotient(weighted_sum, Int128{static_cast<int64_t>(weights)}),
                 CeilDivide(weighted_variance, Uint128{weights} * weights));
}

std::vector<size_t> TablesOfTotal(const model::CompiledCatalogue& catalogue, size_t indicator, bool yearly) {
  std::vector<size_t> tables;
  int64_t weight = 0;
  int64_t cells_left = yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
  for (size_t i = 0; i < catalogue.tables.size(); ++i) {
    const model::CompiledTable& table = catalogue.tables[i];
    if (table.yearly != yearly) continue;
    const bool of_members = std::all_of(table.dimensions.begin(), table.dimensions.end(), IsOfMembers);
    const auto indicators = static_cast<int64_t>(table.indicators.size());
    // What the earlier tables may have taken of her cells is gone; then some of hers are cut here.
    const bool cuts_nobody = of_members && std::min(table.member_cells_max, cells_left) >= indicators;
    cells_left -= of_members ? std::min(table.member_cells_max, indicators) : table.member_cells_max;
    cells_left = std::max<int64_t>(cells_left, 0);
    const bool counts_it =
        std::find(table.indicators.begin(), table.indicators.end(), indicator) != table.indicators.end();
    if (!cuts_nobody || !counts_it || table.member_weight_max < weight) continue;
    // A member counts once whatever the bound; services up to it.
    if (catalogue.indicators[indicator].unit != fed::UNIT_MEMBER && table.member_weight_max > weight) {
      weight = table.member_weight_max;
      tables.clear();
    }
    tables.push_back(i);
  }
  return tables;
}

}  // namespace aangan::privacy

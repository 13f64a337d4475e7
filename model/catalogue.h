// SPDX-License-Identifier: Apache-2.0
// A catalogue compiled for counting, and the lint that every node runs before it accepts one.
//
// Compile turns codes into the indexes that facts carry and numbers the cells. Lint refuses what protocol.md 2 and the
// reference's section 9 forbid: a dimension that is not a closed public list, a missing bound, places that are no
// partition, a zone below five collectives, a state without the yes of each of its collectives, a stock in a quarterly
// table, places counted by both a quarterly and a yearly table, a sum that could overflow, more than 20,000 cells, a
// cost over the cap. Exact integers throughout; what needs the mathematics of privacy (cost, sigma) is checked by
// privacy/accounting on the same compiled form.
//
// Threads: pure; a CompiledCatalogue is immutable and may be shared.
// Errors: INVALID_ARGUMENT, reason CATALOGUE_REFUSED, each broken rule as a field violation.
#ifndef AANGAN_MODEL_CATALOGUE_H_
#define AANGAN_MODEL_CATALOGUE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "model/facts.h"
#include "model/period.h"

namespace aangan::model {

struct CompiledFilter {
  federation::v1::Event event = federation::v1::EVENT_UNSPECIFIED;
  std::vector<bool> domains;        // by Code; empty means any
  std::vector<bool> service_types;  // by Code; empty means any
  std::vector<bool> instruments;    // by Code; empty means any
  int score_min = 0;
};

struct CompiledIndicator {
  std::string id;
  federation::v1::Unit unit = federation::v1::UNIT_UNSPECIFIED;
  CompiledFilter filter;
  bool first_time = false;
};

struct CompiledTable {
  std::string id;
  bool yearly = false;
  std::vector<size_t> indicators;  // into CompiledCatalogue::indicators
  std::vector<federation::v1::Dimension> dimensions;
  std::vector<uint32_t> dimension_sizes;  // codes of each dimension; for places the number of places
  uint32_t first_cell = 0;                // within the vector of its frequency
  uint32_t cell_count = 0;
  int64_t member_cells_max = 0;
  int64_t member_weight_max = 0;
  int64_t delta2_squared = 0;
  int64_t delta1 = 0;
  int64_t nano_rho = 0;
  int64_t cell_bound = 0;
};

struct CompiledCatalogue {
  federation::v1::Catalogue source;
  Digest digest{};  // of the canonical bytes
  Period first_period, last_period;
  std::vector<CompiledIndicator> indicators;
  std::vector<CompiledTable> tables;  // catalogue order
  int64_t member_cells_quarter_max = 0;
  int64_t member_cells_year_max = 0;
  uint32_t quarter_cell_count = 0;
  uint32_t year_cell_count = 0;

  bool summed() const { return source.form() == federation::v1::ROUND_FORM_SUMMED; }
  bool rehearsal() const { return source.contribute_days() < 14; }
  bool ValidFor(const Period& quarter) const { return quarter >= first_period && quarter <= last_period; }
  // Index of the collective's place, or none.
  std::optional<uint32_t> PlaceOf(absl::string_view collective) const;
  // Cells of the round of `quarter`: the quarterly ones, and behind them the yearly ones in a fourth quarter.
  uint32_t RoundCellCount(const Period& quarter) const {
    return quarter_cell_count + (quarter.quarter == 4 ? year_cell_count : 0);
  }
};

// The canonical bytes that are signed (label "aangan/v1/catalogue") and hashed. Unknown fields are refused.
absl::StatusOr<std::string> CanonicalCatalogue(const federation::v1::Catalogue& catalogue);

// A catalogue as people write it: protobuf text format of at most 256 KiB, read with bounded depth.
absl::StatusOr<federation::v1::Catalogue> ParseCatalogueText(absl::string_view text);

// Structure and rules.
absl::StatusOr<std::shared_ptr<const CompiledCatalogue>> CompileCatalogue(const federation::v1::Catalogue& catalogue);
// The same for one that is to be signed: its places must be of these collectives, the roster in force. Whoever leaves
// later breaks no catalogue: left_out.h takes out the values that no longer hold.
absl::StatusOr<std::shared_ptr<const CompiledCatalogue>> CompileCatalogue(
    const federation::v1::Catalogue& catalogue, const std::vector<std::string>& roster_collectives);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CATALOGUE_H_

// SPDX-License-Identifier: Apache-2.0
// From facts to clamped counts: which cells a member fills in a period, and by how much. A tally is the sum of this
// over all members who agreed to be counted.
//
// Contribution() is a pure function of one member's facts, so a commit moves the tally by Contribution(after) minus
// Contribution(before), and a recount adds Contribution() over everybody; both must agree.
//
// Bounds (protocol.md 2): in table t a member touches at most member_cells_max cells by at most member_weight_max each,
// and over all tables of a frequency at most C cells; tables in catalogue order come first, within a table cells are
// taken by the smallest keyed hash of the record that fills them, so the same cells are cut each time and the choice
// depends on her own records alone (reference 9, "Contribution bounding").
//
// Threads: pure. Units: counts are members, services or assessments, as the indicator says.
#ifndef AANGAN_MODEL_TALLY_H_
#define AANGAN_MODEL_TALLY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/catalogue.h"
#include "model/cells.h"
#include "model/facts.h"

namespace aangan::model {

// Secret of the node that orders records for clamping (SipHash-2-4 key). Stable for the life of the node.
using OrderKey = std::array<uint8_t, 16>;

// Counting context: a catalogue, a period (quarter or year) and this collective's place.
struct TallyScope {
  const CompiledCatalogue* catalogue = nullptr;
  Period period;
  std::optional<uint32_t> place;
  OrderKey order_key{};
};

struct MemberContribution {
  std::vector<std::pair<Cell, int64_t>> cells;  // sorted by cell, each value 1..member_weight_max
  bool cut = false;                             // something of hers did not fit the bounds
  bool operator==(const MemberContribution&) const = default;
};

// Empty when she has no consent in force on the period's last day.
MemberContribution Contribution(const MemberFacts& facts, const TallyScope& scope);

// The records that fill a cell of the period, each with the events by which they do, before bounds cut anything. Empty
// when she has no consent in force on the period's last day.
using RecordEvents = std::set<std::pair<Id, federation::v1::Event>>;
RecordEvents CountedEvents(const MemberFacts& facts, const TallyScope& scope);

// What a commit moves: after minus before, sorted by cell, zeros left out. `cut` moves by -1, 0 or 1.
struct TallyDelta {
  std::vector<std::pair<Cell, int64_t>> cells;
  int64_t members_cut = 0;
  bool empty() const { return cells.empty() && members_cut == 0; }
};
TallyDelta Delta(const MemberContribution& before, const MemberContribution& after);

// The exact clamped counts of a closed period, ready to be protected. Has no wire form on purpose, and never gets one:
// privacy::Protect is the only way on.
struct ClosedTallies {
  Digest catalogue{};           // digest of the catalogue that they were counted under
  Period period;                // the quarter of the round
  std::vector<int64_t> counts;  // the round's vector: quarterly cells, then yearly cells in a fourth quarter
  int64_t members_cut = 0;      // for the collective's own eyes
};

}  // namespace aangan::model

#endif  // AANGAN_MODEL_TALLY_H_

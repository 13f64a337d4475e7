// SPDX-License-Identifier: Apache-2.0
// How many records came too late for a quarter: in none of its figures, and seen by the collective alone.
//
// Counted are members, services and assessments, each once, of members with consent in force on the quarter's last day,
// that an indicator of the quarter's round counts by their own date (before bounds cut anything), and that it would not
// count if only what was written here by the approval of the release stood here: the record, its date as it is now, or
// the consent came later. A date that was corrected counts as written when it was corrected; codes have no date, so a
// changed code makes nothing late. What was erased, or has no consent any more, is not counted. What is written in the
// moment of the approval itself may be taken for either.
//
// Of these, `counted_in_year` is how many a yearly table of the quarter's year counts by the same event: by what stood
// here when the fourth quarter was approved, or stands now while it is not.
//
// One pass over all records. The numbers never leave the node. Source: protocol.md 5.7.
// Threads: pure over what it is given. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_LATE_RECORDS_H_
#define AANGAN_STORAGE_NODE_LATE_RECORDS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "storage/engine/reader.h"
#include "storage/node/facts_of.h"
#include "storage/node/member_facts.h"

namespace aangan::storage::node {

// What was counted by when: a catalogue, this collective's place in it, and the moment of the approval.
struct CountedBy {
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  std::optional<uint32_t> place;
  int64_t approve_time_us = kAllTime;  // not yet
};

struct ApprovedQuarter {
  model::Period quarter;
  CountedBy round;
  std::optional<CountedBy> year;  // none: this node takes no part in the year's tables
};

struct LateRecords {
  model::Period quarter;
  int64_t records = 0;
  int64_t counted_in_year = 0;
  bool operator==(const LateRecords&) const = default;
};

// One entry a quarter, in their order.
absl::StatusOr<std::vector<LateRecords>> CountLate(const Reader& reader, const MemberFactsLoader& loader,
                                                   absl::Span<const ApprovedQuarter> quarters);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_LATE_RECORDS_H_

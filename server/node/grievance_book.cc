// SPDX-License-Identifier: Apache-2.0
// Open grievances.
#include "server/node/grievance_book.h"

#include "base/status.h"
#include "server/node/record_walk.h"

namespace aangan::node {

using storage::node::Found;

absl::StatusOr<std::vector<Found>> GrievanceBook::Open() const {
  std::vector<Found> open;
  RETURN_IF_ERROR(ForEachRecord(*store_, model::RecordKind::kMember, {}, [&](const Found& member) -> absl::Status {
    const absl::Status status =
        ForEachRecord(*store_, model::RecordKind::kGrievance, member.name.member, [&](const Found& found) {
          if (std::get<store::v1::GrievanceRecord>(found.record).answer_time_us() == 0) open.push_back(found);
          return absl::OkStatus();
        });
    return IsGone(status) ? absl::OkStatus() : status;
  }));
  return open;
}

absl::Status GrievanceBook::Look(model::Day today) {
  ASSIGN_OR_RETURN(const std::vector<Found> open, Open());
  bool overdue = false;
  for (const Found& found : open) overdue |= std::get<store::v1::GrievanceRecord>(found.record).due_day() < today;
  overdue_.store(overdue);
  return absl::OkStatus();
}

}  // namespace aangan::node

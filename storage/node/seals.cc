// SPDX-License-Identifier: Apache-2.0
// Sealed members: see seals.h.
#include "storage/node/seals.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/status.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kPage = 200;

}  // namespace

model::RecordName SealedStateName(const model::Id& member) { return {model::RecordKind::kSealedState, member, member}; }

absl::StatusOr<bool> IsSealed(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(const std::optional<std::string> state,
                   reader.Get(Family::kRecords, RecordKey(SealedStateName(member))));
  return state.has_value();
}

absl::Status RefuseSealed(const Reader& reader, const model::Id& member) {
  ASSIGN_OR_RETURN(const bool sealed, IsSealed(reader, member));
  if (!sealed) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kSealed,
                 "this member is sealed: the law asks to keep her records, and nobody reads or changes them");
}

absl::StatusOr<int64_t> EraseEndedSeals(NodeStore& store, model::Day today) {
  int64_t erased = 0;
  std::optional<model::Id> after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<Found> page, store.List(model::RecordKind::kSealedState, {}, after, kPage));
    for (const Found& found : page) {
      const auto& state = std::get<store::v1::SealedStateRecord>(found.record);
      if (state.until_day() >= today) continue;
      const model::Id& member = found.name.member;
      RecordsChange change;
      change.actor = "node";
      change.action = Action::kSealEnded;
      change.past_seal = true;
      // The state's version makes sure that the time was not made longer meanwhile.
      change.writes.push_back({WriteKind::kDelete, found.name, state.version(), {}});
      change.writes.push_back({WriteKind::kDelete, {model::RecordKind::kMember, member, member}, 0, {}});
      const absl::StatusOr<Committed> committed = store.SubmitAndWait(std::move(change));
      if (absl::IsNotFound(committed.status()) || absl::IsAborted(committed.status())) continue;
      RETURN_IF_ERROR(committed.status());
      ++erased;
    }
    if (page.empty()) return erased;
    after = page.back().name.member;
  }
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// Collectives and epochs.
#include "server/federation/roster_book.h"

#include <algorithm>
#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/federation/certificate_book.h"

namespace aangan::federation {
namespace {

using store::v1::EnrolledCollective;
using store::v1::StoredEpoch;

constexpr absl::string_view kEpochs = "epoch/";
constexpr absl::string_view kCollectives = "collective/";

v1::SignedRoster Signed(const StoredEpoch& stored) {
  v1::SignedRoster signed_roster;
  *signed_roster.mutable_roster() = stored.roster();
  *signed_roster.mutable_signatures() = stored.signatures();
  return signed_roster;
}

// Of collectives that have another one in the next epoch; who leaves keeps its own, because it still answers.
absl::Status EndReplacedCertificates(const FederationStore& store, const v1::Roster& before, const v1::Roster& next,
                                     std::vector<Write>& writes) {
  for (const v1::Collective& each : before.collectives()) {
    const std::optional<int> place = model::PlaceInRoster(next, each.id());
    if (place && next.collectives(*place).certificate_fingerprint() != each.certificate_fingerprint())
      RETURN_IF_ERROR(EndLine(store, each.certificate_fingerprint(), writes));
  }
  return absl::OkStatus();
}

absl::Status NoEpoch() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such epoch of the roster.");
}

}  // namespace

absl::StatusOr<std::optional<Stored<EnrolledCollective>>> RosterBook::FindCollective(const std::string& id) const {
  return ReadStored<EnrolledCollective>(*store_, Table::kSettings, CollectiveKey(id));
}

absl::StatusOr<std::vector<v1::Collective>> RosterBook::Collectives(const std::string& after, size_t limit) const {
  ASSIGN_OR_RETURN(std::vector<Entry> entries,
                   store_->List(Table::kSettings, kCollectives, after.empty() ? "" : CollectiveKey(after), limit));
  std::vector<v1::Collective> collectives;
  for (Entry& entry : entries) {
    ASSIGN_OR_RETURN(Stored<EnrolledCollective> stored, ParseStored<EnrolledCollective>(std::move(entry)));
    collectives.push_back(std::move(*stored.value.mutable_collective()));
  }
  return collectives;
}

absl::StatusOr<std::vector<Stored<StoredEpoch>>> RosterBook::Epochs() const {
  return ListStored<StoredEpoch>(*store_, Table::kSettings, kEpochs);
}

absl::StatusOr<v1::SignedRoster> RosterBook::Describe(const std::vector<Stored<StoredEpoch>>& epochs,
                                                      size_t index) const {
  v1::SignedRoster described = Signed(epochs[index].value);
  const v1::Roster* previous = index == 0 ? nullptr : &epochs[index - 1].value.roster();
  described.set_in_force(model::CheckRosterSignatures(described, previous).ok());
  described.set_name(names_->Epoch(described.roster().epoch()));
  ASSIGN_OR_RETURN(const Digest digest, model::RosterDigest(described.roster()));
  described.set_digest(std::string(AsText(digest)));
  return described;
}

absl::StatusOr<v1::SignedRoster> RosterBook::Epoch(std::optional<int32_t> epoch) const {
  ASSIGN_OR_RETURN(const auto epochs, Epochs());
  if (epochs.empty()) return NoEpoch();
  if (!epoch) return Describe(epochs, epochs.size() - 1);
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i].value.roster().epoch() == *epoch) return Describe(epochs, i);
  }
  return NoEpoch();
}

absl::StatusOr<std::optional<v1::Roster>> RosterBook::InForce() const {
  ASSIGN_OR_RETURN(const auto epochs, Epochs());
  // An epoch follows one that is in force, so at most the last one waits for signatures.
  for (size_t i = epochs.size(); i-- > 0;) {
    ASSIGN_OR_RETURN(const v1::SignedRoster described, Describe(epochs, i));
    if (described.in_force()) return std::optional<v1::Roster>(described.roster());
  }
  return std::optional<v1::Roster>();
}

absl::StatusOr<std::optional<v1::Collective>> RosterBook::InForce(absl::string_view collective) const {
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, InForce());
  const auto place = roster ? model::PlaceInRoster(*roster, collective) : std::nullopt;
  if (!place) return std::optional<v1::Collective>();
  return std::optional<v1::Collective>(roster->collectives(*place));
}

absl::StatusOr<bool> RosterBook::IsListed(absl::string_view collective) const {
  ASSIGN_OR_RETURN(const auto epochs, Epochs());
  return std::any_of(epochs.begin(), epochs.end(), [&](const Stored<StoredEpoch>& epoch) {
    return model::PlaceInRoster(epoch.value.roster(), collective).has_value();
  });
}

absl::StatusOr<v1::SignedRoster> RosterBook::Propose(const std::vector<std::string>& collectives) {
  return UntilUncontested([&]() -> absl::StatusOr<v1::SignedRoster> {
    ASSIGN_OR_RETURN(auto epochs, Epochs());
    if (!epochs.empty()) {
      ASSIGN_OR_RETURN(const v1::SignedRoster newest, Describe(epochs, epochs.size() - 1));
      if (!newest.in_force() && newest.signatures_size() > 0) {
        return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                       "A proposal waits for signatures. Ask the collectives to sign it.");
      }
      if (!newest.in_force()) epochs.pop_back();
    }
    StoredEpoch next;
    v1::Roster& roster = *next.mutable_roster();
    roster.set_roster(names_->roster());
    roster.set_epoch(epochs.empty() ? 1 : epochs.back().value.roster().epoch() + 1);
    if (!epochs.empty()) {
      ASSIGN_OR_RETURN(const Digest digest, model::RosterDigest(epochs.back().value.roster()));
      roster.set_previous_digest(std::string(AsText(digest)));
    }
    roster.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_->Now() + kRosterLife));
    roster.set_federation_key(std::string(AsText(federation_key_)));
    std::vector<std::string> ids = collectives;
    std::sort(ids.begin(), ids.end());
    for (const std::string& id : ids) {
      ASSIGN_OR_RETURN(const auto enrolled, FindCollective(id));
      if (!enrolled) {
        return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A collective has not enrolled yet.")
            .Field("collectives", "must be ids of collectives that have enrolled");
      }
      *roster.add_collectives() = enrolled->value.collective();
    }
    RETURN_IF_ERROR(model::CheckRoster(roster));
    const std::string key = NumberKey(kEpochs, roster.epoch());
    ASSIGN_OR_RETURN(const auto there, ReadStored<StoredEpoch>(*store_, Table::kSettings, key));
    RETURN_IF_ERROR(
        store_->Commit({{Table::kSettings, key, next.SerializeAsString()}}, {Unchanged(Table::kSettings, key, there)}));
    return Epoch(roster.epoch());
  });
}

absl::StatusOr<v1::SignedRoster> RosterBook::Sign(int32_t epoch, const v1::RosterSignature& signature) {
  return UntilUncontested([&]() -> absl::StatusOr<v1::SignedRoster> {
    const std::string key = NumberKey(kEpochs, epoch);
    ASSIGN_OR_RETURN(const auto stored, ReadStored<StoredEpoch>(*store_, Table::kSettings, key));
    if (!stored) return NoEpoch();
    ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRoster(stored->value.roster()));
    // Collectives of the epoch before decide, with their keys in it, also one that is not in this epoch any more; who
    // joins signs to say that it wants to.
    v1::Roster before;
    if (epoch > 1) {
      ASSIGN_OR_RETURN(const v1::SignedRoster described, Epoch(epoch - 1));
      before = described.roster();
    }
    const bool decides = model::PlaceInRoster(before, signature.collective()).has_value();
    RETURN_IF_ERROR(model::CheckOneSignature(decides ? before : stored->value.roster(), signature.collective(),
                                             model::kRosterLabel, canonical, signature.signature()));
    StoredEpoch changed = stored->value;
    InsertByCollective(changed.mutable_signatures(), signature);
    std::vector<Write> writes = {{Table::kSettings, key, changed.SerializeAsString()}};
    if (epoch > 1 && model::CheckRosterSignatures(Signed(changed), &before).ok())
      RETURN_IF_ERROR(EndReplacedCertificates(*store_, before, changed.roster(), writes));
    RETURN_IF_ERROR(store_->Commit(writes, {Unchanged(Table::kSettings, *stored)}));
    return Epoch(epoch);
  });
}

}  // namespace aangan::federation

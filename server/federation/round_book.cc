// SPDX-License-Identifier: Apache-2.0
// Rounds as the federation holds them.
#include "server/federation/round_book.h"

#include <set>
#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "model/left_out.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"

namespace aangan::federation {

absl::StatusOr<Digest> RoundIdOf(const v1::RoundDescriptor& descriptor) {
  ASSIGN_OR_RETURN(const std::string canonical, privacy::CanonicalDescriptor(descriptor));
  return privacy::RoundId(canonical);
}

Digest NameOfContribution(const RoundGround& ground, absl::string_view whole) {
  return Sha256(ground.holders ? whole.substr(0, privacy::SummedHeadBytes(*ground.holders)) : whole);
}

size_t BytesOfContribution(const RoundGround& ground) {
  return ground.holders ? privacy::SummedContributionBytes(*ground.holders)
                        : privacy::ContributionBytes(ground.catalogue->RoundCellCount(ground.quarter));
}

std::vector<bool> LeftOutOf(const RoundGround& ground, const store::v1::StoredRound& round) {
  std::set<std::string> inside;
  for (const v1::FrozenContribution& each : round.contributions()) inside.insert(each.collective());
  return model::LeftOutCells(*ground.catalogue, ground.quarter,
                             model::LeftOutPlaces(*ground.catalogue, ground.roster, inside));
}

v1::Freeze FreezeOf(const store::v1::StoredRound& round, const Digest& round_id) {
  v1::Freeze freeze;
  freeze.set_round_id(std::string(AsText(round_id)));
  *freeze.mutable_contributions() = round.contributions();
  return freeze;
}

absl::StatusOr<std::string> CanonicalVoidOf(const v1::RoundDescriptor& descriptor) {
  ASSIGN_OR_RETURN(const Digest round_id, RoundIdOf(descriptor));
  v1::Void word;
  word.set_round_id(std::string(AsText(round_id)));
  word.set_period(descriptor.period());
  return model::CanonicalVoid(word);
}

absl::StatusOr<std::optional<StoredRound>> RoundBook::Find(const model::Period& quarter) const {
  return ReadStored<store::v1::StoredRound>(*store_, Table::kRounds, model::PeriodText(quarter));
}

absl::StatusOr<StoredRound> RoundBook::Get(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(std::optional<StoredRound> round, Find(quarter));
  if (round) return *std::move(round);
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no round of this period.");
}

absl::StatusOr<std::vector<StoredRound>> RoundBook::List() const {
  return ListStored<store::v1::StoredRound>(*store_, Table::kRounds, "");
}

absl::StatusOr<RoundGround> RoundBook::GroundOf(const v1::RoundDescriptor& descriptor) const {
  RoundGround ground;
  ASSIGN_OR_RETURN(v1::SignedRoster epoch, rosters_->Epoch(descriptor.epoch()));
  ground.roster = std::move(*epoch.mutable_roster());
  ASSIGN_OR_RETURN(const v1::SignedCatalogue catalogue, catalogues_->Get(descriptor.catalogue_version()));
  ASSIGN_OR_RETURN(ground.catalogue, model::CompileCatalogue(catalogue.catalogue()));
  ASSIGN_OR_RETURN(ground.quarter, model::ParsePeriod(descriptor.period(), "period"));
  ASSIGN_OR_RETURN(ground.round_id, RoundIdOf(descriptor));
  if (ground.catalogue->summed()) {
    ASSIGN_OR_RETURN(ground.holders, privacy::HoldersOf(descriptor, ground.roster, ground.round_id,
                                                        ground.catalogue->RoundCellCount(ground.quarter)));
  }
  return ground;
}

absl::StatusOr<v1::Round> RoundBook::Describe(const store::v1::StoredRound& stored) const {
  v1::Round round;
  round.set_name(names_->Round(stored.round_descriptor().period()));
  *round.mutable_round_descriptor() = stored.round_descriptor();
  round.set_descriptor_signature(stored.descriptor_signature());
  round.set_state(stored.state());
  for (const v1::FrozenContribution& each : stored.contributions()) round.add_contributors(each.collective());
  *round.mutable_answered() = stored.answered();
  *round.mutable_differing() = stored.differing();
  *round.mutable_excluded() = stored.excluded();
  if (!stored.freeze_signature().empty()) {
    ASSIGN_OR_RETURN(const Digest round_id, RoundIdOf(stored.round_descriptor()));
    *round.mutable_freeze() = FreezeOf(stored, round_id);
    round.set_freeze_signature(stored.freeze_signature());
  }
  round.set_void_signature(stored.void_signature());
  return round;
}

absl::StatusOr<bool> RoundBook::Announce(const v1::Roster& roster, const model::CompiledCatalogue& catalogue,
                                         const model::Period& quarter, absl::Time now) {
  privacy::PublishedKeys keys;
  if (catalogue.summed()) {
    ASSIGN_OR_RETURN(const std::vector<v1::LogEntry> log, log_->All());
    keys = privacy::KeysAfter(log, roster, quarter);
  }
  store::v1::StoredRound round;
  ASSIGN_OR_RETURN(*round.mutable_round_descriptor(), privacy::MakeDescriptor(roster, catalogue, quarter, keys));
  ASSIGN_OR_RETURN(const std::string canonical, privacy::CanonicalDescriptor(round.round_descriptor()));
  round.set_descriptor_signature(std::string(AsText(key_->Sign(privacy::kDescriptorLabel, canonical))));
  round.set_state(v1::ROUND_STATE_ANNOUNCED);
  round.set_announce_time_us(absl::ToUnixMicros(now));
  const std::string key = model::PeriodText(quarter);
  std::vector<Write> writes = {{Table::kRounds, key, round.SerializeAsString()}};
  std::vector<Condition> conditions = {{Table::kRounds, key, std::nullopt}};
  RETURN_IF_ERROR(
      log_->Add({MakeEntry(v1::LOG_ENTRY_KIND_DESCRIPTOR, key, "", Sha256(canonical), round.descriptor_signature())},
                &writes, &conditions));
  const absl::Status status = store_->Commit(writes, conditions);
  if (absl::IsAborted(status)) return false;
  RETURN_IF_ERROR(status);
  return true;
}

absl::StatusOr<store::v1::StoredRound> RoundBook::Frozen(const StoredRound& round) const {
  store::v1::StoredRound frozen = round.value;
  frozen.set_state(v1::ROUND_STATE_FROZEN);
  ASSIGN_OR_RETURN(const Digest round_id, RoundIdOf(frozen.round_descriptor()));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(FreezeOf(frozen, round_id)));
  frozen.set_freeze_signature(std::string(AsText(key_->Sign(model::kFreezeLabel, canonical))));
  return frozen;
}

absl::StatusOr<store::v1::StoredRound> RoundBook::Voided(const StoredRound& round) const {
  store::v1::StoredRound voided = round.value;
  voided.set_state(v1::ROUND_STATE_VOID);
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalVoidOf(voided.round_descriptor()));
  voided.set_void_signature(std::string(AsText(key_->Sign(model::kVoidLabel, canonical))));
  return voided;
}

absl::Status RoundBook::Replace(const StoredRound& before, const store::v1::StoredRound& after,
                                std::vector<v1::LogEntry> log, std::vector<Write> more_writes,
                                std::vector<Condition> more_conditions) const {
  more_writes.push_back({Table::kRounds, before.key, after.SerializeAsString()});
  more_conditions.push_back(Unchanged(Table::kRounds, before));
  if (!log.empty()) RETURN_IF_ERROR(log_->Add(std::move(log), &more_writes, &more_conditions));
  return store_->Commit(more_writes, more_conditions);
}

}  // namespace aangan::federation

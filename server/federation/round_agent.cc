// SPDX-License-Identifier: Apache-2.0
// Moves the rounds along by the clock.
#include "server/federation/round_agent.h"

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/round_numbers.h"
#include "server/federation/round_state.h"

namespace aangan::federation {

void RoundAgent::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RoundAgent::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void RoundAgent::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void RoundAgent::SetEvery(absl::Duration every) {
  absl::MutexLock lock(&mutex_);
  woken_ = woken_ || every != every_;
  every_ = every;
}

void RoundAgent::Run() {
  while (true) {
    if (const absl::Status status = Look(); !status.ok()) LogError("rounds", "look not finished").Status(status);
    if (rooms_.also) rooms_.also();
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(
                                +[](RoundAgent* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
                                  return self->stopping_ || self->woken_;
                                },
                                this),
                            every_);
    if (stopping_) return;
    woken_ = false;
  }
}

absl::Status RoundAgent::Look() {
  absl::MutexLock lock(&looking_);
  RETURN_IF_ERROR(NoteGovernance());
  RETURN_IF_ERROR(Announce());
  ASSIGN_OR_RETURN(const std::vector<StoredRound> rounds, rooms_.rounds->List());
  absl::Status first_problem;
  for (const StoredRound& each : rounds) {
    // One damaged round does not hold up the others.
    const absl::Status status = Step(each);
    if (!status.ok() && first_problem.ok()) first_problem = status;
  }
  return first_problem;
}

absl::Status RoundAgent::NoteGovernance() {
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rooms_.rosters->InForce());
  if (!roster) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Digest digest, model::RosterDigest(*roster));
  const auto note = [&](const v1::LogEntry& entry) -> absl::Status {
    if (noted_.contains(entry.digest())) return absl::OkStatus();
    RETURN_IF_ERROR(rooms_.log->NoteOnce(entry));
    noted_.insert(entry.digest());
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(note(MakeEntry(v1::LOG_ENTRY_KIND_ROSTER, absl::StrCat(roster->epoch()), "", digest, "")));
  ASSIGN_OR_RETURN(const std::vector<v1::SignedCatalogue> catalogues, rooms_.catalogues->List());
  for (const v1::SignedCatalogue& each : catalogues) {
    if (!each.in_force()) continue;
    ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(each.catalogue()));
    v1::LogEntry entry =
        MakeEntry(v1::LOG_ENTRY_KIND_CATALOGUE, absl::StrCat(each.catalogue().version()), "", compiled->digest, "");
    const privacy::RoundNumbers numbers = privacy::NumbersOf(roster->collectives_size());
    entry.set_charge_nano_rho(privacy::ChargeNanoRho(*compiled, {compiled->first_period.year, 4}, numbers));
    RETURN_IF_ERROR(note(entry));
  }
  return absl::OkStatus();
}

absl::Status RoundAgent::Announce() {
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rooms_.rosters->InForce());
  const absl::Time now = rooms_.clock->Now();
  if (!roster || now >= model::RosterExpiry(*roster)) return absl::OkStatus();
  const int current = model::QuarterOf(model::DayInIndia(now)).index();
  for (int index = current - kQuartersBackMax; index < current; ++index) {
    const model::Period quarter = model::QuarterFromIndex(index);
    ASSIGN_OR_RETURN(const std::optional<StoredRound> there, rooms_.rounds->Find(quarter));
    if (there) continue;
    ASSIGN_OR_RETURN(const std::optional<v1::Catalogue> catalogue, rooms_.catalogues->For(quarter));
    if (!catalogue) continue;
    ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(*catalogue));
    if (now >= quarter.end() + absl::Hours(24) * catalogue->extend_days()) continue;  // nobody could answer any more
    const absl::StatusOr<bool> made = rooms_.rounds->Announce(*roster, *compiled, quarter, now);
    // Nodes publish their keys with a contact; the round comes when enough have.
    if (HasReason(made.status(), Reason::kNotEnoughKeys)) continue;
    RETURN_IF_ERROR(made.status());
    if (*made) LogInfo("rounds", "announced").Name("period", model::PeriodText(quarter));
  }
  return absl::OkStatus();
}

absl::Status RoundAgent::Step(const StoredRound& round) {
  absl::Status status;
  switch (NextStep(round.value, rooms_.wait_for_all, rooms_.clock->Now())) {
    case RoundStep::kWait:
      return absl::OkStatus();
    case RoundStep::kVoid: {
      ASSIGN_OR_RETURN(const store::v1::StoredRound after, rooms_.rounds->Voided(round));
      ASSIGN_OR_RETURN(const std::string canonical, CanonicalVoidOf(after.round_descriptor()));
      status = rooms_.rounds->Replace(
          round, after, {MakeEntry(v1::LOG_ENTRY_KIND_VOID, round.key, "", Sha256(canonical), after.void_signature())});
      if (status.ok()) LogWarning("rounds", "void: too few contributions").Name("period", round.key);
      break;
    }
    case RoundStep::kFreeze: {
      ASSIGN_OR_RETURN(const store::v1::StoredRound after, rooms_.rounds->Frozen(round));
      ASSIGN_OR_RETURN(const Digest round_id, RoundIdOf(after.round_descriptor()));
      ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(FreezeOf(after, round_id)));
      status = rooms_.rounds->Replace(
          round, after,
          {MakeEntry(v1::LOG_ENTRY_KIND_FREEZE, round.key, "", Sha256(canonical), after.freeze_signature())});
      if (!status.ok()) break;
      LogInfo("rounds", "frozen").Name("period", round.key).Number("contributions", after.contributions_size());
      return Step(StoredRound{round.key, after, after.SerializeAsString()});
    }
    case RoundStep::kRelease: {
      const absl::StatusOr<v1::RoundState> state = rooms_.releases->Release(round);
      status = state.status();
      if (!state.ok() || *state == round.value.state()) break;
      if (*state == v1::ROUND_STATE_DISPUTED) {
        LogError("rounds", "answers disagree: figures are withdrawn").Name("period", round.key);
      } else {
        LogInfo("rounds", "figures are out").Name("period", round.key).Number("state", *state);
      }
      break;
    }
  }
  // Another contribution or another server was quicker: the next look sees what came of it.
  if (absl::IsAborted(status)) {
    Wake();
    return absl::OkStatus();
  }
  return status;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Moves the rounds along by the clock.
#include "server/federation/round_agent.h"

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
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
                            rooms_.every);
    if (stopping_) return;
    woken_ = false;
  }
}

absl::Status RoundAgent::Look() {
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
    ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(*catalogue, model::RosterCollectives(*roster)));
    if (now >= quarter.end() + absl::Hours(24) * catalogue->extend_days()) continue;  // nobody could answer any more
    ASSIGN_OR_RETURN(const bool made, rooms_.rounds->Announce(*roster, *compiled, quarter, now));
    if (made) LogInfo("rounds", "announced").Name("period", model::PeriodText(quarter));
  }
  return absl::OkStatus();
}

absl::Status RoundAgent::Step(const StoredRound& round) {
  absl::Status status;
  switch (NextStep(round.value.state(), round.value.round_descriptor(), round.value.contributions_size(),
                   rooms_.wait_for_all, rooms_.clock->Now())) {
    case RoundStep::kWait:
      return absl::OkStatus();
    case RoundStep::kVoid: {
      store::v1::StoredRound after = round.value;
      after.set_state(v1::ROUND_STATE_VOID);
      status = rooms_.rounds->Replace(round, after);
      if (status.ok()) LogWarning("rounds", "void: too few contributions").Name("period", round.key);
      break;
    }
    case RoundStep::kFreeze: {
      ASSIGN_OR_RETURN(const store::v1::StoredRound after, rooms_.rounds->Frozen(round));
      status = rooms_.rounds->Replace(round, after);
      if (!status.ok()) break;
      LogInfo("rounds", "frozen").Name("period", round.key).Number("contributions", after.contributions_size());
      return Step(StoredRound{round.key, after, after.SerializeAsString()});
    }
    case RoundStep::kRelease:
      status = rooms_.releases->Release(round);
      if (status.ok()) LogInfo("rounds", "released").Name("period", round.key);
      break;
  }
  // Another contribution or another server was quicker: the next look sees what came of it.
  if (absl::IsAborted(status)) {
    Wake();
    return absl::OkStatus();
  }
  return status;
}

}  // namespace aangan::federation

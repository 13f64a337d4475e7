// SPDX-License-Identifier: Apache-2.0
// National releases as they were signed.
#include "server/federation/release_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "server/federation/figure_list.h"
#include "server/federation/release_builder.h"

namespace aangan::federation {
namespace {

constexpr char kLastNumber[] = "release_number";
constexpr char kSuperseded[] = "#";  // between period and number in the key of an old release

}  // namespace

absl::StatusOr<std::optional<v1::NationalRelease>> ReleaseBook::Find(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(auto stored, ReadStored<v1::NationalRelease>(*store_, Table::kReleases, model::PeriodText(quarter)));
  if (!stored) return std::optional<v1::NationalRelease>();
  return std::optional<v1::NationalRelease>(std::move(stored->value));
}

absl::StatusOr<v1::NationalRelease> ReleaseBook::Get(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(std::optional<v1::NationalRelease> release, Find(quarter));
  if (release) return *std::move(release);
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no national release of this period.");
}

absl::StatusOr<std::vector<Stored<v1::NationalRelease>>> ReleaseBook::WithSuperseded() const {
  return ListStored<v1::NationalRelease>(*store_, Table::kReleases, "");
}

absl::StatusOr<std::vector<v1::NationalRelease>> ReleaseBook::List() const {
  ASSIGN_OR_RETURN(auto all, WithSuperseded());
  std::vector<v1::NationalRelease> releases;
  for (auto& each : all) {
    if (each.value.state() != v1::RELEASE_STATE_SUPERSEDED) releases.push_back(std::move(each.value));
  }
  return releases;
}

// One commit in the making.
struct ReleaseBook::Step {
  const StoredRound& before;
  store::v1::StoredRound after;
  std::optional<Stored<v1::NationalRelease>> current;  // of this period
  std::vector<v1::LogEntry> log;
  std::vector<Write> writes;
  std::vector<Condition> conditions;
};

absl::Status ReleaseBook::SetNumber(Step& step, int64_t* number) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> last, store_->Get(Table::kSettings, kLastNumber));
  if (last && !absl::SimpleAtoi(*last, number))
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The number of the last release is damaged.");
  ++*number;
  step.writes.push_back({Table::kSettings, kLastNumber, absl::StrCat(*number)});
  step.conditions.push_back({Table::kSettings, kLastNumber, last});
  return absl::OkStatus();
}

absl::Status ReleaseBook::Put(Step& step, const v1::NationalRelease& release) const {
  const bool old = release.state() == v1::RELEASE_STATE_SUPERSEDED;
  const std::string key = old ? absl::StrCat(step.before.key, kSuperseded, release.number()) : step.before.key;
  step.writes.push_back({Table::kReleases, key, release.SerializeAsString()});
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(release));
  step.log.push_back(
      MakeEntry(v1::LOG_ENTRY_KIND_RELEASE, step.before.key, "", Sha256(canonical), release.signature()));
  return absl::OkStatus();
}

absl::Status ReleaseBook::Replace(Step& step, const v1::NationalRelease& before, v1::ReleaseState state) const {
  ASSIGN_OR_RETURN(const v1::NationalRelease after, WithState(before, state, *key_));
  return Put(step, after);
}

absl::Status ReleaseBook::Fill(Step& step, const RoundGround& ground, const std::vector<int64_t>& sums,
                               RoundOutcome outcome) const {
  ReleaseWish wish;
  wish.now = clock_->Now();
  switch (outcome.change) {
    case ReleaseChange::kNone:
      return absl::OkStatus();
    case ReleaseChange::kConfirm:
      return Replace(step, step.current->value, v1::RELEASE_STATE_CONFIRMED);
    case ReleaseChange::kWithdraw:
      return Replace(step, step.current->value, v1::RELEASE_STATE_DISPUTED);
    case ReleaseChange::kFirst:
      wish.state =
          outcome.state == v1::ROUND_STATE_CONFIRMED ? v1::RELEASE_STATE_CONFIRMED : v1::RELEASE_STATE_PROVISIONAL;
      break;
    case ReleaseChange::kCorrect:
      wish.state = v1::RELEASE_STATE_CORRECTED;
      wish.supersedes = step.current->value.number();
      RETURN_IF_ERROR(Replace(step, step.current->value, v1::RELEASE_STATE_SUPERSEDED));
      break;
  }
  RETURN_IF_ERROR(SetNumber(step, &wish.number));
  ASSIGN_OR_RETURN(const v1::NationalRelease release, BuildRelease(*names_, ground, step.after, sums, *key_, wish));
  // An incident for people: somebody contributed what is no count. Which table, never which value.
  ASSIGN_OR_RETURN(const std::vector<std::string> spoilt, SpoiltTablesOf(release, ground));
  for (const std::string& table : spoilt)
    LogWarning("releases", "a table is spoilt").Name("period", step.before.key).Name("table", table);
  return Put(step, release);
}

absl::StatusOr<v1::RoundState> ReleaseBook::Release(const StoredRound& frozen) const {
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(frozen.value.round_descriptor()));
  Step step{frozen, frozen.value, std::nullopt, {}, {}, {}};
  ASSIGN_OR_RETURN(step.current, ReadStored<v1::NationalRelease>(*store_, Table::kReleases, frozen.key));
  step.conditions.push_back(Unchanged(Table::kReleases, frozen.key, step.current));
  std::vector<int64_t> sums;
  RoundOutcome outcome{v1::ROUND_STATE_CONFIRMED, ReleaseChange::kFirst};
  if (ground.holders) {
    ASSIGN_OR_RETURN(privacy::Reconstruction said, answers_->Reconstruct(ground, frozen.value));
    sums = std::move(said.values);
    const bool same = step.current && std::equal(sums.begin(), sums.end(), step.current->value.sums().begin(),
                                                 step.current->value.sums().end());
    outcome = OutcomeOf(frozen.value.state(), step.current.has_value(), same, said.agreement);
    step.after.set_answers_seen(step.after.answered_size());
    step.after.clear_differing();
    for (const int place : said.differing) step.after.add_differing(ground.roster.collectives(place).id());
  } else {
    ASSIGN_OR_RETURN(sums, SumContributions(*store_, ground, frozen.value));
  }
  step.after.set_state(outcome.state);
  RETURN_IF_ERROR(Fill(step, ground, sums, outcome));
  RETURN_IF_ERROR(rounds_->Replace(frozen, step.after, step.log, step.writes, step.conditions));
  return outcome.state;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Releases of other rosters.
#include "server/federation/sister_book.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/release_check.h"

namespace aangan::federation {
namespace {

constexpr char kKeys[] = "sister_key/";          // roster
constexpr char kReleases[] = "sister_release/";  // roster, period

std::string ReleaseKey(const std::string& roster, const std::string& period) {
  return absl::StrCat(kReleases, roster, "/", period);
}

// As rounds of this federation have it.
absl::StatusOr<RoundGround> GroundOf(const v1::ReleaseFile& file) {
  ASSIGN_OR_RETURN(privacy::ReleaseGround checked, privacy::CheckReleaseFile(file));
  RoundGround ground;
  ground.roster = file.roster();
  ground.catalogue = std::move(checked.catalogue);
  ground.quarter = checked.quarter;
  ground.round_id = checked.round_id;
  return ground;
}

// The key that is kept for the roster; without one, that whose phrase was given.
absl::Status CheckKey(const std::optional<std::string>& kept, const PublicKey& said, const std::string& key_phrase) {
  if (!kept && key_phrase != model::FingerprintPhrase(said)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "The first release of a roster needs the phrase of its federation's key, as it was read out by "
                   "telephone.")
        .Field("key_phrase", "must be the phrase that the other federation's export shows");
  }
  if (kept && *kept != AsText(said)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature,
                   "This release is signed with another key than the earlier ones of its roster.");
  }
  return absl::OkStatus();
}

// Are they the same but for the state?
absl::StatusOr<bool> SayTheSame(v1::NationalRelease before, v1::NationalRelease after) {
  before.set_state(after.state());
  ASSIGN_OR_RETURN(const std::string of_before, model::CanonicalRelease(before));
  ASSIGN_OR_RETURN(const std::string of_after, model::CanonicalRelease(after));
  return of_before == of_after;
}

// Under its number a release stays as it is but for its state, and that goes one way: what is withdrawn does not come
// back as provisional, what is confirmed stays. Anything else has a later number.
absl::Status CheckLater(const v1::NationalRelease& before, const v1::NationalRelease& after) {
  if (before.number() < after.number()) return absl::OkStatus();
  if (before.number() == after.number()) {
    const bool steps_on =
        (before.state() == v1::RELEASE_STATE_PROVISIONAL &&
         (after.state() == v1::RELEASE_STATE_CONFIRMED || after.state() == v1::RELEASE_STATE_DISPUTED)) ||
        (before.state() == v1::RELEASE_STATE_DISPUTED && after.state() == v1::RELEASE_STATE_CONFIRMED);
    ASSIGN_OR_RETURN(const bool same, SayTheSame(before, after));
    if (same && (steps_on || before.state() == after.state())) return absl::OkStatus();
  }
  return Problem(
      absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
      "A later release of this period is here already, or another one under this number. Ask that federation "
      "for its newest.");
}

}  // namespace

absl::StatusOr<v1::NationalRelease> SisterBook::Import(const v1::ReleaseFile& file,
                                                       const std::string& key_phrase) const {
  const std::string& roster = file.roster().roster();
  if (roster == own_roster_) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This release is of this roster.")
        .Field("release_file.roster", "must be another one than this federation's own");
  }
  // Whose it is comes before anything that is computed from it.
  const v1::NationalRelease& release = file.national_release();
  const std::string key_name = absl::StrCat(kKeys, roster);
  ASSIGN_OR_RETURN(const PublicKey said, privacy::SignerOf(file));
  ASSIGN_OR_RETURN(const std::optional<std::string> known, store_->Get(Table::kSettings, key_name));
  RETURN_IF_ERROR(CheckKey(known, said, key_phrase));
  ASSIGN_OR_RETURN(RoundGround ground, GroundOf(file));
  const std::string period = model::PeriodText(ground.quarter);
  // Whether its sums are as many as its freeze opens.
  ASSIGN_OR_RETURN(const PeriodFigures figures, PeriodFiguresOf(release, std::move(ground)));

  const std::string release_name = ReleaseKey(roster, period);
  return UntilUncontested([&]() -> absl::StatusOr<v1::NationalRelease> {
    ASSIGN_OR_RETURN(const std::optional<std::string> key, store_->Get(Table::kSettings, key_name));
    ASSIGN_OR_RETURN(const auto before, ReadStored<v1::ReleaseFile>(*store_, Table::kSettings, release_name));
    RETURN_IF_ERROR(CheckKey(key, said, key_phrase));
    if (before) RETURN_IF_ERROR(CheckLater(before->value.national_release(), release));
    RETURN_IF_ERROR(
        store_->Commit({{Table::kSettings, key_name, std::string(AsText(said))},
                        {Table::kSettings, release_name, file.SerializeAsString()}},
                       {{Table::kSettings, key_name, key}, Unchanged(Table::kSettings, release_name, before)}));
    return figures.release;
  });
}

absl::StatusOr<std::shared_ptr<const PeriodFigures>> SisterBook::Figures(const Stored<v1::ReleaseFile>& stored) const {
  const v1::NationalRelease& release = stored.value.national_release();
  {
    absl::MutexLock lock(&mutex_);
    const auto kept = kept_.find(stored.key);
    if (kept != kept_.end() && kept->second->release.signature() == release.signature()) return kept->second;
  }
  ASSIGN_OR_RETURN(RoundGround ground, GroundOf(stored.value));
  ASSIGN_OR_RETURN(PeriodFigures figures, PeriodFiguresOf(release, std::move(ground)));
  absl::MutexLock lock(&mutex_);
  return kept_[stored.key] = std::make_shared<const PeriodFigures>(std::move(figures));
}

absl::StatusOr<std::vector<RosterFigures>> SisterBook::Of(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(const auto releases, ListStored<v1::ReleaseFile>(*store_, Table::kSettings, kReleases));
  std::vector<RosterFigures> rosters;
  for (const Stored<v1::ReleaseFile>& each : releases) {
    const v1::Roster& roster = each.value.roster();
    // Sorted by roster, then period: the roster of the quarter, else of the last release.
    if (rosters.empty() || rosters.back().roster.roster() != roster.roster()) rosters.push_back({roster, nullptr});
    if (rosters.back().said != nullptr) continue;
    rosters.back().roster = roster;
    if (each.value.national_release().round_descriptor().period() != model::PeriodText(quarter)) continue;
    ASSIGN_OR_RETURN(rosters.back().said, Figures(each));
  }
  return rosters;
}

absl::StatusOr<std::optional<model::Period>> SisterBook::Newest() const {
  ASSIGN_OR_RETURN(const auto releases, ListStored<v1::ReleaseFile>(*store_, Table::kSettings, kReleases));
  std::optional<model::Period> newest;
  for (const Stored<v1::ReleaseFile>& each : releases) {
    ASSIGN_OR_RETURN(const model::Period quarter,
                     model::ParsePeriod(each.value.national_release().round_descriptor().period(), "period"));
    if (!newest || quarter > *newest) newest = quarter;
  }
  return newest;
}

}  // namespace aangan::federation

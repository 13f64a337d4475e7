// SPDX-License-Identifier: Apache-2.0
// Releases of other rosters.
#include "server/federation/sister_book.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"
#include "server/federation/resource_names.h"

namespace aangan::federation {
namespace {

constexpr char kKeys[] = "sister_key/";          // roster
constexpr char kReleases[] = "sister_release/";  // roster, period

std::string ReleaseKey(const std::string& roster, const std::string& period) {
  return absl::StrCat(kReleases, roster, "/", period);
}

absl::Status Refused(absl::string_view field, Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "This release of another roster does not hold together.")
      .Field(absl::StrCat("release_file.", field), what);
}

// The descriptor with the keys that it names must be the one that everybody computes. Before that the catalogue passes
// the rules that an own one has to pass: nothing is computed from numbers that no round could have.
absl::StatusOr<RoundGround> CheckDescriptor(const v1::ReleaseFile& file) {
  const v1::RoundDescriptor& said = file.national_release().round_descriptor();
  RETURN_IF_ERROR(model::CheckRoster(file.roster()));
  RoundGround ground;
  ground.roster = file.roster();
  ASSIGN_OR_RETURN(ground.catalogue, model::CompileCatalogue(file.catalogue()));
  RETURN_IF_ERROR(privacy::LintPrivacy(*ground.catalogue, privacy::NumbersOf(ground.roster.collectives_size())));
  ASSIGN_OR_RETURN(ground.quarter, model::ParsePeriod(said.period(), "release_file.national_release"));
  if (ground.quarter.is_year()) return Refused("national_release", "must be of a quarter");
  privacy::PublishedKeys keys;
  keys.log_size = said.log_size();
  for (const std::string& each : said.recipient_keys()) {
    keys.keys.emplace_back();
    if (each.empty()) continue;
    ASSIGN_OR_RETURN(keys.keys.back(), model::ParseKey(each, "release_file.national_release"));
  }
  ASSIGN_OR_RETURN(const v1::RoundDescriptor computed,
                   privacy::MakeDescriptor(ground.roster, *ground.catalogue, ground.quarter, keys));
  ASSIGN_OR_RETURN(ground.round_id, RoundIdOf(said));
  ASSIGN_OR_RETURN(const Digest round_id, RoundIdOf(computed));
  if (round_id != ground.round_id || AsText(round_id) != file.national_release().round_id())
    return Refused("national_release.round_descriptor", "must be the one that its roster and catalogue give");
  return ground;
}

// Who is in it and who is not are the roster, each once, and enough are in it.
absl::Status CheckWho(const v1::NationalRelease& release, const v1::Roster& roster) {
  std::set<std::string> who(release.contributors().begin(), release.contributors().end());
  who.insert(release.missing().begin(), release.missing().end());
  const std::vector<std::string> collectives = model::RosterCollectives(roster);
  const size_t named = static_cast<size_t>(release.contributors_size()) + static_cast<size_t>(release.missing_size());
  if (named != collectives.size() || who != std::set<std::string>(collectives.begin(), collectives.end()))
    return Refused("national_release.contributors", "must be, with those missing, the collectives of the roster");
  if (release.contributors_size() < release.round_descriptor().m())
    return Refused("national_release.contributors", "must be at least as many as a freeze needs");
  return absl::OkStatus();
}

absl::Status CheckSigned(const v1::NationalRelease& release, const v1::Roster& roster) {
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(roster.federation_key(), "release_file.roster.federation_key"));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(release));
  return VerifySignature(key, model::kReleaseLabel, canonical, AsBytes(release.signature()));
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
  if (roster == own_roster_) return Refused("roster", "must be another one than this federation's own");
  // Whose it is comes before anything that is computed from it.
  const v1::NationalRelease& release = file.national_release();
  const std::string key_name = absl::StrCat(kKeys, roster);
  RETURN_IF_ERROR(CheckSigned(release, file.roster()));
  ASSIGN_OR_RETURN(const PublicKey said, model::ParseKey(file.roster().federation_key(), "release_file.roster"));
  ASSIGN_OR_RETURN(const std::optional<std::string> known, store_->Get(Table::kSettings, key_name));
  RETURN_IF_ERROR(CheckKey(known, said, key_phrase));
  ASSIGN_OR_RETURN(RoundGround ground, CheckDescriptor(file));
  RETURN_IF_ERROR(CheckWho(release, ground.roster));
  if (release.state() < v1::RELEASE_STATE_PROVISIONAL || release.state() > v1::RELEASE_STATE_DISPUTED)
    return Refused("national_release.state", "must be said, and not superseded: ask for the one that took its place");
  const std::string period = model::PeriodText(ground.quarter);
  if (release.name() != ResourceNames(roster).Release(period))
    return Refused("national_release.name", "must be that of its roster and quarter");
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
  ASSIGN_OR_RETURN(RoundGround ground, CheckDescriptor(stored.value));
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

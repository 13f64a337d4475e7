// SPDX-License-Identifier: Apache-2.0
// Whether a release that came as a file holds together.
#include "privacy/release_check.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"

namespace aangan::privacy {
namespace {

namespace fed = ::aangan::federation::v1;

absl::Status Refused(absl::string_view field, Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This release does not hold together.")
      .Field(absl::StrCat("release_file.", field), what);
}

// The descriptor with the keys that it names must be the one that everybody computes. Before that the catalogue passes
// the rules that an own one has to pass: nothing is computed from numbers that no round could have.
absl::StatusOr<ReleaseGround> CheckDescriptor(const fed::ReleaseFile& file) {
  const fed::RoundDescriptor& said = file.national_release().round_descriptor();
  RETURN_IF_ERROR(model::CheckRoster(file.roster()));
  ReleaseGround ground;
  ASSIGN_OR_RETURN(ground.catalogue, model::CompileCatalogue(file.catalogue()));
  RETURN_IF_ERROR(LintPrivacy(*ground.catalogue, NumbersOf(file.roster().collectives_size())));
  ASSIGN_OR_RETURN(ground.quarter, model::ParsePeriod(said.period(), "release_file.national_release"));
  if (ground.quarter.is_year()) return Refused("national_release", "must be of a quarter");
  PublishedKeys keys;
  keys.log_size = said.log_size();
  for (const std::string& each : said.recipient_keys()) {
    keys.keys.emplace_back();
    if (each.empty()) continue;
    ASSIGN_OR_RETURN(keys.keys.back(), model::ParseKey(each, "release_file.national_release"));
  }
  ASSIGN_OR_RETURN(const fed::RoundDescriptor computed,
                   MakeDescriptor(file.roster(), *ground.catalogue, ground.quarter, keys));
  ASSIGN_OR_RETURN(const std::string said_bytes, CanonicalDescriptor(said));
  ASSIGN_OR_RETURN(const std::string computed_bytes, CanonicalDescriptor(computed));
  ground.round_id = RoundId(said_bytes);
  if (said_bytes != computed_bytes || AsText(ground.round_id) != file.national_release().round_id())
    return Refused("national_release.round_descriptor", "must be the one that its roster and catalogue give");
  return ground;
}

// Who is in it and who is not are the roster, each once, and enough are in it.
absl::Status CheckWho(const fed::NationalRelease& release, const fed::Roster& roster) {
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

}  // namespace

absl::StatusOr<PublicKey> SignerOf(const fed::ReleaseFile& file) {
  ASSIGN_OR_RETURN(const PublicKey key,
                   model::ParseKey(file.roster().federation_key(), "release_file.roster.federation_key"));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(file.national_release()));
  RETURN_IF_ERROR(VerifySignature(key, model::kReleaseLabel, canonical, AsBytes(file.national_release().signature())));
  return key;
}

absl::StatusOr<ReleaseGround> CheckReleaseFile(const fed::ReleaseFile& file) {
  const fed::NationalRelease& release = file.national_release();
  ASSIGN_OR_RETURN(ReleaseGround ground, CheckDescriptor(file));
  RETURN_IF_ERROR(CheckWho(release, file.roster()));
  if (release.state() < fed::RELEASE_STATE_PROVISIONAL || release.state() > fed::RELEASE_STATE_DISPUTED)
    return Refused("national_release.state", "must be said, and not superseded: ask for the one that took its place");
  const std::string period = model::PeriodText(ground.quarter);
  if (release.name() != absl::StrCat("rosters/", file.roster().roster(), "/releases/", period))
    return Refused("national_release.name", "must be that of its roster and quarter");
  return ground;
}

}  // namespace aangan::privacy

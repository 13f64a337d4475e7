// SPDX-License-Identifier: Apache-2.0
// Names of the federation's resources.
#include "server/federation/resource_names.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/names.h"

namespace aangan::federation {
namespace {

constexpr absl::string_view kField = "name";

absl::Status BadName(absl::string_view field) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not a resource name.")
      .Field(field, "must be a resource name of the form that the field's comment says");
}

absl::Status OtherRoster() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "This federation does not have that roster.");
}

absl::StatusOr<int32_t> Number(absl::string_view text) {
  int32_t number = 0;
  if (text.empty() || text[0] < '1' || text[0] > '9' || !absl::SimpleAtoi(text, &number)) return BadName(kField);
  return number;
}

}  // namespace

std::string ResourceNames::Epoch(int32_t epoch) const { return absl::StrCat("rosters/", roster_, "/epochs/", epoch); }
std::string ResourceNames::Catalogue(int32_t version) const {
  return absl::StrCat("rosters/", roster_, "/catalogues/", version);
}
std::string ResourceNames::Round(absl::string_view period) const {
  return absl::StrCat("rosters/", roster_, "/rounds/", period);
}
std::string ResourceNames::Contribution(absl::string_view period, absl::string_view collective) const {
  return absl::StrCat(Round(period), "/contributions/", collective);
}
std::string ResourceNames::Answer(absl::string_view period, absl::string_view collective) const {
  return absl::StrCat(Round(period), "/answers/", collective);
}
std::string ResourceNames::Release(absl::string_view period) const {
  return absl::StrCat("rosters/", roster_, "/releases/", period);
}

absl::Status ResourceNames::ParseParent(absl::string_view name) const {
  if (!absl::ConsumePrefix(&name, "rosters/") || !model::IsSlug(name)) return BadName("parent");
  return name == roster_ ? absl::OkStatus() : OtherRoster();
}

absl::Status ResourceNames::ParseParentOrAll(absl::string_view name) const {
  return name == kAllRosters ? absl::OkStatus() : ParseParent(name);
}

absl::StatusOr<absl::string_view> ResourceNames::Child(absl::string_view name, absl::string_view collection) const {
  if (!absl::ConsumePrefix(&name, "rosters/")) return BadName(kField);
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos || !model::IsSlug(name.substr(0, slash))) return BadName(kField);
  const absl::string_view roster = name.substr(0, slash);
  name.remove_prefix(slash);
  if (!absl::ConsumePrefix(&name, absl::StrCat("/", collection, "/")) || name.empty()) return BadName(kField);
  if (roster != roster_) return OtherRoster();
  return name;
}

absl::StatusOr<model::Period> ResourceNames::Quarter(absl::string_view text) const {
  ASSIGN_OR_RETURN(const model::Period period, model::ParsePeriod(text, kField));
  if (period.is_year()) return BadName(kField);
  return period;
}

absl::StatusOr<std::optional<int32_t>> ResourceNames::ParseEpoch(absl::string_view name) const {
  ASSIGN_OR_RETURN(const absl::string_view last, Child(name, "epochs"));
  if (last == "-") return std::optional<int32_t>();
  ASSIGN_OR_RETURN(const int32_t epoch, Number(last));
  return std::optional<int32_t>(epoch);
}

absl::StatusOr<int32_t> ResourceNames::ParseCatalogue(absl::string_view name) const {
  ASSIGN_OR_RETURN(const absl::string_view last, Child(name, "catalogues"));
  return Number(last);
}

absl::StatusOr<model::Period> ResourceNames::ParseRound(absl::string_view name) const {
  ASSIGN_OR_RETURN(const absl::string_view last, Child(name, "rounds"));
  return Quarter(last);
}

absl::StatusOr<model::Period> ResourceNames::ParseRelease(absl::string_view name) const {
  ASSIGN_OR_RETURN(const absl::string_view last, Child(name, "releases"));
  return Quarter(last);
}

absl::StatusOr<ResourceNames::ContributionName> ResourceNames::ParseContribution(absl::string_view name) const {
  ASSIGN_OR_RETURN(absl::string_view rest, Child(name, "rounds"));
  const size_t slash = rest.find('/');
  if (slash == absl::string_view::npos) return BadName(kField);
  ContributionName parsed;
  ASSIGN_OR_RETURN(parsed.period, Quarter(rest.substr(0, slash)));
  rest.remove_prefix(slash);
  if (!absl::ConsumePrefix(&rest, "/contributions/") || !model::IsSlug(rest)) return BadName(kField);
  parsed.collective = std::string(rest);
  return parsed;
}

}  // namespace aangan::federation

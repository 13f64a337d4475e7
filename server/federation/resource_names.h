// SPDX-License-Identifier: Apache-2.0
// Names of the federation's resources, all under rosters/{roster}, written and read in one place.
//
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) for a name of another form; NOT_FOUND for another roster,
// because this federation has one.
#ifndef AANGAN_SERVER_FEDERATION_RESOURCE_NAMES_H_
#define AANGAN_SERVER_FEDERATION_RESOURCE_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/period.h"

namespace aangan::federation {

// Parent of what is asked over all rosters whose releases are here (AIP-159).
inline constexpr absl::string_view kAllRosters = "rosters/-";

class ResourceNames {
 public:
  explicit ResourceNames(std::string roster) : roster_(std::move(roster)) {}
  const std::string& roster() const { return roster_; }

  std::string Epoch(int32_t epoch) const;
  std::string Catalogue(int32_t version) const;
  std::string Round(absl::string_view period) const;
  std::string Contribution(absl::string_view period, absl::string_view collective) const;
  std::string Answer(absl::string_view period, absl::string_view collective) const;
  std::string Release(absl::string_view period) const;

  // "rosters/{roster}".
  absl::Status ParseParent(absl::string_view name) const;
  // The same, or "rosters/-".
  absl::Status ParseParentOrAll(absl::string_view name) const;
  // None for "-", which means the newest.
  absl::StatusOr<std::optional<int32_t>> ParseEpoch(absl::string_view name) const;
  absl::StatusOr<int32_t> ParseCatalogue(absl::string_view name) const;
  // A quarter.
  absl::StatusOr<model::Period> ParseRound(absl::string_view name) const;
  absl::StatusOr<model::Period> ParseRelease(absl::string_view name) const;
  struct ContributionName {
    model::Period period;
    std::string collective;
  };
  absl::StatusOr<ContributionName> ParseContribution(absl::string_view name) const;

 private:
  absl::StatusOr<absl::string_view> Child(absl::string_view name, absl::string_view collection) const;
  absl::StatusOr<model::Period> Quarter(absl::string_view text) const;

  const std::string roster_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_RESOURCE_NAMES_H_

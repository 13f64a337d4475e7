// SPDX-License-Identifier: Apache-2.0
// Which role may call which rpc: reads the table that CMake compiles in from authorisation.txt.
#include "server/shared/authorisation.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "server/shared/authorisation_text.h"

namespace aangan::server {
namespace {

absl::Status BadRow(int line) {
  return Problem(absl::StatusCode::kInternal, Reason::kInternal, "The table of roles does not parse.")
      .Number("line", line);
}

}  // namespace

absl::StatusOr<Authorisation> Authorisation::Load() { return Parse(kAuthorisationText); }

absl::StatusOr<Authorisation> Authorisation::Parse(absl::string_view text) {
  Authorisation table;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<absl::string_view> halves = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (halves.size() != 2 || halves[0].empty() || halves[0].front() != '/') return BadRow(number);
    RoleSet roles;
    for (const absl::string_view name : absl::StrSplit(halves[1], ' ', absl::SkipEmpty())) {
      const std::optional<Role> role = FindRole(name);
      if (!role) return BadRow(number);
      roles.set(static_cast<size_t>(*role));
    }
    if (roles.none() || !table.rows_.emplace(std::string(halves[0]), roles).second) return BadRow(number);
  }
  return table;
}

std::optional<RoleSet> Authorisation::RolesOf(absl::string_view path) const {
  const auto found = rows_.find(std::string(path));
  return found == rows_.end() ? std::nullopt : std::optional<RoleSet>(found->second);
}

}  // namespace aangan::server

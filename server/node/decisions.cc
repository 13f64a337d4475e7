// SPDX-License-Identifier: Apache-2.0
// Decisions among the store's settings.
#include "server/node/decisions.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kRosterPrefix = "roster/signed/";
constexpr absl::string_view kCataloguePrefix = "catalogue/decision/";

// Ten digits, so that the order of keys is the order of numbers.
std::string NumberKey(absl::string_view prefix, int32_t number) {
  const std::string digits = absl::StrCat(number);
  return absl::StrCat(prefix, std::string(10 - std::min<size_t>(10, digits.size()), '0'), digits);
}

std::optional<std::vector<std::pair<std::string, std::string>>> AllSettings(const storage::node::NodeStore& store,
                                                                            absl::string_view prefix) {
  auto listed = store.ListSettings(prefix, "", 10'000);
  if (!listed.ok()) return std::nullopt;
  return *std::move(listed);
}

}  // namespace

std::string RosterDecisionKey(int32_t epoch) { return NumberKey(kRosterPrefix, epoch); }
std::string CatalogueDecisionKey(int32_t version) { return NumberKey(kCataloguePrefix, version); }

absl::StatusOr<Decisions> ReadDecisions(const storage::node::NodeStore& store) {
  const auto rosters = AllSettings(store, kRosterPrefix);
  const auto catalogues = AllSettings(store, kCataloguePrefix);
  if (!rosters || !catalogues) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The decisions on rosters and catalogues are lost.");
  }
  Decisions decisions;
  for (const auto& [key, value] : *rosters) {
    int32_t epoch = 0;
    CanonicalReader reader(value);
    Digest digest;
    if (!absl::SimpleAtoi(absl::StripPrefix(key, kRosterPrefix), &epoch)) continue;
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(digest)));
    decisions.rosters[epoch] = digest;
  }
  for (const auto& [key, value] : *catalogues) {
    int32_t version = 0;
    CanonicalReader reader(value);
    Digest digest;
    if (!absl::SimpleAtoi(absl::StripPrefix(key, kCataloguePrefix), &version)) continue;
    ASSIGN_OR_RETURN(const uint8_t decision, reader.U8());
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(digest)));
    decisions.catalogues[version] = {static_cast<Decision>(decision), digest};
  }
  return decisions;
}

}  // namespace aangan::node

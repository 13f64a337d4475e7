// SPDX-License-Identifier: Apache-2.0
// The gate before sensitive records.
#include "server/node/domain_gate.h"

#include <algorithm>
#include <array>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/problem.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kMentalHealth = "mental_health";
constexpr std::array<absl::string_view, 3> kSensitive = {kMentalHealth, "health", "legal_aid"};
// A score of work, housing and ties to others. Every instrument that a later list adds is sensitive until it stands
// here.
constexpr absl::string_view kHarmlessInstrument = "iom_reintegration";

// A view of our own text, which outlives the record.
absl::string_view OfDomain(absl::string_view domain) {
  const auto* const found = std::find(kSensitive.begin(), kSensitive.end(), domain);
  return found == kSensitive.end() ? absl::string_view() : *found;
}
absl::string_view OfInstrument(absl::string_view instrument) {
  return instrument == kHarmlessInstrument ? absl::string_view() : kMentalHealth;
}

}  // namespace

bool IsSensitiveDomain(absl::string_view domain) { return !OfDomain(domain).empty(); }

absl::string_view SensitiveDomainOf(const store::v1::ServiceRecord& service) { return OfDomain(service.domain()); }
absl::string_view SensitiveDomainOf(const v1::Service& service) { return OfDomain(service.domain()); }

absl::string_view SensitiveDomainOf(const store::v1::AssessmentRecord& assessment) {
  return OfInstrument(assessment.instrument());
}
absl::string_view SensitiveDomainOf(const v1::Assessment& assessment) { return OfInstrument(assessment.instrument()); }

absl::string_view SensitiveDomainOf(const storage::node::Record& record) {
  if (const auto* service = std::get_if<store::v1::ServiceRecord>(&record)) return SensitiveDomainOf(*service);
  if (const auto* assessment = std::get_if<store::v1::AssessmentRecord>(&record)) return SensitiveDomainOf(*assessment);
  return {};
}

absl::Status DomainGate::CheckDomain(const server::Call& call, const model::Id& member,
                                     absl::string_view domain) const {
  if (domain.empty()) return absl::OkStatus();
  const server::Caller& caller = call.caller();
  const std::string name = absl::StrCat("members/", model::IdText(member));
  if (caller.role == server::Role::kMember && caller.member == name) return absl::OkStatus();
  if (grants_->IsOpen(caller.id, domain, name)) return absl::OkStatus();
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kGrantNeeded,
                 "This is of a sensitive domain that is not open to this token. Ask the steward for a grant.")
      .Name("domain", domain);
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Who is affected: see exposure.h.
#include "server/node/exposure.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/node/audit_walk.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::AuditEntry;
using storage::node::NodeStore;

struct AboutMember {
  model::Id member;
  v1::ExposedKind kind = v1::EXPOSED_KIND_UNSPECIFIED;
};

v1::ExposedKind KindOf(absl::string_view collection) {
  static const auto* const kKinds = new std::map<absl::string_view, v1::ExposedKind>{
      {"", v1::EXPOSED_KIND_MEMBER},
      {"revisions", v1::EXPOSED_KIND_MEMBER},
      {"consents", v1::EXPOSED_KIND_CONSENT},
      {"services", v1::EXPOSED_KIND_SERVICE},
      {"assessments", v1::EXPOSED_KIND_ASSESSMENT},
      {"grievances", v1::EXPOSED_KIND_GRIEVANCE},
      {"summary", v1::EXPOSED_KIND_SUMMARY},
      {"auditEntries", v1::EXPOSED_KIND_AUDIT},
      {"sealedState", v1::EXPOSED_KIND_SEALED_STATE},
  };
  const auto found = kKinds->find(collection);
  return found == kKinds->end() ? v1::EXPOSED_KIND_UNSPECIFIED : found->second;
}

// "members/{m}", "members/{m}/{collection}[/{id}]", "erasureReceipts/{m}"; none for what is of no member.
std::optional<AboutMember> MemberOf(absl::string_view resource) {
  if (absl::ConsumePrefix(&resource, "erasureReceipts/")) {
    const absl::StatusOr<model::Id> member = model::ParseId(resource, "resource");
    return member.ok() ? std::make_optional(AboutMember{*member, v1::EXPOSED_KIND_AUDIT}) : std::nullopt;
  }
  const std::optional<InMembersName> in = InMembersNameOf(resource);
  if (!in) return std::nullopt;
  return AboutMember{in->member, KindOf(in->behind.substr(0, in->behind.find('/')))};
}

bool Shows(Action action) {
  return action == Action::kRead || action == Action::kListed || action == Action::kAuditExported;
}

void Count(const AuditEntry& entry, TokenExposure& exposure) {
  exposure.times.Add(entry.time_us);
  if (const std::optional<AboutMember> about = MemberOf(entry.resource)) {
    ExposedRecords& records = exposure.members[about->member];
    records.times.Add(entry.time_us);
    ShownAndWritten& counts = records.counts[about->kind];
    ++(Shows(entry.action) ? counts.shown : counts.written);
  } else if (Shows(entry.action)) {
    if (absl::StartsWith(entry.resource, "auditEntries")) ++exposure.audit_lists;
  } else if (exposure.acts.size() < kExposedActsMax) {
    exposure.acts.push_back(entry);
  } else {
    ++exposure.acts_left_out;
  }
}

}  // namespace

void ExposureTimes::Add(int64_t time_us) {
  if (entries++ == 0) first_us = time_us;
  last_us = time_us;
}

absl::StatusOr<TokenExposure> FollowToken(const NodeStore& store, const std::string& token, const ExposureSpan& span,
                                          uint64_t last) {
  TokenExposure exposure;
  RETURN_IF_ERROR(ForEachAuditEntry(store, 0, last, [&](const AuditEntry& entry) {
    const bool by_it = entry.actor == token;
    exposure.in_log = exposure.in_log || by_it || entry.resource == token;
    const absl::Time time = absl::FromUnixMicros(entry.time_us);
    if (by_it && time >= span.from && time < span.until) Count(entry, exposure);
  }));
  return exposure;
}

absl::StatusOr<NodeOpennessAt> FollowOpenness(const NodeStore& store, absl::Time time, uint64_t last) {
  NodeOpennessAt at;
  RETURN_IF_ERROR(ForEachAuditEntry(store, 0, last, [&](const AuditEntry& entry) {
    if (absl::FromUnixMicros(entry.time_us) > time) return;
    at.last_entry_us = entry.time_us;
    if (entry.action != Action::kNodeOpened && entry.action != Action::kNodeClosed) return;
    at.openness = entry.action == Action::kNodeOpened ? v1::NODE_OPENNESS_OPEN : v1::NODE_OPENNESS_CLOSED;
    at.openness_us = entry.time_us;
  }));
  return at;
}

}  // namespace aangan::node

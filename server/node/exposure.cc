// SPDX-License-Identifier: Apache-2.0
// Who is affected: see exposure.h.
#include "server/node/exposure.h"

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::AuditEntry;
using storage::node::NodeStore;

constexpr size_t kEntriesAtOnce = 5000;

absl::Status ForEachEntry(const NodeStore& store, uint64_t last, absl::FunctionRef<void(const AuditEntry&)> visit) {
  uint64_t after = 0;
  while (after < last) {
    ASSIGN_OR_RETURN(const std::vector<AuditEntry> page, store.ListAuditAfter(after, kEntriesAtOnce));
    if (page.empty()) return absl::OkStatus();
    for (const AuditEntry& entry : page) {
      if (entry.sequence <= last) visit(entry);
    }
    after = page.back().sequence;
  }
  return absl::OkStatus();
}

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
  AboutMember about;
  if (absl::ConsumePrefix(&resource, "erasureReceipts/")) {
    about.kind = v1::EXPOSED_KIND_AUDIT;
  } else if (absl::ConsumePrefix(&resource, "members/")) {
    const size_t slash = resource.find('/');
    const absl::string_view behind = slash == absl::string_view::npos ? "" : resource.substr(slash + 1);
    resource = resource.substr(0, slash);
    about.kind = KindOf(behind.substr(0, behind.find('/')));
  } else {
    return std::nullopt;
  }
  const absl::StatusOr<model::Id> member = model::ParseId(resource, "resource");
  if (!member.ok()) return std::nullopt;
  about.member = *member;
  return about;
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
  RETURN_IF_ERROR(ForEachEntry(store, last, [&](const AuditEntry& entry) {
    const bool by_it = entry.actor == token;
    exposure.in_log = exposure.in_log || by_it || entry.resource == token;
    const absl::Time time = absl::FromUnixMicros(entry.time_us);
    if (by_it && time >= span.from && time < span.until) Count(entry, exposure);
  }));
  return exposure;
}

absl::StatusOr<NodeOpennessAt> FollowOpenness(const NodeStore& store, absl::Time time, uint64_t last) {
  NodeOpennessAt at;
  RETURN_IF_ERROR(ForEachEntry(store, last, [&](const AuditEntry& entry) {
    if (absl::FromUnixMicros(entry.time_us) > time) return;
    at.last_entry_us = entry.time_us;
    if (entry.action != Action::kNodeOpened && entry.action != Action::kNodeClosed) return;
    at.openness = entry.action == Action::kNodeOpened ? v1::NODE_OPENNESS_OPEN : v1::NODE_OPENNESS_CLOSED;
    at.openness_us = entry.time_us;
  }));
  return at;
}

}  // namespace aangan::node

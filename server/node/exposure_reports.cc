// SPDX-License-Identifier: Apache-2.0
// The reports of a breach: see exposure_reports.h.
#include "server/node/exposure_reports.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/access_rpc.h"
#include "server/node/convert.h"
#include "server/node/record_walk.h"
#include "server/node/request_rules.h"
#include "storage/engine/master_key.h"

namespace aangan::node {
namespace {

using storage::node::AuditEntry;
using storage::node::Found;

absl::StatusOr<ExposureSpan> SpanOf(const v1::ReportTokenExposureRequest& request) {
  ExposureSpan span;
  if (request.has_start_time()) span.from = TimeFromTimestamp(request.start_time());
  if (request.has_end_time()) span.until = TimeFromTimestamp(request.end_time());
  if (span.from < span.until) return span;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "No entry lies in this span of time.")
      .Field("end_time", "must be after start_time")
      .ToStatus();
}

v1::ExposedCount CountMessage(v1::ExposedKind kind, const ShownAndWritten& counts) {
  v1::ExposedCount message;
  message.set_kind(kind);
  message.set_shown(counts.shown);
  message.set_written(counts.written);
  return message;
}

void AddTotals(const TokenExposure& exposure, v1::ReportTokenExposureResponse& response) {
  std::map<v1::ExposedKind, v1::ExposedCount> totals;
  for (const auto& [member, records] : exposure.members) {
    for (const auto& [kind, counts] : records.counts) {
      v1::ExposedCount& total = totals[kind];
      total.set_kind(kind);
      total.set_shown(total.shown() + counts.shown);
      total.set_written(total.written() + counts.written);
      total.set_members(total.members() + 1);
    }
  }
  for (auto& [kind, total] : totals) *response.add_counts() = std::move(total);
  response.set_entries(exposure.times.entries);
  if (exposure.times.entries > 0) {
    *response.mutable_first_time() = TimestampFromMicros(exposure.times.first_us);
    *response.mutable_last_time() = TimestampFromMicros(exposure.times.last_us);
  }
  response.set_exposed_member_count(static_cast<int64_t>(exposure.members.size()));
  response.set_audit_lists(exposure.audit_lists);
  response.set_acts_left_out(exposure.acts_left_out);
  for (const AuditEntry& act : exposure.acts) {
    v1::ExposedAct& message = *response.add_acts();
    *message.mutable_time() = TimestampFromMicros(act.time_us);
    message.set_action(static_cast<v1::AuditAction>(act.action));
    message.set_resource(act.resource);
  }
}

absl::StatusOr<int64_t> CountRecords(const storage::node::NodeStore& store, model::RecordKind kind) {
  int64_t count = 0;
  RETURN_IF_ERROR(ForEachRecord(store, kind, model::Id{}, [&](const Found&) {
    ++count;
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<v1::KeyOpener> KeyOpenerOf(const std::string& data) {
  ASSIGN_OR_RETURN(const storage::KeyProtection protection, storage::ProtectionOf(absl::StrCat(data, "/master_key")));
  switch (protection) {
    case storage::KeyProtection::kByPassphrase:
      return v1::KEY_OPENER_PASSPHRASE;
    case storage::KeyProtection::kByKeyFile:
      return v1::KEY_OPENER_KEY_FILE;
    case storage::KeyProtection::kByMode:
      return v1::KEY_OPENER_NONE;
  }
  return v1::KEY_OPENER_UNSPECIFIED;
}

}  // namespace

// An operator is told how many members, not which: a member's token and a broken glass name one.
void HideWhich(v1::ReportTokenExposureResponse& response) {
  response.clear_grants();
  if (!response.has_token()) return;
  response.mutable_token()->clear_title();
  response.mutable_token()->clear_member();
}

void ExposureReports::AddAccess(const std::string& token_id, const ExposureSpan& span,
                                v1::ReportTokenExposureResponse& response) const {
  const absl::Time now = rooms_.records.clock->Now();
  const absl::StatusOr<server::TokenRecord> token = rooms_.tokens->Find(token_id);
  if (token.ok()) *response.mutable_token() = TokenMessage(*token, *rooms_.grants);
  response.set_ended(!token.ok() || absl::FromUnixMicros(token->expire_time_us) <= now);
  for (const GrantRecord& grant : rooms_.grants->List(token_id, "", kGrantsMax)) {
    const bool overlaps = absl::FromUnixMicros(grant.create_time_us) < span.until &&
                          absl::FromUnixMicros(grant.expire_time_us) > span.from;
    if (overlaps) *response.add_grants() = GrantMessage(grant);
  }
}

absl::StatusOr<v1::ExposedMemberState> ExposureReports::StateOf(const model::Id& member) const {
  const absl::Status found = rooms_.records.store->Get({model::RecordKind::kMember, member, member}).status();
  if (found.ok()) return v1::EXPOSED_MEMBER_STATE_PRESENT;
  if (HasReason(found, Reason::kSealed)) return v1::EXPOSED_MEMBER_STATE_SEALED;
  if (absl::IsNotFound(found)) return v1::EXPOSED_MEMBER_STATE_ERASED;
  return found;
}

absl::Status ExposureReports::AddMembers(const server::Call& call, const v1::ReportTokenExposureRequest& request,
                                         const TokenExposure& exposure,
                                         v1::ReportTokenExposureResponse& response) const {
  v1::ReportTokenExposureRequest same = request;  // from page to page
  same.clear_page_size();
  same.clear_page_token();
  const std::string list = absl::StrCat("exposure/", ToHex(Sha256({Deterministic(same)})));
  ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.records.page_tokens, call, list, request.page_size(),
                                           request.page_token(), {.size_default = 1000, .size_max = 2000}));
  if (call.caller().role == server::Role::kOperator) return absl::OkStatus();  // how many, not which
  model::Id after;
  const bool from_begin = page.after.size() != after.bytes.size();
  if (!from_begin) std::copy(page.after.begin(), page.after.end(), after.bytes.begin());
  auto each = from_begin ? exposure.members.begin() : exposure.members.upper_bound(after);
  for (; each != exposure.members.end(); ++each) {
    if (static_cast<size_t>(response.exposed_members_size()) == page.size) {
      response.set_next_page_token(
          NextPage(*rooms_.records.page_tokens, call, list, AsText(std::prev(each)->first.bytes)));
      break;
    }
    v1::ExposedMember& member = *response.add_exposed_members();
    member.set_member(model::RecordNameText({model::RecordKind::kMember, each->first, each->first}));
    for (const auto& [kind, counts] : each->second.counts) *member.add_counts() = CountMessage(kind, counts);
    *member.mutable_first_time() = TimestampFromMicros(each->second.times.first_us);
    *member.mutable_last_time() = TimestampFromMicros(each->second.times.last_us);
    ASSIGN_OR_RETURN(const v1::ExposedMemberState state, StateOf(each->first));
    member.set_state(state);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ReportTokenExposureResponse> ExposureReports::OfToken(
    const server::Call& call, const v1::ReportTokenExposureRequest& request) const {
  ASSIGN_OR_RETURN(const std::string token_id, TokenIdFrom(request.token(), "token"));
  ASSIGN_OR_RETURN(const ExposureSpan span, SpanOf(request));
  v1::ReportTokenExposureResponse response;
  ASSIGN_OR_RETURN(*response.mutable_head(), rooms_.heads.Sign());
  ASSIGN_OR_RETURN(const TokenExposure exposure, FollowToken(*rooms_.records.store, request.token(), span,
                                                             static_cast<uint64_t>(response.head().sequence())));
  AddAccess(token_id, span, response);
  if (call.caller().role == server::Role::kOperator) HideWhich(response);
  if (!exposure.in_log && !response.has_token()) {
    return Problem(
        absl::StatusCode::kNotFound, Reason::kNotFound,
        "There is no such token, and the log knows of none. 'aangan token list' and 'aangan audit list' name "
        "those that there are and were.");
  }
  AddTotals(exposure, response);
  ASSIGN_OR_RETURN(const int64_t members, CountRecords(*rooms_.records.store, model::RecordKind::kMember));
  response.set_member_count(members);
  RETURN_IF_ERROR(AddMembers(call, request, exposure, response));
  return response;
}

absl::StatusOr<v1::NodeExposure> ExposureReports::OfNode(const v1::ReportNodeExposureRequest& request) const {
  const absl::Time time = TimeFromTimestamp(request.time());
  if (!request.has_time() || time > rooms_.records.clock->Now()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "When was the computer taken?")
        .Field("time", "must be the time of the theft as far as it is known, not in the future")
        .ToStatus();
  }
  v1::NodeExposure exposure;
  ASSIGN_OR_RETURN(*exposure.mutable_head(), rooms_.heads.Sign());
  *exposure.mutable_time() = request.time();
  ASSIGN_OR_RETURN(const NodeOpennessAt at,
                   FollowOpenness(*rooms_.records.store, time, static_cast<uint64_t>(exposure.head().sequence())));
  exposure.set_openness(at.openness);
  if (at.openness_us != 0) *exposure.mutable_openness_time() = TimestampFromMicros(at.openness_us);
  if (at.last_entry_us != 0) *exposure.mutable_last_entry_time() = TimestampFromMicros(at.last_entry_us);
  ASSIGN_OR_RETURN(const v1::KeyOpener opener, KeyOpenerOf(rooms_.data));
  exposure.set_key_opener(opener);
  ASSIGN_OR_RETURN(const int64_t members, CountRecords(*rooms_.records.store, model::RecordKind::kMember));
  ASSIGN_OR_RETURN(const int64_t sealed, CountRecords(*rooms_.records.store, model::RecordKind::kSealedState));
  exposure.set_member_count(members);
  exposure.set_sealed_member_count(sealed);
  return exposure;
}

}  // namespace aangan::node

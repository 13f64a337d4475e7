// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.RetentionService: check, ask the book, translate.
#include "server/node/retention_rpc.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"
#include "server/shared/etag.h"
#include "server/shared/field_mask.h"

namespace aangan::node {
namespace {

constexpr char kName[] = "retentionPolicy";
constexpr char kReport[] = "retentionPolicy/report";
constexpr std::array<absl::string_view, 3> kFixed = {"name", "etag", "update_time"};

v1::RetentionPolicy PolicyMessage(const store::v1::RetentionPolicyRecord& record) {
  v1::RetentionPolicy policy;
  policy.set_name(kName);
  policy.set_years_after_last_record(record.years_after_last_record());
  if (record.has_days_after_withdrawal()) policy.set_days_after_withdrawal(record.days_after_withdrawal());
  policy.set_grace_days(record.grace_days());
  policy.set_grievance_days(record.grievance_days());
  policy.set_etag(server::EtagText(record.version()));
  if (record.update_time_us() != 0) *policy.mutable_update_time() = TimestampFromMicros(record.update_time_us());
  return policy;
}

absl::StatusOr<store::v1::RetentionPolicyRecord> PolicyFrom(const v1::RetentionPolicy& policy) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Some fields are not right; see details.");
  if (policy.years_after_last_record() < 0 || policy.years_after_last_record() > model::kRetentionYearsMax)
    problem.Field("retention_policy.years_after_last_record", "must be 0 for never, or 1 to 50");
  if (policy.has_days_after_withdrawal() &&
      (policy.days_after_withdrawal() < 0 || policy.days_after_withdrawal() > model::kRetentionDaysMax))
    problem.Field("retention_policy.days_after_withdrawal", "must be unset for never, or 0 to 3650");
  const int grace = policy.grace_days() == 0 ? model::kGraceDaysDefault : policy.grace_days();
  if (grace < model::kGraceDaysMin || grace > model::kGraceDaysMax)
    problem.Field("retention_policy.grace_days", "must be 0 for 30, or 7 to 365");
  const int grievance = policy.grievance_days() == 0 ? model::kGrievanceDaysDefault : policy.grievance_days();
  if (grievance < 1 || grievance > model::kGrievanceDaysMax)
    problem.Field("retention_policy.grievance_days", "must be 0 for 30, or 1 to 90");
  if (problem.has_fields()) return problem.ToStatus();
  store::v1::RetentionPolicyRecord record;
  record.set_years_after_last_record(policy.years_after_last_record());
  if (policy.has_days_after_withdrawal()) record.set_days_after_withdrawal(policy.days_after_withdrawal());
  record.set_grace_days(grace);
  record.set_grievance_days(grievance);
  return record;
}

v1::DueMember DueMessage(const DueMember& due) {
  v1::DueMember message;
  message.set_member(model::RecordNameText({model::RecordKind::kMember, due.member, due.member}));
  message.set_reason(static_cast<v1::RetentionReason>(due.due.reason));
  *message.mutable_due_date() = DateFromDay(due.due.day);
  if (due.noted != model::kNoDay) *message.mutable_noted_date() = DateFromDay(due.noted);
  if (due.erase != model::kNoDay) *message.mutable_erase_date() = DateFromDay(due.erase);
  return message;
}

}  // namespace

std::map<std::string, server::Handler> RetentionRpc::Handlers() {
  return {{"GetRetentionPolicy", server::Handle(this, &RetentionRpc::GetRetentionPolicy)},
          {"UpdateRetentionPolicy", server::Handle(this, &RetentionRpc::UpdateRetentionPolicy)},
          {"ReportRetention", server::Handle(this, &RetentionRpc::ReportRetention)}};
}

absl::StatusOr<v1::RetentionPolicy> RetentionRpc::GetRetentionPolicy(const server::Call&,
                                                                     const v1::GetRetentionPolicyRequest&) {
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord record, book_->Policy());
  return PolicyMessage(record);
}

absl::StatusOr<v1::RetentionPolicy> RetentionRpc::UpdateRetentionPolicy(
    const server::Call& call, const v1::UpdateRetentionPolicyRequest& request) {
  ASSIGN_OR_RETURN(const uint64_t version,
                   server::ParseEtag(request.retention_policy().etag(), "retention_policy.etag"));
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord present, book_->Policy());
  v1::RetentionPolicy merged = PolicyMessage(present);
  RETURN_IF_ERROR(server::ApplyMask(request.update_mask(), request.retention_policy(), kFixed, &merged));
  ASSIGN_OR_RETURN(store::v1::RetentionPolicyRecord wanted, PolicyFrom(merged));
  if (present.version() != version) return StalePolicy();  // before a permit is spent on it
  RETURN_IF_ERROR(permits_->Use(NeedOf(v1::PERMIT_KIND_POLICY_CHANGE, kName, request), call, request.permit()));
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord changed,
                   book_->Change(std::move(wanted), version, ActorOf(call), absl::ToUnixMicros(rooms_.clock->Now())));
  return PolicyMessage(changed);
}

void RetentionRpc::ReportRetention(server::CallPtr call, v1::ReportRetentionRequest request,
                                   server::Done<v1::ReportRetentionResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, kReport, request.page_size(), request.page_token()));
    ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord policy, book_->Policy());
    ASSIGN_OR_RETURN(const std::vector<DueMember> all, book_->Look(model::DayInIndia(rooms_.clock->Now())));
    v1::ReportRetentionResponse response;
    std::set<model::Id> shown;
    absl::string_view last;  // in the order of ids, which is that of their bytes
    *response.mutable_retention_policy() = PolicyMessage(policy);
    for (const DueMember& due : all) {
      if (AsText(due.member.bytes) <= absl::string_view(page.after)) continue;
      if (static_cast<size_t>(response.due_members_size()) == page.size) {
        response.set_next_page_token(NextPage(*rooms_.page_tokens, *call, kReport, last));
        break;
      }
      last = AsText(due.member.bytes);
      shown.insert(due.member);
      *response.add_due_members() = DueMessage(due);
    }
    AnswerAbout(rooms_.store, *call, shown, "retention", std::move(response), done);
    return absl::OkStatus();
  });
}

}  // namespace aangan::node

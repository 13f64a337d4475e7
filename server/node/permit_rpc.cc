// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.PermitService.
#include "server/node/permit_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using server::Role;

constexpr absl::string_view kList = "permits";
constexpr size_t kSubjectBytesMax = 200;

// What a refusal names as the subject has no other characters, and the second person reads nothing else.
bool IsSubject(absl::string_view text) {
  return !text.empty() && text.size() <= kSubjectBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' || c == '.' || c == '-';
  });
}

}  // namespace

std::map<std::string, server::Handler> PermitRpc::Handlers() {
  return {{"CreatePermit", server::Handle(this, &PermitRpc::CreatePermit)},
          {"ApprovePermit", server::Handle(this, &PermitRpc::ApprovePermit)},
          {"ListPermits", server::Handle(this, &PermitRpc::ListPermits)}};
}

v1::Permit PermitRpc::PermitMessage(const PermitRecord& record) const {
  v1::Permit permit;
  permit.set_name(absl::StrCat("permits/", record.id));
  permit.set_kind(record.need.kind);
  permit.set_subject(record.need.subject);
  permit.set_request_digest(std::string(AsText(record.need.request_digest)));
  permit.set_state(book_->StateOf(record));
  permit.set_asked_by(record.asked_by);
  permit.set_approved_by(record.approved_by);
  *permit.mutable_create_time() = TimestampFromMicros(record.create_time_us);
  *permit.mutable_expire_time() = TimestampFromMicros(record.expire_time_us);
  return permit;
}

absl::StatusOr<v1::Permit> PermitRpc::CreatePermit(const server::Call& call, const v1::CreatePermitRequest& request) {
  const v1::Permit& wanted = request.permit();
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Some fields are not right; see details.");
  PermitNeed need{wanted.kind(), wanted.subject(), {}};
  if (wanted.kind() == v1::PERMIT_KIND_UNSPECIFIED || !v1::PermitKind_IsValid(wanted.kind()))
    problem.Field("permit.kind", "must be one of the kinds");
  if (!IsSubject(wanted.subject())) problem.Field("permit.subject", "must be the resource name of the refusal");
  if (wanted.request_digest().size() != need.request_digest.size())
    problem.Field("permit.request_digest", "must be the 32 bytes of the refusal");
  if (problem.has_fields()) return problem.ToStatus();
  std::copy(wanted.request_digest().begin(), wanted.request_digest().end(), need.request_digest.begin());
  ASSIGN_OR_RETURN(const PermitRecord asked, book_->Ask(need, ActorOf(call)));
  return PermitMessage(asked);
}

absl::StatusOr<v1::Permit> PermitRpc::ApprovePermit(const server::Call& call, const v1::ApprovePermitRequest& request) {
  ASSIGN_OR_RETURN(const PermitRecord approved, book_->Approve(request.name(), ActorOf(call)));
  return PermitMessage(approved);
}

absl::StatusOr<v1::ListPermitsResponse> PermitRpc::ListPermits(const server::Call& call,
                                                               const v1::ListPermitsRequest& request) {
  const bool sees_all = call.caller().role == Role::kSteward || call.caller().role == Role::kAuditor;
  ASSIGN_OR_RETURN(const Page page, PageOf(*page_tokens_, call, kList, request.page_size(), request.page_token()));
  std::vector<PermitRecord> permits = book_->List(sees_all ? "" : ActorOf(call), page.after, page.size + 1);
  v1::ListPermitsResponse response;
  if (permits.size() > page.size) {
    permits.resize(page.size);
    response.set_next_page_token(NextPage(*page_tokens_, call, kList, absl::StrCat("permits/", permits.back().id)));
  }
  for (const PermitRecord& permit : permits) *response.add_permits() = PermitMessage(permit);
  return response;
}

}  // namespace aangan::node

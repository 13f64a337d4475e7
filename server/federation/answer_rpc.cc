// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.AnswerService and LogService.
#include "server/federation/answer_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/recipient_keys.h"
#include "server/federation/roster_rpc.h"
#include "server/shared/paging.h"

namespace aangan::federation {
namespace {

constexpr server::PageLimits kBigRows = {.size_default = 4, .size_max = 14};
constexpr server::PageLimits kCollectives = {.size_default = 100, .size_max = 100};
constexpr size_t kPartBytesMax = 256 << 10;

absl::Status CheckSize(absl::string_view bytes, absl::string_view field) {
  if (!bytes.empty() && bytes.size() <= kPartBytesMax) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "The part is empty or too long.")
      .Field(field, "must have 1 byte to 256 KiB");
}

}  // namespace

std::map<std::string, server::Handler> AnswerRpc::AnswerHandlers() {
  return {{"ListShares", server::Handle(this, &AnswerRpc::ListShares)},
          {"CreateAnswer", server::Handle(this, &AnswerRpc::CreateAnswer)},
          {"ListAnswers", server::Handle(this, &AnswerRpc::ListAnswers)},
          {"CreateComplaint", server::Handle(this, &AnswerRpc::CreateComplaint)},
          {"ListComplaints", server::Handle(this, &AnswerRpc::ListComplaints)}};
}

std::map<std::string, server::Handler> AnswerRpc::LogHandlers() {
  return {{"ListLogEntries", server::Handle(this, &AnswerRpc::ListLogEntries)},
          {"PublishKeyBatch", server::Handle(this, &AnswerRpc::PublishKeyBatch)},
          {"ListIncarnations", server::Handle(this, &AnswerRpc::ListIncarnations)}};
}

absl::StatusOr<v1::ListSharesResponse> AnswerRpc::ListShares(const server::Call& call,
                                                             const v1::ListSharesRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.parent()));
  const std::string list = absl::StrCat("shares ", request.parent());
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, list, request.page_size(),
                                                           request.page_token(), kBigRows));
  ASSIGN_OR_RETURN(std::vector<v1::Share> shares,
                   rooms_.answers->Shares(quarter, call.caller().collective, page.after, page.size));
  v1::ListSharesResponse response;
  if (shares.size() == page.size)
    response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, list, shares.back().dealer()));
  for (v1::Share& share : shares) *response.add_shares() = std::move(share);
  return response;
}

absl::StatusOr<v1::CreateAnswerResponse> AnswerRpc::CreateAnswer(const server::Call& call,
                                                                 const v1::CreateAnswerRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.parent()));
  RETURN_IF_ERROR(CheckSize(request.answer(), "answer"));
  v1::CreateAnswerResponse response;
  ASSIGN_OR_RETURN(const v1::RoundState state,
                   rooms_.answers->Take(quarter, call.caller().collective, request.answer()));
  response.set_state(state);
  rooms_.something_in();
  return response;
}

absl::StatusOr<v1::ListAnswersResponse> AnswerRpc::ListAnswers(const server::Call& call,
                                                               const v1::ListAnswersRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.parent()));
  const std::string list = absl::StrCat("answers ", request.parent());
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, list, request.page_size(),
                                                           request.page_token(), kBigRows));
  ASSIGN_OR_RETURN(std::vector<v1::Answer> answers, rooms_.answers->List(quarter, page.after, page.size));
  v1::ListAnswersResponse response;
  if (answers.size() == page.size)
    response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, list, answers.back().collective()));
  for (v1::Answer& answer : answers) *response.add_answers() = std::move(answer);
  return response;
}

absl::StatusOr<v1::CreateComplaintResponse> AnswerRpc::CreateComplaint(const server::Call& call,
                                                                       const v1::CreateComplaintRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.parent()));
  RETURN_IF_ERROR(CheckSize(request.complaint(), "complaint"));
  v1::CreateComplaintResponse response;
  ASSIGN_OR_RETURN(const v1::ComplaintVerdict verdict,
                   rooms_.complaints->Take(quarter, call.caller().collective, request.dealer(), request.complaint()));
  response.set_verdict(verdict);
  return response;
}

absl::StatusOr<v1::ListComplaintsResponse> AnswerRpc::ListComplaints(const server::Call& call,
                                                                     const v1::ListComplaintsRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRound(request.parent()));
  const std::string list = absl::StrCat("complaints ", request.parent());
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, list, request.page_size(),
                                                           request.page_token(), kBigRows));
  ASSIGN_OR_RETURN(std::vector<v1::Complaint> complaints, rooms_.complaints->List(quarter, page.after, page.size));
  v1::ListComplaintsResponse response;
  if (complaints.size() == page.size) {
    response.set_next_page_token(
        server::NextPage(*rooms_.page_tokens, call, list, ComplaintBook::After(complaints.back())));
  }
  for (v1::Complaint& complaint : complaints) *response.add_complaints() = std::move(complaint);
  return response;
}

absl::StatusOr<v1::ListLogEntriesResponse> AnswerRpc::ListLogEntries(const server::Call&,
                                                                     const v1::ListLogEntriesRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  if (request.after() < 0 || request.page_size() < 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The page can not be given.")
        .Field(request.after() < 0 ? "after" : "page_size", "must be 0 or more");
  }
  const auto asked = static_cast<size_t>(request.page_size());
  v1::ListLogEntriesResponse response;
  // The head first: entries that come meanwhile are then behind it, and none of those it counts is missing.
  ASSIGN_OR_RETURN(LogBook::SignedHead head, rooms_.log->Head());
  ASSIGN_OR_RETURN(std::vector<v1::LogEntry> entries,
                   rooms_.log->Entries(request.after(), asked == 0 ? kLogPageMax : std::min(asked, kLogPageMax)));
  for (v1::LogEntry& entry : entries) {
    if (entry.number() <= head.head.size()) *response.add_entries() = std::move(entry);
  }
  *response.mutable_head() = std::move(head.head);
  response.set_head_signature(std::move(head.signature));
  response.mutable_clock_time()->set_seconds(absl::ToUnixSeconds(rooms_.clock->Now()));
  return response;
}

absl::StatusOr<v1::PublishKeyBatchResponse> AnswerRpc::PublishKeyBatch(const server::Call& call,
                                                                       const v1::PublishKeyBatchRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  RETURN_IF_ERROR(CheckSpeaksFor(call, request.key_batch().collective()));
  ASSIGN_OR_RETURN(const auto enrolled, rooms_.rosters->FindCollective(request.key_batch().collective()));
  if (!enrolled) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The collective has not enrolled.")
        .Field("key_batch.collective", "must be the caller's own");
  }
  // With the key of the roster in force, or with the one that the next roster will name.
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(enrolled->value.collective().signing_key(), "signing_key"));
  absl::Status checked = privacy::CheckKeyBatch(request.key_batch(), request.signature(), rooms_.names->roster(), key);
  ASSIGN_OR_RETURN(const auto in_force, rooms_.rosters->InForce(request.key_batch().collective()));
  if (HasReason(checked, Reason::kBadSignature) && in_force) {
    ASSIGN_OR_RETURN(const PublicKey current, model::ParseKey(in_force->signing_key(), "signing_key"));
    checked = privacy::CheckKeyBatch(request.key_batch(), request.signature(), rooms_.names->roster(), current);
  }
  RETURN_IF_ERROR(checked);
  v1::PublishKeyBatchResponse response;
  ASSIGN_OR_RETURN(const int64_t number, rooms_.log->Publish(request.key_batch(), request.signature()));
  response.set_number(number);
  rooms_.something_in();
  return response;
}

absl::StatusOr<v1::ListIncarnationsResponse> AnswerRpc::ListIncarnations(const server::Call& call,
                                                                         const v1::ListIncarnationsRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "incarnations",
                                                           request.page_size(), request.page_token(), kCollectives));
  ASSIGN_OR_RETURN(std::vector<v1::CollectiveIncarnations> found, rooms_.incarnations->List(page.after, page.size + 1));
  v1::ListIncarnationsResponse response;
  if (found.size() > page.size) {
    found.resize(page.size);
    response.set_next_page_token(
        server::NextPage(*rooms_.page_tokens, call, "incarnations", found.back().collective()));
  }
  const bool to_staff = call.caller().role != server::Role::kNode;
  for (v1::CollectiveIncarnations& each : found) {
    if (!to_staff) each.clear_last_object();
    *response.add_collectives() = std::move(each);
  }
  return response;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.GrievanceService: check, ask the store, translate.
#include "server/node/grievance_rpc.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/field_check.h"
#include "server/node/convert.h"
#include "server/node/member_summary.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"
#include "server/shared/etag.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::Committed;
using storage::node::Found;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr size_t kTextCharactersMax = 4000;
constexpr char kAllMembers[] = "members/-";

v1::Grievance GrievanceMessage(const Found& found) {
  const auto& record = std::get<store::v1::GrievanceRecord>(found.record);
  v1::Grievance grievance;
  grievance.set_name(model::RecordNameText(found.name));
  grievance.set_text(record.text());
  const bool answered = record.answer_time_us() != 0;
  grievance.set_state(answered ? v1::GRIEVANCE_STATE_ANSWERED : v1::GRIEVANCE_STATE_OPEN);
  grievance.set_filed_by(record.filed_by());
  *grievance.mutable_due_date() = DateFromDay(record.due_day());
  grievance.set_answer(record.answer());
  grievance.set_answered_by(record.answered_by());
  if (answered) *grievance.mutable_answer_time() = TimestampFromMicros(record.answer_time_us());
  grievance.set_etag(server::EtagText(record.version()));
  *grievance.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  return grievance;
}

// Member id and grievance id, as bytes: the order of the book.
std::string PlaceOf(const Found& found) {
  return absl::StrCat(AsText(found.name.member.bytes), AsText(found.name.id.bytes));
}

}  // namespace

std::map<std::string, server::Handler> GrievanceRpc::Handlers() {
  return {{"CreateGrievance", server::Handle(this, &GrievanceRpc::CreateGrievance)},
          {"GetGrievance", server::Handle(this, &GrievanceRpc::GetGrievance)},
          {"ListGrievances", server::Handle(this, &GrievanceRpc::ListGrievances)},
          {"AnswerGrievance", server::Handle(this, &GrievanceRpc::AnswerGrievance)},
          {"GetMemberSummary", server::Handle(this, &GrievanceRpc::GetMemberSummary)}};
}

void GrievanceRpc::CreateGrievance(server::CallPtr call, v1::CreateGrievanceRequest request,
                                   server::Done<v1::Grievance> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    model::FieldCheck check("grievance", Today());
    check.TextWithin("text", request.grievance().text(), kTextCharactersMax, model::Need::kRequired);
    RETURN_IF_ERROR(check.ToStatus());
    RecordsChange change;
    change.actor = ActorOf(*call);
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const model::Id id, IdOrNew(request.grievance_id(), "grievance_id", *rooms_.records.random));
    ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord policy, rooms_.retention->Policy());
    const model::RecordName name{model::RecordKind::kGrievance, parent.member, id};
    store::v1::GrievanceRecord record;
    record.set_text(request.grievance().text());
    record.set_filed_by(call->caller().id);
    record.set_due_day(Today() + policy.grievance_days());
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
    rooms_.records.store->Submit(std::move(change),
                                 FinishWith<v1::Grievance>(rooms_.records.store, *call, name, &GrievanceMessage, done));
    return absl::OkStatus();
  });
}

void GrievanceRpc::GetGrievance(server::CallPtr call, v1::GetGrievanceRequest request,
                                server::Done<v1::Grievance> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kGrievance, request.name(), "name"));
    return ShowRecord<v1::Grievance>(rooms_.records.store, ActorOf(*call), name, &GrievanceMessage, done);
  });
}

void GrievanceRpc::ListGrievances(server::CallPtr call, v1::ListGrievancesRequest request,
                                  server::Done<v1::ListGrievancesResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    if (request.parent() == kAllMembers) return ListOpen(*call, request, done);
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    const RecordList list{model::RecordKind::kGrievance, parent.member,
                          absl::StrCat(model::RecordNameText(parent), "/grievances")};
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.records.page_tokens, *call, list.name, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListGrievancesResponse>(
        rooms_.records.store, *rooms_.records.page_tokens, *call, list, page,
        [](v1::ListGrievancesResponse& response, const Found& found) {
          *response.add_grievances() = GrievanceMessage(found);
        },
        done);
  });
}

absl::Status GrievanceRpc::ListOpen(const server::Call& call, const v1::ListGrievancesRequest& request,
                                    const server::Done<v1::ListGrievancesResponse>& done) {
  RETURN_IF_ERROR(CheckOwn(call, model::Id{}));  // those of all are not a member's to read
  const std::string list = absl::StrCat(kAllMembers, "/grievances");
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(*rooms_.records.page_tokens, call, list, request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const std::vector<Found> open, rooms_.book->Open());
  v1::ListGrievancesResponse response;
  // Each stands in the log of the member whose it is.
  storage::node::ReadNote note{Action::kListed, ActorOf(call), {}};
  std::string last;
  for (const Found& found : open) {
    const std::string place = PlaceOf(found);
    if (place <= page.after) continue;
    if (static_cast<size_t>(response.grievances_size()) == page.size) {
      response.set_next_page_token(NextPage(*rooms_.records.page_tokens, call, list, last));
      break;
    }
    last = place;
    *response.add_grievances() = GrievanceMessage(found);
    note.shown.push_back({model::RecordNameText(found.name), found.name.member});
  }
  if (note.shown.empty()) note.shown.push_back({list, std::nullopt});
  AnswerWhenNoted(rooms_.records.store, std::move(note), std::move(response), done);
  return absl::OkStatus();
}

absl::StatusOr<v1::Grievance> GrievanceRpc::AnswerGrievance(const server::Call& call,
                                                            const v1::AnswerGrievanceRequest& request) {
  ASSIGN_OR_RETURN(const model::RecordName name, NameFor(call, model::RecordKind::kGrievance, request.name(), "name"));
  ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.etag(), "etag"));
  model::FieldCheck check("", Today());
  check.TextWithin("answer", request.answer(), kTextCharactersMax, model::Need::kRequired);
  RETURN_IF_ERROR(check.ToStatus());
  RecordsChange change;
  change.actor = ActorOf(call);
  change.action = Action::kGrievanceAnswered;
  ASSIGN_OR_RETURN(change.request, RequestKeyOf(call, request));
  ASSIGN_OR_RETURN(const Found found, rooms_.records.store->Get(name));
  store::v1::GrievanceRecord record = std::get<store::v1::GrievanceRecord>(found.record);
  // A repeat of the first answer is found by its request_id; the sequencer compares versions.
  if (record.answer_time_us() != 0 && (request.request_id().empty() || record.version() == version)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState, "This grievance is answered already.");
  }
  record.set_answer(request.answer());
  record.set_answered_by(call.caller().id);
  record.set_answer_time_us(absl::ToUnixMicros(rooms_.records.clock->Now()));
  change.writes.push_back({WriteKind::kUpdate, name, version, std::move(record)});
  RETURN_IF_ERROR(rooms_.records.store->SubmitAndWait(std::move(change)).status());
  if (const absl::Status looked = rooms_.book->Look(Today()); !looked.ok())
    LogWarning("grievances", "not looked at").Status(looked);  // the answer is on disk; the next day looks again
  ASSIGN_OR_RETURN(const Found answered, rooms_.records.store->Get(name));
  return GrievanceMessage(answered);
}

void GrievanceRpc::GetMemberSummary(server::CallPtr call, v1::GetMemberSummaryRequest request,
                                    server::Done<v1::MemberSummary> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kMember, request.name(), "name"));
    ASSIGN_OR_RETURN(const SummaryWords words, SummaryWords::For(request.language()));
    ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord policy, rooms_.retention->Policy());
    ASSIGN_OR_RETURN(const Found member, rooms_.records.store->Get(name));
    ASSIGN_OR_RETURN(v1::MemberSummary summary,
                     Summarise(*rooms_.records.store, *rooms_.once, member, Today(), words, policy.grievance_days()));
    // Named apart from her record: it shows more of her than that.
    AnswerWhenNoted(
        rooms_.records.store,
        {Action::kRead, ActorOf(*call), {{absl::StrCat(model::RecordNameText(name), "/summary"), name.member}}},
        std::move(summary), done);
    return absl::OkStatus();
  });
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.CaseworkService: check, ask the store, translate.
#include "server/node/casework_rpc.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/domain_gate.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"
#include "server/node/revisions.h"
#include "server/shared/etag.h"
#include "server/shared/field_mask.h"
#include "storage/node/day_written.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::Found;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr std::array<absl::string_view, 4> kFixed = {"name", "etag", "create_time", "update_time"};

}  // namespace

std::map<std::string, server::Handler> CaseworkRpc::Handlers() {
  return {{"CreateService", server::Handle(this, &CaseworkRpc::CreateService)},
          {"GetService", server::Handle(this, &CaseworkRpc::GetService)},
          {"ListServices", server::Handle(this, &CaseworkRpc::ListServices)},
          {"UpdateService", server::Handle(this, &CaseworkRpc::UpdateService)},
          {"ListServiceRevisions", server::Handle(this, &CaseworkRpc::ListServiceRevisions)},
          {"DeleteService", server::Handle(this, &CaseworkRpc::DeleteService)},
          {"CreateAssessment", server::Handle(this, &CaseworkRpc::CreateAssessment)},
          {"GetAssessment", server::Handle(this, &CaseworkRpc::GetAssessment)},
          {"ListAssessments", server::Handle(this, &CaseworkRpc::ListAssessments)},
          {"UpdateAssessment", server::Handle(this, &CaseworkRpc::UpdateAssessment)},
          {"ListAssessmentRevisions", server::Handle(this, &CaseworkRpc::ListAssessmentRevisions)},
          {"DeleteAssessment", server::Handle(this, &CaseworkRpc::DeleteAssessment)}};
}

absl::Status CaseworkRpc::CheckStored(const server::Call& call, const model::RecordName& name) const {
  const absl::StatusOr<Found> found = rooms_.store->Get(name);
  // What is gone may have been deleted by the same request before; the sequencer knows.
  return found.ok() ? rooms_.gate->Check(call, name.member, found->record) : absl::OkStatus();
}

template <typename Message>
server::Done<Message> CaseworkRpc::Checked(server::CallPtr call, const model::Id& member,
                                           server::Done<Message> done) const {
  return [gate = rooms_.gate, call = std::move(call), member, done = std::move(done)](absl::StatusOr<Message> answer) {
    if (answer.ok()) {
      if (absl::Status open = gate->Check(*call, member, *answer); !open.ok()) return done(std::move(open));
    }
    done(std::move(answer));
  };
}

void CaseworkRpc::CreateService(server::CallPtr call, v1::CreateServiceRequest request,
                                server::Done<v1::Service> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const model::Id id, IdOrNew(request.service_id(), "service_id", *rooms_.random));
    const model::RecordName name{model::RecordKind::kService, parent.member, id};
    ASSIGN_OR_RETURN(store::v1::ServiceRecord record, ServiceRecordFrom(request.service(), Today()));
    RETURN_IF_ERROR(rooms_.gate->Check(*call, parent.member, record));
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Service>(rooms_.store, *call, name, &ServiceMessage,
                                                                    Checked(call, name.member, done)));
    return absl::OkStatus();
  });
}

void CaseworkRpc::GetService(server::CallPtr call, v1::GetServiceRequest request, server::Done<v1::Service> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kService, request.name(), "name"));
    return ShowRecord<v1::Service>(rooms_.store, ActorOf(*call), name, &ServiceMessage, done, [&](const Found& found) {
      return rooms_.gate->Check(*call, name.member, found.record);
    });
  });
}

void CaseworkRpc::ListServices(server::CallPtr call, v1::ListServicesRequest request,
                               server::Done<v1::ListServicesResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RETURN_IF_ERROR(rooms_.store->Get(parent).status());
    const RecordList list{model::RecordKind::kService, parent.member,
                          absl::StrCat(model::RecordNameText(parent), "/services")};
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, list.name, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListServicesResponse>(
        rooms_.store, *rooms_.page_tokens, *call, list, page,
        [&](v1::ListServicesResponse& response, const Found& found) {
          if (!rooms_.gate->Check(*call, parent.member, found.record).ok()) return response.set_some_left_out(true);
          *response.add_services() = ServiceMessage(found);
        },
        done);
  });
}

void CaseworkRpc::UpdateService(server::CallPtr call, v1::UpdateServiceRequest request,
                                server::Done<v1::Service> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kService, request.service().name(), "service.name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.service().etag(), "service.etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kUpdated;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
    RETURN_IF_ERROR(rooms_.gate->Check(*call, name.member, found.record));
    v1::Service merged = ServiceMessage(found);
    RETURN_IF_ERROR(server::ApplyMask(request.update_mask(), request.service(), kFixed, &merged));
    ASSIGN_OR_RETURN(storage::node::Record record, ServiceRecordFrom(merged, Today()));
    storage::node::KeepTimes(found.record, record);
    RETURN_IF_ERROR(rooms_.gate->Check(*call, name.member, record));
    // The sequencer compares versions, not this room: only it knows whether the request is a repeat.
    change.writes.push_back({WriteKind::kUpdate, name, version, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Service>(rooms_.store, *call, name, &ServiceMessage,
                                                                    Checked(call, name.member, done)));
    return absl::OkStatus();
  });
}

void CaseworkRpc::ListServiceRevisions(server::CallPtr call, v1::ListServiceRevisionsRequest request,
                                       server::Done<v1::ListServiceRevisionsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kService, request.parent(), "parent"));
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, RevisionsOf(name), request.page_size(), request.page_token()));
    RETURN_IF_ERROR(CheckStored(*call, name));
    return ShowRevisions<v1::ListServiceRevisionsResponse>(
        rooms_, *call, name, page, &ServiceMessage,
        [&](v1::ListServiceRevisionsResponse& response, const Found& before) -> v1::ServiceRevision* {
          if (rooms_.gate->Check(*call, name.member, before.record).ok()) return response.add_service_revisions();
          response.set_some_left_out(true);
          return nullptr;
        },
        done);
  });
}

void CaseworkRpc::DeleteService(server::CallPtr call, v1::DeleteServiceRequest request,
                                server::Done<google::protobuf::Empty> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kService, request.name(), "name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.etag(), "etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kDeleted;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    RETURN_IF_ERROR(CheckStored(*call, name));
    change.writes.push_back({WriteKind::kDelete, name, version, {}});
    rooms_.store->Submit(std::move(change), FinishEmpty(done));
    return absl::OkStatus();
  });
}

void CaseworkRpc::CreateAssessment(server::CallPtr call, v1::CreateAssessmentRequest request,
                                   server::Done<v1::Assessment> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const model::Id id, IdOrNew(request.assessment_id(), "assessment_id", *rooms_.random));
    const model::RecordName name{model::RecordKind::kAssessment, parent.member, id};
    ASSIGN_OR_RETURN(store::v1::AssessmentRecord record, AssessmentRecordFrom(request.assessment(), Today()));
    RETURN_IF_ERROR(rooms_.gate->Check(*call, parent.member, record));
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Assessment>(rooms_.store, *call, name, &AssessmentMessage,
                                                                       Checked(call, name.member, done)));
    return absl::OkStatus();
  });
}

void CaseworkRpc::GetAssessment(server::CallPtr call, v1::GetAssessmentRequest request,
                                server::Done<v1::Assessment> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kAssessment, request.name(), "name"));
    return ShowRecord<v1::Assessment>(
        rooms_.store, ActorOf(*call), name, &AssessmentMessage, done,
        [&](const Found& found) { return rooms_.gate->Check(*call, name.member, found.record); });
  });
}

void CaseworkRpc::ListAssessments(server::CallPtr call, v1::ListAssessmentsRequest request,
                                  server::Done<v1::ListAssessmentsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RETURN_IF_ERROR(rooms_.store->Get(parent).status());
    const RecordList list{model::RecordKind::kAssessment, parent.member,
                          absl::StrCat(model::RecordNameText(parent), "/assessments")};
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, list.name, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListAssessmentsResponse>(
        rooms_.store, *rooms_.page_tokens, *call, list, page,
        [&](v1::ListAssessmentsResponse& response, const Found& found) {
          if (!rooms_.gate->Check(*call, parent.member, found.record).ok()) return response.set_some_left_out(true);
          *response.add_assessments() = AssessmentMessage(found);
        },
        done);
  });
}

void CaseworkRpc::UpdateAssessment(server::CallPtr call, v1::UpdateAssessmentRequest request,
                                   server::Done<v1::Assessment> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kAssessment, request.assessment().name(), "assessment.name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.assessment().etag(), "assessment.etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kUpdated;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
    RETURN_IF_ERROR(rooms_.gate->Check(*call, name.member, found.record));
    v1::Assessment merged = AssessmentMessage(found);
    RETURN_IF_ERROR(server::ApplyMask(request.update_mask(), request.assessment(), kFixed, &merged));
    ASSIGN_OR_RETURN(storage::node::Record record, AssessmentRecordFrom(merged, Today()));
    storage::node::KeepTimes(found.record, record);
    RETURN_IF_ERROR(rooms_.gate->Check(*call, name.member, record));
    // The sequencer compares versions, not this room: only it knows whether the request is a repeat.
    change.writes.push_back({WriteKind::kUpdate, name, version, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Assessment>(rooms_.store, *call, name, &AssessmentMessage,
                                                                       Checked(call, name.member, done)));
    return absl::OkStatus();
  });
}

void CaseworkRpc::ListAssessmentRevisions(server::CallPtr call, v1::ListAssessmentRevisionsRequest request,
                                          server::Done<v1::ListAssessmentRevisionsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kAssessment, request.parent(), "parent"));
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, RevisionsOf(name), request.page_size(), request.page_token()));
    RETURN_IF_ERROR(CheckStored(*call, name));
    return ShowRevisions<v1::ListAssessmentRevisionsResponse>(
        rooms_, *call, name, page, &AssessmentMessage,
        [&](v1::ListAssessmentRevisionsResponse& response, const Found& before) -> v1::AssessmentRevision* {
          if (rooms_.gate->Check(*call, name.member, before.record).ok()) return response.add_assessment_revisions();
          response.set_some_left_out(true);
          return nullptr;
        },
        done);
  });
}

void CaseworkRpc::DeleteAssessment(server::CallPtr call, v1::DeleteAssessmentRequest request,
                                   server::Done<google::protobuf::Empty> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kAssessment, request.name(), "name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.etag(), "etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kDeleted;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    RETURN_IF_ERROR(CheckStored(*call, name));
    change.writes.push_back({WriteKind::kDelete, name, version, {}});
    rooms_.store->Submit(std::move(change), FinishEmpty(done));
    return absl::OkStatus();
  });
}

}  // namespace aangan::node

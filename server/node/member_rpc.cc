// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.MemberService: check, ask the store, translate.
#include "server/node/member_rpc.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/notice_book.h"
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
using storage::node::RecordWrite;
using storage::node::WriteKind;

constexpr int kConsentsMax = 4;
constexpr std::array<absl::string_view, 4> kMemberFixed = {"name", "etag", "create_time", "update_time"};

RecordList AllMembers() { return {model::RecordKind::kMember, model::Id{}, "members"}; }

absl::Status RefuseMember(const server::Call& call) {
  if (call.caller().role != server::Role::kMember) return absl::OkStatus();
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "This token opens the record of its own member alone.");
}

}  // namespace

std::map<std::string, server::Handler> MemberRpc::Handlers() {
  return {{"CreateMember", server::Handle(this, &MemberRpc::CreateMember)},
          {"GetMember", server::Handle(this, &MemberRpc::GetMember)},
          {"ListMembers", server::Handle(this, &MemberRpc::ListMembers)},
          {"SearchMembers", server::Handle(this, &MemberRpc::SearchMembers)},
          {"UpdateMember", server::Handle(this, &MemberRpc::UpdateMember)},
          {"ListMemberRevisions", server::Handle(this, &MemberRpc::ListMemberRevisions)},
          {"DeleteMember", server::Handle(this, &MemberRpc::DeleteMember)},
          {"CreateConsent", server::Handle(this, &MemberRpc::CreateConsent)},
          {"GetConsent", server::Handle(this, &MemberRpc::GetConsent)},
          {"ListConsents", server::Handle(this, &MemberRpc::ListConsents)}};
}

void MemberRpc::CreateMember(server::CallPtr call, v1::CreateMemberRequest request, server::Done<v1::Member> done) {
  OrFail(done, [&]() -> absl::Status {
    if (request.consents_size() > kConsentsMax) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooMany, "At most 4 consents go with a new member.")
          .Field("consents", "must be at most 4");
    }
    RecordsChange change;
    change.actor = ActorOf(*call);
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const model::Id member, IdOrNew(request.member_id(), "member_id", *rooms_.random));
    const model::RecordName name{model::RecordKind::kMember, member, member};
    ASSIGN_OR_RETURN(store::v1::MemberRecord record, MemberRecordFrom(request.member(), Today()));
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
    for (int i = 0; i < request.consents_size(); ++i) {
      const std::string path = absl::StrCat("consents.", i);
      ASSIGN_OR_RETURN(store::v1::ConsentRecord consent,
                       ConsentRecordFrom(request.consents(i), Today(), call->caller().id, path));
      RETURN_IF_ERROR(SetNotice(*rooms_.store, path, consent));
      change.writes.push_back({WriteKind::kCreate,
                               {model::RecordKind::kConsent, member, model::RandomId(*rooms_.random)},
                               0,
                               std::move(consent)});
    }
    rooms_.store->Submit(std::move(change), FinishWith<v1::Member>(rooms_.store, *call, name, &MemberMessage, done));
    return absl::OkStatus();
  });
}

void MemberRpc::GetMember(server::CallPtr call, v1::GetMemberRequest request, server::Done<v1::Member> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kMember, request.name(), "name"));
    return ShowRecord(rooms_.store, ActorOf(*call), name, &MemberMessage, done);
  });
}

void MemberRpc::ListMembers(server::CallPtr call, v1::ListMembersRequest request,
                            server::Done<v1::ListMembersResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    RETURN_IF_ERROR(RefuseMember(*call));
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, AllMembers().name, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListMembersResponse>(
        rooms_.store, *rooms_.page_tokens, *call, AllMembers(), page,
        [](v1::ListMembersResponse& response, const Found& found) { *response.add_members() = MemberMessage(found); },
        done);
  });
}

void MemberRpc::SearchMembers(server::CallPtr call, v1::SearchMembersRequest request,
                              server::Done<v1::SearchMembersResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    RETURN_IF_ERROR(RefuseMember(*call));
    const std::string list = absl::StrCat("members named ", request.query());  // seen by page tokens alone
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, list, request.page_size(), request.page_token()));
    ASSIGN_OR_RETURN(std::vector<Found> found, names_.Find(request.query(), IdBefore(page), page.size + 1));
    return ShowPage<v1::SearchMembersResponse>(
        rooms_.store, *rooms_.page_tokens, *call, AllMembers(), list, page, std::move(found),
        [](v1::SearchMembersResponse& response, const Found& member) {
          *response.add_members() = MemberMessage(member);
        },
        done);
  });
}

void MemberRpc::UpdateMember(server::CallPtr call, v1::UpdateMemberRequest request, server::Done<v1::Member> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kMember, request.member().name(), "member.name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.member().etag(), "member.etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kUpdated;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
    v1::Member merged = MemberMessage(found);
    RETURN_IF_ERROR(server::ApplyMask(request.update_mask(), request.member(), kMemberFixed, &merged));
    ASSIGN_OR_RETURN(storage::node::Record record, MemberRecordFrom(merged, Today()));
    storage::node::KeepTimes(found.record, record);
    // The sequencer compares versions, not this room: only it knows whether the request is a repeat.
    change.writes.push_back({WriteKind::kUpdate, name, version, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Member>(rooms_.store, *call, name, &MemberMessage, done));
    return absl::OkStatus();
  });
}

void MemberRpc::ListMemberRevisions(server::CallPtr call, v1::ListMemberRevisionsRequest request,
                                    server::Done<v1::ListMemberRevisionsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, RevisionsOf(name), request.page_size(), request.page_token()));
    return ShowRevisions<v1::ListMemberRevisionsResponse>(
        rooms_, *call, name, page, &MemberMessage,
        [](v1::ListMemberRevisionsResponse& response, const Found&) { return response.add_member_revisions(); }, done);
  });
}

void MemberRpc::DeleteMember(server::CallPtr call, v1::DeleteMemberRequest request,
                             server::Done<google::protobuf::Empty> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kMember, request.name(), "name"));
    ASSIGN_OR_RETURN(const uint64_t version, server::ParseEtag(request.etag(), "etag"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    change.action = Action::kDeleted;
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    change.writes.push_back({WriteKind::kDelete, name, version, {}});
    rooms_.store->Submit(std::move(change), [after = rooms_.after_erasure, finish = FinishEmpty(done)](
                                                absl::StatusOr<storage::node::Committed> committed) {
      if (committed.ok() && after) after();
      finish(std::move(committed));
    });
    return absl::OkStatus();
  });
}

void MemberRpc::CreateConsent(server::CallPtr call, v1::CreateConsentRequest request, server::Done<v1::Consent> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RecordsChange change;
    change.actor = ActorOf(*call);
    ASSIGN_OR_RETURN(change.request, RequestKeyOf(*call, request));
    ASSIGN_OR_RETURN(const model::Id id, IdOrNew(request.consent_id(), "consent_id", *rooms_.random));
    const model::RecordName name{model::RecordKind::kConsent, parent.member, id};
    ASSIGN_OR_RETURN(store::v1::ConsentRecord record,
                     ConsentRecordFrom(request.consent(), Today(), call->caller().id, "consent"));
    RETURN_IF_ERROR(SetNotice(*rooms_.store, "consent", record));
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
    rooms_.store->Submit(std::move(change), FinishWith<v1::Consent>(rooms_.store, *call, name, &ConsentMessage, done));
    return absl::OkStatus();
  });
}

void MemberRpc::GetConsent(server::CallPtr call, v1::GetConsentRequest request, server::Done<v1::Consent> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name, NameFor(*call, model::RecordKind::kConsent, request.name(), "name"));
    return ShowRecord(rooms_.store, ActorOf(*call), name, &ConsentMessage, done);
  });
}

void MemberRpc::ListConsents(server::CallPtr call, v1::ListConsentsRequest request,
                             server::Done<v1::ListConsentsResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName parent,
                     NameFor(*call, model::RecordKind::kMember, request.parent(), "parent"));
    RETURN_IF_ERROR(rooms_.store->Get(parent).status());
    const RecordList list{model::RecordKind::kConsent, parent.member,
                          absl::StrCat(model::RecordNameText(parent), "/consents")};
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, list.name, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListConsentsResponse>(
        rooms_.store, *rooms_.page_tokens, *call, list, page,
        [](v1::ListConsentsResponse& response, const Found& found) {
          *response.add_consents() = ConsentMessage(found);
        },
        done);
  });
}

}  // namespace aangan::node

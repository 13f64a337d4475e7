// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AuditService.
#include "server/node/audit_rpc.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/audit_walk.h"
#include "server/node/convert.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"

namespace aangan::node {

v1::AuditEntry EntryMessage(const storage::node::AuditEntry& entry) {
  v1::AuditEntry message;
  message.set_name(absl::StrCat("auditEntries/", entry.sequence));
  *message.mutable_time() = TimestampFromMicros(entry.time_us);
  message.set_action(static_cast<v1::AuditAction>(entry.action));
  message.set_actor(entry.actor);
  message.set_resource(entry.resource);
  message.set_chain_hash(std::string(AsText(entry.chain_hash)));
  return message;
}

namespace {

using storage::node::Action;

constexpr char kAllEntries[] = "auditEntries";

// The place behind which a page goes on; 0 on the first. Only this room makes the tokens that it comes from.
uint64_t PlaceOf(const Page& page) {
  uint64_t place = 0;
  return absl::SimpleAtoi(page.after, &place) ? place : 0;
}

// What an export has still to hand out: the entries behind `after`, and none behind `end`, the newest one when its
// permit was spent. A page token lives for ever, so without an end one yes would open all that is written later too.
struct ExportSpan {
  uint64_t after = 0;
  uint64_t end = 0;
};

absl::StatusOr<ExportSpan> ExportSpanOf(const storage::node::NodeStore& store, const Page& page) {
  ExportSpan span;
  if (page.after.empty()) {
    ASSIGN_OR_RETURN(span.end, NewestAuditPlace(store));
    return span;
  }
  const std::pair<std::string, std::string> places = absl::StrSplit(page.after, absl::MaxSplits('/', 1));
  if (!absl::SimpleAtoi(places.first, &span.after) || !absl::SimpleAtoi(places.second, &span.end)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadPageToken, "This page token is of an older node.")
        .Field("page_token", "must be empty to begin again");
  }
  return span;
}

// So many entries as fit; the token of the next page when there are more, with `behind` the place in it.
template <typename Response>
Response PageOfEntries(const std::vector<storage::node::AuditEntry>& entries, const server::PageTokens& tokens,
                       const server::Call& call, const std::string& list, const Page& page,
                       absl::string_view behind = "") {
  Response response;
  for (const storage::node::AuditEntry& entry : entries) {
    if (static_cast<size_t>(response.audit_entries_size()) == page.size) {
      response.set_next_page_token(NextPage(tokens, call, list, absl::StrCat(entries[page.size - 1].sequence, behind)));
      break;
    }
    *response.add_audit_entries() = EntryMessage(entry);
  }
  return response;
}

}  // namespace

std::map<std::string, server::Handler> AuditRpc::Handlers() {
  return {{"ListAuditEntries", server::Handle(this, &AuditRpc::ListAuditEntries)},
          {"GetAuditHead", server::Handle(this, &AuditRpc::GetAuditHead)},
          {"VerifyAudit", server::Handle(this, &AuditRpc::VerifyAudit)},
          {"ExportAudit", server::Handle(this, &AuditRpc::ExportAudit)},
          {"ReportTokenExposure", server::Handle(this, &AuditRpc::ReportTokenExposure)},
          {"ReportNodeExposure", server::Handle(this, &AuditRpc::ReportNodeExposure)}};
}

void AuditRpc::ListAuditEntries(server::CallPtr call, v1::ListAuditEntriesRequest request,
                                server::Done<v1::ListAuditEntriesResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    std::optional<model::Id> member;
    std::string list = kAllEntries;
    if (!request.member().empty()) {
      ASSIGN_OR_RETURN(const model::RecordName name,
                       NameFor(*call, model::RecordKind::kMember, request.member(), "member"));
      member = name.member;
      list = absl::StrCat(model::RecordNameText(name), "/", kAllEntries);
    } else if (call->caller().role == server::Role::kMember) {
      RETURN_IF_ERROR(CheckOwn(*call, model::Id{}));  // all entries are not hers to read
    }
    ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.page_tokens, *call, list, request.page_size(),
                                             request.page_token(), {.size_default = 100, .size_max = 500}));
    ASSIGN_OR_RETURN(const auto entries, rooms_.store->ListAudit(member, PlaceOf(page), page.size + 1));
    AnswerWhenNoted(rooms_.store, {Action::kListed, ActorOf(*call), {{list, member}}},
                    PageOfEntries<v1::ListAuditEntriesResponse>(entries, *rooms_.page_tokens, *call, list, page), done);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::AuditHead> AuditRpc::GetAuditHead(const server::Call&, const v1::GetAuditHeadRequest&) {
  return heads_.Sign();
}

absl::StatusOr<v1::VerifyAuditResponse> AuditRpc::VerifyAudit(const server::Call&,
                                                              const v1::VerifyAuditRequest& request) {
  return heads_.Verify(request);
}

void AuditRpc::ExportAudit(server::CallPtr call, v1::ExportAuditRequest request,
                           server::Done<v1::ExportAuditResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    const std::string list = absl::StrCat(kAllEntries, "/export");
    ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.page_tokens, *call, list, request.page_size(),
                                             request.page_token(), {.size_default = 1000, .size_max = 2000}));
    if (request.page_token().empty()) {
      // The yes is to the whole log, in pages of whatever size.
      const PermitNeed need = NeedOf(v1::PERMIT_KIND_EXPORT, kAllEntries, v1::ExportAuditRequest());
      RETURN_IF_ERROR(permits_->Use(need, *call, request.permit()));
    }
    ASSIGN_OR_RETURN(const ExportSpan span, ExportSpanOf(*rooms_.store, page));
    ASSIGN_OR_RETURN(auto entries, rooms_.store->ListAuditAfter(span.after, page.size + 1));
    while (!entries.empty() && entries.back().sequence > span.end) entries.pop_back();
    AnswerWhenNoted(rooms_.store, {Action::kAuditExported, ActorOf(*call), {{kAllEntries, std::nullopt}}},
                    PageOfEntries<v1::ExportAuditResponse>(entries, *rooms_.page_tokens, *call, list, page,
                                                           absl::StrCat("/", span.end)),
                    done);
    return absl::OkStatus();
  });
}

void AuditRpc::ReportTokenExposure(server::CallPtr call, v1::ReportTokenExposureRequest request,
                                   server::Done<v1::ReportTokenExposureResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(v1::ReportTokenExposureResponse response, reports_.OfToken(*call, request));
    AnswerWhenNoted(rooms_.store, {Action::kExposureReported, ActorOf(*call), {{request.token(), std::nullopt}}},
                    std::move(response), done);
    return absl::OkStatus();
  });
}

void AuditRpc::ReportNodeExposure(server::CallPtr call, v1::ReportNodeExposureRequest request,
                                  server::Done<v1::NodeExposure> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(v1::NodeExposure response, reports_.OfNode(request));
    AnswerWhenNoted(rooms_.store, {Action::kExposureReported, ActorOf(*call), {{"node", std::nullopt}}},
                    std::move(response), done);
    return absl::OkStatus();
  });
}

}  // namespace aangan::node

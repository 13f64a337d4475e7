// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.AuditService.
#include "server/node/audit_rpc.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/node/convert.h"
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

std::map<std::string, server::Handler> AuditRpc::Handlers() {
  return {{"ListAuditEntries", server::Handle(this, &AuditRpc::ListAuditEntries)}};
}

absl::StatusOr<v1::ListAuditEntriesResponse> AuditRpc::ListAuditEntries(const server::Call& call,
                                                                        const v1::ListAuditEntriesRequest& request) {
  std::optional<model::Id> member;
  if (!request.member().empty()) {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     NameFor(call, model::RecordKind::kMember, request.member(), "member"));
    member = name.member;
  } else if (call.caller().role == server::Role::kMember) {
    RETURN_IF_ERROR(CheckOwn(call, model::Id{}));  // all entries are not hers to read
  }
  const std::string list = absl::StrCat(request.member(), "/auditEntries");
  ASSIGN_OR_RETURN(const Page page, PageOf(*page_tokens_, call, list, request.page_size(), request.page_token(),
                                           {.size_default = 100, .size_max = 500}));
  uint64_t before = 0;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after, &before)) before = 1;
  ASSIGN_OR_RETURN(const auto entries, store_->ListAudit(member, before, page.size + 1));
  v1::ListAuditEntriesResponse response;
  for (const storage::node::AuditEntry& entry : entries) {
    if (static_cast<size_t>(response.audit_entries_size()) == page.size) {
      const uint64_t last = entries[page.size - 1].sequence;
      response.set_next_page_token(NextPage(*page_tokens_, call, list, absl::StrCat(last)));
      break;
    }
    *response.add_audit_entries() = EntryMessage(entry);
  }
  return response;
}

}  // namespace aangan::node

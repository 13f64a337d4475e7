// SPDX-License-Identifier: Apache-2.0
// aangan audit list|head|verify|export: who did what to which record and when, and whether the log of it is whole.
#include <filesystem>

#include "aangan/node/v1/audit.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/audit_file.h"
#include "client/command/commands.h"
#include "client/command/permits.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AuditService;

constexpr absl::Duration kFollowDeadline = absl::Seconds(30);

struct Wish {
  std::string member, actor;
  size_t limit = 100;
  std::string to, permit, file, node;
  std::vector<std::string> heads;
};

absl::StatusOr<int> List(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = AuditService::NewStub(channel->grpc());
  node::v1::ListAuditEntriesRequest request;
  request.set_member(wish.member);
  request.set_page_size(500);
  Table table{{"time", "action", "actor", "resource", "name"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ListAuditEntriesResponse page,
                     channel->Call(stub.get(), &AuditService::Stub::ListAuditEntries, request));
    for (const node::v1::AuditEntry& each : page.audit_entries()) {
      if (!wish.actor.empty() && each.actor() != wish.actor) continue;
      if (table.rows.size() == wish.limit) break;
      table.rows.push_back({TimeValue(each.has_time(), each.time()),
                            WordOf(node::v1::AuditAction_descriptor(), each.action()), each.actor(), each.resource(),
                            each.name()});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && table.rows.size() < wish.limit);
  session.output().Print(table);
  return kExitOk;
}

void PrintHead(const Session& session, const node::v1::AuditHead& head) {
  session.output().PrintObject({{"entries", "phrase", "chain_hash", "time", "node_id"},
                                {{head.entries(), TextOrNothing(head.phrase()), Hex(head.chain_hash()),
                                  TimeValue(head.has_time(), head.time()), NodeIdOf(head)}}});
}

absl::StatusOr<node::v1::AuditHead> AskHead(const Channel& channel, AuditService::Stub* stub) {
  return channel.Call(stub, &AuditService::Stub::GetAuditHead, node::v1::GetAuditHeadRequest(), kFollowDeadline);
}

absl::StatusOr<int> Head(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = AuditService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::AuditHead head, AskHead(*channel, stub.get()));
  if (!wish.to.empty()) RETURN_IF_ERROR(WriteHeadFile(wish.to, head));
  PrintHead(session, head);
  session.output().Say(
      "Write the phrase and the day on paper and keep it away from this machine. Later 'aangan audit verify --head "
      "PHRASE' says whether the log still holds all that it held today.");
  return kExitOk;
}

bool IsPhrase(const std::string& head) { return !std::filesystem::exists(head) && head.find('/') == std::string::npos; }

// So that the one that is missing has a name.
absl::Status Named(const Session& session, absl::Status status, const std::string& head, const Value& time) {
  if (absl::IsDataLoss(status)) {
    const std::string* const text = std::get_if<std::string>(&time);
    session.output().Say(
        absl::StrCat("Not in this log: the head ", head, text == nullptr ? "" : absl::StrCat(" of ", *text), "."));
  }
  return status;
}

absl::StatusOr<int> VerifyOnNode(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = AuditService::NewStub(channel->grpc());
  const auto ask = [&](const node::v1::VerifyAuditRequest& request) {
    return channel->Call(stub.get(), &AuditService::Stub::VerifyAudit, request, kFollowDeadline);
  };
  ASSIGN_OR_RETURN(node::v1::VerifyAuditResponse found, ask({}));
  for (const std::string& head : wish.heads) {
    node::v1::VerifyAuditRequest request;
    Value time;
    if (IsPhrase(head)) {
      request.add_phrases(head);
    } else {
      ASSIGN_OR_RETURN(*request.add_heads(), ReadHeadFile(head));
      time = TimeValue(request.heads(0).has_time(), request.heads(0).time());
    }
    RETURN_IF_ERROR(Named(session, ask(request).status(), head, time));
  }
  PrintHead(session, found.head());
  session.output().Say(wish.heads.empty()
                           ? "The chain holds. A head that was kept elsewhere would also show that its end is there."
                           : "The chain holds, and every head is in it: nothing was removed, changed or cut off.");
  if (const int contributions = found.contributions(); contributions > 0) {
    session.output().Say(absl::StrCat("It fits ", contributions == 1 ? "the contribution" : "all contributions",
                                      " of this node (", contributions, "): up to the last of them its end is there."));
  }
  return kExitOk;
}

absl::StatusOr<int> VerifyFile(const Session& session, const Wish& wish) {
  std::vector<node::v1::AuditHead> heads;
  for (const std::string& head : wish.heads) {
    ASSIGN_OR_RETURN(heads.emplace_back(), ReadHeadFile(head));
  }
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(wish.file, unknown);
  Progress progress("checking", unknown ? 0 : static_cast<int64_t>(bytes));
  ASSIGN_OR_RETURN(const node::v1::AuditHead end,
                   CheckAuditFile(wish.file, heads, [&](int64_t done) { progress.Advance(done); }));
  if (!wish.node.empty() && NodeIdOf(end) != wish.node) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature, "Another node signed this file.")
        .Name("signer", NodeIdOf(end));
  }
  PrintHead(session, end);
  session.output().Say(wish.node.empty()
                           ? "The file is whole and signed. Compare node_id with that node's 'aangan status'."
                           : "The file is whole and signed by that node.");
  return kExitOk;
}

absl::StatusOr<int> Verify(const Session& session, const Wish& wish) {
  return wish.file.empty() ? VerifyOnNode(session, wish) : VerifyFile(session, wish);
}

absl::StatusOr<int> Export(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = AuditService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::AuditHead head, AskHead(*channel, stub.get()));
  ASSIGN_OR_RETURN(const auto file, AuditFileWriter::Open(wish.to));
  node::v1::ExportAuditRequest request;
  request.set_page_size(2000);
  request.set_permit(wish.permit);
  const auto ask = [&] { return channel->Call(stub.get(), &AuditService::Stub::ExportAudit, request); };
  absl::StatusOr<node::v1::ExportAuditResponse> page = ask();
  if (!page.ok()) return AskForPermit(session, *channel, page.status());
  {
    Progress progress("exporting", head.entries());
    while (true) {
      for (const node::v1::AuditEntry& entry : page->audit_entries()) {
        if (file->entries() == head.entries()) break;  // what came after the head
        RETURN_IF_ERROR(file->Add(entry));
      }
      progress.Advance(file->entries());
      request.set_page_token(page->next_page_token());
      if (request.page_token().empty() || file->entries() == head.entries()) break;
      page = ask();
      RETURN_IF_ERROR(page.status());
    }
  }
  RETURN_IF_ERROR(file->Finish(head));
  PrintHead(session, head);
  session.output().Say("Written. 'aangan audit verify --file FILE' checks it on any machine, without the node.");
  return kExitOk;
}

}  // namespace

void AddAudit(CLI::App& app, Session& session) {
  CLI::App* audit =
      AddCommand(app, "audit", "Who did what to which record and when", "aangan audit list --member members/7h2m...");
  audit->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  const auto run = [&session, wish](CLI::App* command, absl::StatusOr<int> (*what)(const Session&, const Wish&)) {
    command->callback(
        [&session, wish, what] { session.run = [&session, wish, what] { return what(session, *wish); }; });
  };
  CLI::App* list = AddCommand(*audit, "list", "List entries, newest first (steward, auditor)", "aangan audit list");
  list->add_option("--member", wish->member, "about this member alone, members/{member}");
  list->add_option("--actor", wish->actor, "by this token alone, tokens/{token}");
  list->add_option("--limit", wish->limit, "at most so many")->capture_default_str();
  run(list, &List);
  CLI::App* head = AddCommand(*audit, "head", "Sign the log's head, to be kept on paper", "aangan audit head");
  head->add_option("--to", wish->to, "write the signed head into this file too");
  run(head, &Head);
  CLI::App* verify = AddCommand(*audit, "verify", "Follow the whole log; look for heads that were kept",
                                "aangan audit verify --head 1204-7h2m-...");
  verify->add_option("--head", wish->heads,
                     "phrase from paper, or file of 'aangan audit head --to'; more than one goes");
  verify->add_option("--file", wish->file, "check this export instead, without a node; --head takes files then");
  verify->add_option("--node", wish->node, "with --file: who must have signed it, a node_id");
  run(verify, &Verify);
  CLI::App* out =
      AddCommand(*audit, "export", "Write the whole log into a file, once a second person said yes (steward, auditor)",
                 "aangan audit export --to audit.jsonl --permit permits/7h2m...");
  out->add_option("--to", wish->to, "file to write")->required();
  out->add_option("--permit", wish->permit, "permits/{permit}; without it the command asks for one");
  run(out, &Export);
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// aangan breach token|computer|federation: papers for the day on which something was lost, stolen or demanded.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aangan/node/v1/audit.grpc.pb.h"
#include "aangan/node/v1/backups.grpc.pb.h"
#include "aangan/node/v1/members.grpc.pb.h"
#include "aangan/node/v1/operator.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/breach_paper.h"
#include "client/command/commands.h"
#include "client/command/disclosure.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AuditService;
using node::v1::BackupService;
using node::v1::MemberService;
using node::v1::OperatorService;

constexpr absl::Duration kFollowDeadline = absl::Seconds(30);

struct Wish {
  std::string token, from, until, at;
  std::string names_token_file;
  std::string paper;
};

// A file when one was named, and for people who named none the text itself; `table` for programs.
absl::StatusOr<int> Show(const Session& session, const Wish& wish, const Paper& paper, const Table& table) {
  if (!wish.paper.empty()) {
    RETURN_IF_ERROR(WritePaper(wish.paper, paper));
    session.output().Say("Written. If it names members or tokens, print it and delete the file.");
    return kExitOk;
  }
  if (!session.for_people()) {
    session.output().Print(table);
    return kExitOk;
  }
  std::fputs(paper.AsText().c_str(), stdout);
  return kExitOk;
}

absl::Status AddPages(const Channel& channel, node::v1::ReportTokenExposureRequest request,
                      node::v1::ReportTokenExposureResponse& all) {
  const auto stub = AuditService::NewStub(channel.grpc());
  const auto ask = [&] {
    return channel.Call(stub.get(), &AuditService::Stub::ReportTokenExposure, request, kFollowDeadline);
  };
  ASSIGN_OR_RETURN(all, ask());
  while (!all.next_page_token().empty()) {
    request.set_page_token(all.next_page_token());
    ASSIGN_OR_RETURN(const node::v1::ReportTokenExposureResponse page, ask());
    all.mutable_exposed_members()->MergeFrom(page.exposed_members());
    all.set_next_page_token(page.next_page_token());
  }
  return absl::OkStatus();
}

// Each name is a reading that the node notes, in the caseworker's name.
absl::Status AddNames(const Session& session, const std::string& token_file, LostToken& lost) {
  ASSIGN_OR_RETURN(const auto channel, session.NodeAs(token_file));
  const auto stub = MemberService::NewStub(channel->grpc());
  for (const node::v1::ExposedMember& each : lost.report.exposed_members()) {
    if (each.state() != node::v1::EXPOSED_MEMBER_STATE_PRESENT) continue;
    node::v1::GetMemberRequest request;
    request.set_name(each.member());
    const absl::StatusOr<node::v1::Member> member = channel->Call(stub.get(), &MemberService::Stub::GetMember, request);
    if (absl::IsNotFound(member.status()) || HasReason(member.status(), Reason::kSealed)) continue;  // since
    RETURN_IF_ERROR(member.status());
    lost.names[each.member()] = member->details().full_name();
  }
  return absl::OkStatus();
}

Table MemberTable(const LostToken& lost) {
  Table table{{"member", "state", "kinds", "shown", "written", "first_time", "last_time", "name"}, {}};
  for (const node::v1::ExposedMember& each : lost.report.exposed_members()) {
    int64_t shown = 0, written = 0;
    for (const node::v1::ExposedCount& count : each.counts()) {
      shown += count.shown();
      written += count.written();
    }
    const auto name = lost.names.find(each.member());
    table.rows.push_back({each.member(), WordOf(node::v1::ExposedMemberState_descriptor(), each.state()), KindsOf(each),
                          shown, written, TimeValue(true, each.first_time()), TimeValue(true, each.last_time()),
                          TextOrNothing(name == lost.names.end() ? "" : name->second)});
  }
  return table;
}

absl::StatusOr<int> OfToken(const Session& session, const Wish& wish) {
  LostToken lost{wish.token, wish.from, wish.until, {}, {}};
  node::v1::ReportTokenExposureRequest request;
  request.set_token(wish.token);
  request.set_page_size(2000);
  if (!wish.from.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_start_time(), ParseMoment(wish.from, "--from"));
  }
  if (!wish.until.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_end_time(), ParseMoment(wish.until, "--until"));
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  RETURN_IF_ERROR(AddPages(*channel, std::move(request), lost.report));
  if (!wish.names_token_file.empty()) RETURN_IF_ERROR(AddNames(session, wish.names_token_file, lost));
  return Show(session, wish, LostTokenPaper(lost), MemberTable(lost));
}

// Every item of a list of the node's.
template <typename Item, typename Stub, typename Request, typename Response, typename Items>
absl::StatusOr<std::vector<Item>> All(const Channel& channel, Stub* stub,
                                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                      Items items) {
  std::vector<Item> all;
  Request request;
  request.set_page_size(200);
  do {
    ASSIGN_OR_RETURN(const Response page, channel.Call(stub, method, request));
    all.insert(all.end(), items(page).begin(), items(page).end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<int> OfComputer(const Session& session, const Wish& wish) {
  StolenNode stolen;
  node::v1::ReportNodeExposureRequest request;
  ASSIGN_OR_RETURN(*request.mutable_time(), ParseMoment(wish.at, "--at"));
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto audit = AuditService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(stolen.exposure,
                   channel->Call(audit.get(), &AuditService::Stub::ReportNodeExposure, request, kFollowDeadline));
  const auto backups = BackupService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(stolen.key_copies, All<node::v1::KeyCopy>(
                                          *channel, backups.get(), &BackupService::Stub::ListKeyCopies,
                                          [](const auto& page) -> const auto& { return page.key_copies(); }));
  ASSIGN_OR_RETURN(stolen.backups, All<node::v1::Backup>(
                                       *channel, backups.get(), &BackupService::Stub::ListBackups,
                                       [](const auto& page) -> const auto& { return page.backups(); }));
  const auto operators = OperatorService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::GetStatusResponse status,
                   channel->Call(operators.get(), &OperatorService::Stub::GetStatus, node::v1::GetStatusRequest()));
  const Value made = TimeValue(status.has_recovery_deal_time(), status.recovery_deal_time());
  if (const std::string* const text = std::get_if<std::string>(&made)) stolen.parts_made = *text;
  const node::v1::NodeExposure& exposure = stolen.exposure;
  const Table table{
      {"openness", "openness_time", "last_entry_time", "key_opener", "members", "sealed_members", "key_copies"},
      {{TextOrNothing(WordOf(node::v1::NodeOpenness_descriptor(), exposure.openness())),
        TimeValue(exposure.has_openness_time(), exposure.openness_time()),
        TimeValue(exposure.has_last_entry_time(), exposure.last_entry_time()),
        WordOf(node::v1::KeyOpener_descriptor(), exposure.key_opener()), exposure.member_count(),
        exposure.sealed_member_count(), static_cast<int64_t>(stolen.key_copies.size())}}};
  return Show(session, wish, StolenNodePaper(stolen), table);
}

absl::StatusOr<int> OfFederation(const Session& session, const Wish& wish) {
  const Disclosure disclosure;
  Table table{{"message", "field", "type", "sensitivity", "about"}, {}};
  for (const DisclosedField& each : disclosure.fields())
    table.rows.push_back({each.message, each.field, each.type, each.sensitivity, TextOrNothing(each.about)});
  return Show(session, wish, disclosure.ToPaper(), table);
}

}  // namespace

void AddBreach(CLI::App& app, Session& session) {
  CLI::App* breach = AddCommand(app, "breach", "After a loss, a theft or an order: who is affected, and what to do",
                                "aangan breach token tokens/7h2m... --from 2026-11-20 --paper lost.html");
  breach->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  const auto run = [&session, wish](CLI::App* command, absl::StatusOr<int> (*what)(const Session&, const Wish&)) {
    command->add_option("--paper", wish->paper, "write it into this file: .html to print, .txt or .md");
    command->callback(
        [&session, wish, what] { session.run = [&session, wish, what] { return what(session, *wish); }; });
  };
  CLI::App* token = AddCommand(*breach, "token", "Which members a lost token was shown (steward, auditor, operator)",
                               "aangan breach token tokens/7h2m... --from 2026-11-20 --paper lost.html");
  token->add_option("name", wish->token, "tokens/{token}, as 'aangan token list' and 'aangan audit list' name it")
      ->required();
  token->add_option("--from", wish->from, "since when it may have been in other hands: a day (of India) or a time");
  token->add_option("--until", wish->until, "until when, not included; otherwise now");
  token->add_option("--names-token-file", wish->names_token_file,
                    "file with a caseworker's token: puts the members' names on the paper");
  run(token, &OfToken);
  CLI::App* computer = AddCommand(*breach, "computer", "What whoever took the node's computer has (operator)",
                                  "aangan breach computer --at 2026-11-20T18:30:00+05:30 --paper stolen.html");
  computer->add_option("--at", wish->at, "when it was taken: a day (its first moment in India) or a time")->required();
  run(computer, &OfComputer);
  run(AddCommand(*breach, "federation", "What the federation could be forced to hand over; needs no node",
                 "aangan breach federation --paper federation.html"),
      &OfFederation);
}

}  // namespace aangan::client

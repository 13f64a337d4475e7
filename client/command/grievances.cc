// SPDX-License-Identifier: Apache-2.0
// aangan grievance and summary: what members complain of, and what is recorded of one of them.
#include "aangan/node/v1/grievances.grpc.pb.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::GrievanceService;

Table GrievanceTable(const std::vector<node::v1::Grievance>& grievances) {
  Table table{{"name", "state", "due_date", "text", "answer", "etag"}, {}};
  for (const node::v1::Grievance& each : grievances) {
    table.rows.push_back({each.name(), WordOf(node::v1::GrievanceState_descriptor(), each.state()),
                          DayText(each.due_date()), each.text(), TextOrNothing(each.answer()), each.etag()});
  }
  return table;
}

absl::StatusOr<int> ListGrievances(const Session& session, const std::string& parent) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = GrievanceService::NewStub(channel->grpc());
  node::v1::ListGrievancesRequest request;
  request.set_parent(parent);
  request.set_page_size(200);
  std::vector<node::v1::Grievance> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListGrievancesResponse page,
                     channel->Call(stub.get(), &GrievanceService::Stub::ListGrievances, request));
    all.insert(all.end(), page.grievances().begin(), page.grievances().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(GrievanceTable(all));
  return kExitOk;
}

absl::StatusOr<int> FileGrievance(const Session& session, const std::string& member, const std::string& text) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = GrievanceService::NewStub(channel->grpc());
  node::v1::CreateGrievanceRequest request;
  request.set_parent(member);
  request.mutable_grievance()->set_text(text);
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const node::v1::Grievance made,
                   channel->Call(stub.get(), &GrievanceService::Stub::CreateGrievance, request));
  session.output().PrintObject(GrievanceTable({made}));
  return kExitOk;
}

absl::StatusOr<int> AnswerGrievance(const Session& session, const std::string& name, const std::string& answer) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = GrievanceService::NewStub(channel->grpc());
  node::v1::GetGrievanceRequest get;
  get.set_name(name);
  ASSIGN_OR_RETURN(const node::v1::Grievance present,
                   channel->Call(stub.get(), &GrievanceService::Stub::GetGrievance, get));
  node::v1::AnswerGrievanceRequest request;
  request.set_name(name);
  request.set_etag(present.etag());
  request.set_answer(answer);
  request.set_request_id(NewRequestId());
  ASSIGN_OR_RETURN(const node::v1::Grievance answered,
                   channel->Call(stub.get(), &GrievanceService::Stub::AnswerGrievance, request));
  session.output().PrintObject(GrievanceTable({answered}));
  return kExitOk;
}

absl::StatusOr<int> ShowSummary(const Session& session, const std::string& member, const std::string& language) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = GrievanceService::NewStub(channel->grpc());
  node::v1::GetMemberSummaryRequest request;
  request.set_name(member);
  request.set_language(language);
  ASSIGN_OR_RETURN(const node::v1::MemberSummary summary,
                   channel->Call(stub.get(), &GrievanceService::Stub::GetMemberSummary, request));
  Table table{{"line"}, {}};
  for (const std::string& line : summary.lines()) table.rows.push_back({line});
  session.output().Print(table);
  return kExitOk;
}

}  // namespace

void AddGrievances(CLI::App& app, Session& session) {
  CLI::App* grievance = AddCommand(app, "grievance", "What members complain of, with a clock", "aangan grievance list");
  grievance->require_subcommand(1);
  CLI::App* list = AddCommand(*grievance, "list", "List what waits for an answer, or all of one member (steward)",
                              "aangan grievance list");
  auto parent = std::make_shared<std::string>("members/-");
  list->add_option("member", *parent, "members/{member}; none: what waits, of all");
  list->callback([&session, parent] { session.run = [&session, parent] { return ListGrievances(session, *parent); }; });
  CLI::App* file = AddCommand(*grievance, "file", "File one for a member (caseworker)",
                              "aangan grievance file members/4f6k... --text \"...\"");
  auto filed = std::make_shared<std::pair<std::string, std::string>>();
  file->add_option("member", filed->first, "members/{member}")->required();
  file->add_option("--text", filed->second, "her words, sealed under her own key")->required();
  file->callback([&session, filed] {
    session.run = [&session, filed] { return FileGrievance(session, filed->first, filed->second); };
  });
  CLI::App* answer = AddCommand(*grievance, "answer", "Answer one, once (steward)",
                                "aangan grievance answer members/4f6k.../grievances/9d2a... --text \"...\"");
  auto answered = std::make_shared<std::pair<std::string, std::string>>();
  answer->add_option("name", answered->first, "members/{member}/grievances/{grievance}")->required();
  answer->add_option("--text", answered->second, "the answer, sealed under her own key")->required();
  answer->callback([&session, answered] {
    session.run = [&session, answered] { return AnswerGrievance(session, answered->first, answered->second); };
  });
  CLI::App* summary = AddCommand(app, "summary", "Say in plain words what is recorded of a member (caseworker)",
                                 "aangan summary members/4f6k... --language hi");
  auto wish = std::make_shared<std::pair<std::string, std::string>>("", "en");
  summary->add_option("member", wish->first, "members/{member}")->required();
  summary->add_option("--language", wish->second, "language of the words")->capture_default_str();
  summary->callback(
      [&session, wish] { session.run = [&session, wish] { return ShowSummary(session, wish->first, wish->second); }; });
}

}  // namespace aangan::client

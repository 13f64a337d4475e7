// SPDX-License-Identifier: Apache-2.0
// aangan close, preview, approve, refuse, release: the way of a quarter's counts out of the node, each step looked at.
#include <iostream>

#include "aangan/node/v1/operator.grpc.pb.h"
#include "aangan/node/v1/releases.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/release_table.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::OperatorService;
using node::v1::Release;
using node::v1::ReleaseService;

constexpr size_t kPreviewRows = 20;
// While tallies of a new catalogue are counted in the background a close says "try again".
constexpr absl::Duration kCloseDeadline = absl::Seconds(30);

std::string NameOf(const std::string& period) { return absl::StrCat("releases/", period); }

// Nothing is known of a release that is not approved.
Value LateValue(const Release& release, int64_t number) { return release.has_late_records() ? Value(number) : Value(); }

void SayLate(const Session& session, const node::v1::LateRecords& late) {
  if (const std::string words = LateWords(late); !words.empty()) session.output().Say(words);
}

Table ReleaseTable(const std::vector<Release>& releases) {
  Table table{{"release", "stage", "cells", "charge_nano_rho", "budget_left_nano_rho", "contribute_until", "approved",
               "sent", "rehearsal", "proposal_digest", "contribution_digest", "late_records", "late_counted_in_year"},
              {}};
  for (const Release& each : releases) {
    table.rows.push_back(
        {each.name(), WordOf(node::v1::ReleaseStage_descriptor(), each.stage()), int64_t{each.cells()},
         each.charge_nano_rho(), each.budget_left_nano_rho(),
         TimeValue(each.has_contribute_until(), each.contribute_until()),
         TimeValue(each.has_approve_time(), each.approve_time()), TimeValue(each.has_send_time(), each.send_time()),
         each.rehearsal(), TextOrNothing(Hex(each.proposal_digest())), TextOrNothing(Hex(each.contribution_digest())),
         LateValue(each, each.late_records().records()), LateValue(each, each.late_records().counted_in_year())});
  }
  return table;
}

absl::StatusOr<int> Close(const Session& session, const std::string& period) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  node::v1::CloseQuarterRequest request;
  request.set_period(period);
  ASSIGN_OR_RETURN(const Release release,
                   channel->Call(stub.get(), &OperatorService::Stub::CloseQuarter, request, kCloseDeadline));
  session.output().PrintObject(ReleaseTable({release}));
  session.output().Say(absl::StrCat("Next: look at what would leave: aangan preview ", period));
  return kExitOk;
}

absl::StatusOr<node::v1::PreviewReleaseResponse> Look(const Channel& channel, const std::string& period) {
  const auto stub = ReleaseService::NewStub(channel.grpc());
  node::v1::PreviewReleaseRequest request;
  request.set_name(NameOf(period));
  return channel.Call(stub.get(), &ReleaseService::Stub::PreviewRelease, request);
}

void PrintPreview(const Session& session, const node::v1::PreviewReleaseResponse& preview, bool all) {
  session.output().Print(PreviewTable(preview, session.for_people(), all ? 0 : kPreviewRows));
  if (!session.for_people()) return;
  session.output().Say(absl::StrCat("Left: what stays here. Right: what would leave, with noise, for all ",
                                    preview.cells_size(), " cells", all ? "" : " (--all shows each)", "."));
  session.output().Say(absl::StrCat("Of ", preview.members_cut(),
                                    " members something was cut, so that nobody weighs more than agreed."));
  for (const node::v1::LateRecords& late : preview.late_records()) SayLate(session, late);
}

absl::StatusOr<int> Preview(const Session& session, const std::string& period, bool all) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  ASSIGN_OR_RETURN(const node::v1::PreviewReleaseResponse preview, Look(*channel, period));
  PrintPreview(session, preview, all);
  if (session.for_people())
    session.output().Say(absl::StrCat("Next: aangan approve ", period, " --digest ", Hex(preview.proposal_digest())));
  return kExitOk;
}

struct Approval {
  std::string period;
  std::string digest;
  bool yes = false;
};

absl::StatusOr<std::string> DigestToApprove(const Session& session, const Channel& channel, const Approval& wish) {
  if (!wish.digest.empty()) return ParseDigest(wish.digest, "--digest");
  ASSIGN_OR_RETURN(const node::v1::PreviewReleaseResponse preview, Look(channel, wish.period));
  if (wish.yes) return preview.proposal_digest();
  if (!IsTerminal(0)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "nobody is here to be asked")
        .Field("--digest", "must be the digest that preview printed, or give --yes");
  }
  PrintPreview(session, preview, false);
  session.output().Say("Send these? The budget is spent from then on. Type yes to send, anything else to leave it:");
  std::string word;
  std::getline(std::cin, word);
  if (word == "yes") return preview.proposal_digest();
  return Problem(absl::StatusCode::kCancelled, Reason::kWrongState, "nothing was approved and nothing leaves");
}

absl::StatusOr<int> Approve(const Session& session, const Approval& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::ApproveReleaseRequest request;
  request.set_name(NameOf(wish.period));
  ASSIGN_OR_RETURN(*request.mutable_proposal_digest(), DigestToApprove(session, *channel, wish));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const Release release, channel->Call(stub.get(), &ReleaseService::Stub::ApproveRelease, request));
  session.output().PrintObject(ReleaseTable({release}));
  session.output().Say("Approved. It leaves with the next link.");
  return kExitOk;
}

absl::StatusOr<int> Refuse(const Session& session, const std::string& period) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::RefuseReleaseRequest request;
  request.set_name(NameOf(period));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const Release release, channel->Call(stub.get(), &ReleaseService::Stub::RefuseRelease, request));
  session.output().PrintObject(ReleaseTable({release}));
  session.output().Say("Refused. Nothing leaves and no budget is spent.");
  return kExitOk;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  node::v1::ListReleasesRequest request;
  std::vector<Release> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListReleasesResponse page,
                     channel->Call(stub.get(), &ReleaseService::Stub::ListReleases, request));
    all.insert(all.end(), page.releases().begin(), page.releases().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  Table table = ReleaseTable(all);
  if (session.for_people()) {  // the first columns fit on a terminal; show has the rest
    table.columns.resize(9);
    for (auto& row : table.rows) row.resize(9);
  }
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Show(const Session& session, const std::string& period) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  node::v1::GetReleaseRequest request;
  request.set_name(NameOf(period));
  ASSIGN_OR_RETURN(const Release release, channel->Call(stub.get(), &ReleaseService::Stub::GetRelease, request));
  session.output().PrintObject(ReleaseTable({release}));
  SayLate(session, release.late_records());
  return kExitOk;
}

// A command whose one argument is the period.
CLI::App* AddWithPeriod(CLI::App& parent, const std::string& name, const std::string& about, const std::string& example,
                        Session& session, absl::StatusOr<int> (*what)(const Session&, const std::string&)) {
  CLI::App* command = AddCommand(parent, name, about, example);
  auto period = std::make_shared<std::string>();
  command->add_option("period", *period, "quarter, for example 2026Q3")->required();
  command->callback(
      [&session, period, what] { session.run = [&session, period, what] { return what(session, *period); }; });
  return command;
}

}  // namespace

void AddRelease(CLI::App& app, Session& session) {
  AddWithPeriod(app, "close", "Close an ended quarter and propose its release", "aangan close 2026Q3", session, Close);
  CLI::App* preview = AddCommand(app, "preview", "Look at what stays and what would leave", "aangan preview 2026Q3");
  auto period = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  preview->add_option("period", *period, "quarter, for example 2026Q3")->required();
  preview->add_flag("--all", *all, "every cell, also empty ones");
  preview->callback(
      [&session, period, all] { session.run = [&session, period, all] { return Preview(session, *period, *all); }; });
  CLI::App* approve =
      AddCommand(app, "approve", "Approve what was looked at (steward)", "aangan approve 2026Q3 --digest 77aa...");
  auto wish = std::make_shared<Approval>();
  approve->add_option("period", wish->period, "quarter, for example 2026Q3")->required();
  approve->add_option("--digest", wish->digest, "digest that preview printed")
      ->excludes(approve->add_flag("--yes", wish->yes, "approve what is proposed now without looking; for rehearsals"));
  approve->callback([&session, wish] { session.run = [&session, wish] { return Approve(session, *wish); }; });
  AddWithPeriod(app, "refuse", "Take no part in a quarter's round (steward)", "aangan refuse 2026Q3", session, Refuse);
  CLI::App* release = AddCommand(app, "release", "What left, and what waits", "aangan release list");
  release->require_subcommand(1);
  CLI::App* list = AddCommand(*release, "list", "List releases, newest first", "aangan release list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  AddReleaseVerify(*release, session);
  AddWithPeriod(*release, "show", "Show one release", "aangan release show 2026Q3", session, Show);
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// aangan figures: the national figures and totals, always with margin and coverage, of this roster or of all.
#include "aangan/federation/v1/figures.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/figures_table.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::FigureService;

struct Question {
  std::string period, indicator, table;
  std::vector<std::string> codes;
  bool totals = false;
  bool all_rosters = false;
};

struct Said {
  std::vector<fed::Figure> figures;
  std::vector<std::string> contributors, missing;
};

absl::StatusOr<std::string> ParentOf(const Session& session, const Question& question) {
  if (question.all_rosters) return std::string("rosters/-");
  return session.RosterName();
}

absl::StatusOr<fed::ListFiguresRequest> RequestFor(const Session& session, const Question& question) {
  fed::ListFiguresRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), ParentOf(session, question));
  request.set_period(question.period);
  request.set_indicator(question.indicator);
  request.set_table(question.table);
  for (const std::string& each : question.codes) {
    const std::vector<std::string> parts = absl::StrSplit(each, absl::MaxSplits('=', 1));
    if (parts.size() != 2) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "a code is asked for by its dimension")
          .Field("--code", "must be of the form domain=health");
    }
    ASSIGN_OR_RETURN(const int dimension, NumberOf(fed::Dimension_descriptor(), parts[0], "--code"));
    fed::FigureCode& code = *request.add_codes();
    code.set_dimension(static_cast<fed::Dimension>(dimension));
    code.set_code(parts[1]);
  }
  return request;
}

// All pages of a list.
template <typename Request, typename Response, typename Rpc>
absl::StatusOr<Said> All(const Channel& channel, Request request, Rpc rpc,
                         const google::protobuf::RepeatedPtrField<fed::Figure>& (Response::*list)() const) {
  const auto stub = FigureService::NewStub(channel.grpc());
  request.set_page_size(1000);
  Said said;
  do {
    ASSIGN_OR_RETURN(const Response page, channel.Call(stub.get(), rpc, request));
    said.figures.insert(said.figures.end(), (page.*list)().begin(), (page.*list)().end());
    said.contributors.assign(page.contributors().begin(), page.contributors().end());
    said.missing.assign(page.missing().begin(), page.missing().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return said;
}

absl::StatusOr<Said> Ask(const Session& session, const Question& question) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  if (!question.totals) {
    ASSIGN_OR_RETURN(const fed::ListFiguresRequest request, RequestFor(session, question));
    return All(*channel, request, &FigureService::Stub::ListFigures, &fed::ListFiguresResponse::figures);
  }
  if (!question.table.empty() || !question.codes.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "a total is of an indicator in all, put together from several tables")
        .Field("--totals", "goes with --period and --indicator alone");
  }
  fed::ListTotalsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), ParentOf(session, question));
  request.set_period(question.period);
  request.set_indicator(question.indicator);
  return All(*channel, request, &FigureService::Stub::ListTotals, &fed::ListTotalsResponse::totals);
}

absl::StatusOr<int> Figures(const Session& session, const Question& question) {
  ASSIGN_OR_RETURN(const Said said, Ask(session, question));
  const auto& [figures, contributors, missing] = said;
  if (session.for_people() && !figures.empty()) {
    const fed::Figure& first = figures.front();
    const std::string state = StateSentence(figures);
    session.output().Say(absl::StrCat(first.period(), ". ", state, state.empty() ? "" : " ",
                                      CoverageSentence(contributors, missing), first.rehearsal() ? " A rehearsal." : "",
                                      first.form() == fed::ROUND_FORM_DIRECT
                                          ? " Each collective's noised numbers were seen by the federation."
                                          : ""));
  }
  session.output().Print(FiguresTable(figures, session.for_people()));
  if (session.for_people() && !figures.empty())
    session.output().Say("± is the half width of the interval that holds the true number 95 times of 100.");
  return kExitOk;
}

}  // namespace

void AddFigures(CLI::App& app, Session& session) {
  CLI::App* figures = AddCommand(app, "figures", "Show national figures with margins and coverage (staff)",
                                 "aangan figures --period 2026Q3 --indicator needs_met --code domain=health");
  auto question = std::make_shared<Question>();
  figures->add_option("--period", question->period, "quarter (2026Q3) or year (2026); none means the newest");
  figures->add_option("--indicator", question->indicator, "id of an indicator");
  figures->add_option("--table", question->table, "id of a table of the catalogue");
  figures->add_option("--code", question->codes, "dimension=code, for example domain=health; may be repeated");
  figures->add_flag("--totals", question->totals, "national totals, each out of all tables that add up to it");
  figures->add_flag("--all-rosters", question->all_rosters,
                    "sums over this roster and those whose releases were imported (aangan sister import)");
  figures->callback([figures, &session, question] {
    if (!figures->get_subcommands().empty()) return;  // it has said what to do
    session.run = [&session, question] { return Figures(session, *question); };
  });
  AddFiguresExport(*figures, session);
}

}  // namespace aangan::client

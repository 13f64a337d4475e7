// SPDX-License-Identifier: Apache-2.0
// aangan figures export: the figures of a period as a file for other programs.
#include <unistd.h>

#include <memory>
#include <string>

#include "aangan/federation/v1/figures.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::FigureService;

struct Wish {
  std::string period, indicator, table, format, file;
  bool all_rosters = false;
  bool force = false;
};

// "dhis2-metadata": with the dash of other words on a command line.
std::string FormatsText() {
  return absl::StrReplaceAll(absl::StrJoin(WordsOf(fed::ExportFormat_descriptor()), ", "), {{"_", "-"}});
}

absl::StatusOr<fed::ExportFiguresRequest> RequestFor(const Session& session, const Wish& wish) {
  fed::ExportFiguresRequest request;
  const std::string word = absl::StrReplaceAll(wish.format, {{"-", "_"}});
  ASSIGN_OR_RETURN(const int format, NumberOf(fed::ExportFormat_descriptor(), word, "--format"));
  request.set_format(static_cast<fed::ExportFormat>(format));
  request.set_parent("rosters/-");
  if (!wish.all_rosters) {
    ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  }
  request.set_period(wish.period);
  request.set_indicator(wish.indicator);
  request.set_table(wish.table);
  return request;
}

absl::StatusOr<int> Export(const Session& session, const Wish& wish) {
  if (!wish.force && access(wish.file.c_str(), F_OK) == 0) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "There is a file of this name already.")
        .Field("--file", "must be a new name; --force writes over what is there");
  }
  ASSIGN_OR_RETURN(const fed::ExportFiguresRequest request, RequestFor(session, wish));
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  const auto stub = FigureService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::ExportFiguresResponse said,
                   channel->Call(stub.get(), &FigureService::Stub::ExportFigures, request));
  RETURN_IF_ERROR(WriteFileDurably(wish.file, said.content(), 0644));
  session.output().PrintObject(
      {{"file", "name", "content_type", "bytes"},
       {{wish.file, said.file_name(), said.content_type(), static_cast<int64_t>(said.content().size())}}});
  session.output().Say("Suppressed and not reported are not 0 in it: docs/EXPORTS.md says how each format has them.");
  return kExitOk;
}

}  // namespace

void AddFiguresExport(CLI::App& figures, Session& session) {
  CLI::App* out = AddCommand(figures, "export", "Write the figures of a period into a file for other programs",
                             "aangan figures export --period 2026Q3 --format xlsx --file figures.xlsx");
  const auto wish = std::make_shared<Wish>();
  out->add_option("--format", wish->format, FormatsText())->required();
  out->add_option("--file", wish->file, "file to write")->required();
  out->add_option("--period", wish->period, "quarter (2026Q3) or year (2026); none means the newest");
  out->add_option("--indicator", wish->indicator, "id of an indicator");
  out->add_option("--table", wish->table, "id of a table of the catalogue; without totals");
  out->add_flag("--all-rosters", wish->all_rosters,
                "sums over this roster and those whose releases were imported (aangan sister import)");
  out->add_flag("--force", wish->force, "write over a file that is there");
  out->callback([&session, wish] { session.run = [&session, wish] { return Export(session, *wish); }; });
}

}  // namespace aangan::client

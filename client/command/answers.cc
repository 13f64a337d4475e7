// SPDX-License-Identifier: Apache-2.0
// aangan answers export|sum: answers of a summed round as files that people carry, and what they say together.
#include "aangan/node/v1/releases.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::AnswerFile;
using node::v1::ReleaseService;

constexpr size_t kFileBytesMax = 1 << 20;

struct Wish {
  std::string period;
  std::string to;
  std::vector<std::string> files;
};

absl::StatusOr<int> Export(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  node::v1::ExportAnswerRequest request;
  request.set_name(absl::StrCat("releases/", wish.period));
  ASSIGN_OR_RETURN(const AnswerFile file, channel->Call(stub.get(), &ReleaseService::Stub::ExportAnswer, request));
  RETURN_IF_ERROR(WriteFileDurably(wish.to, file.SerializeAsString(), 0600));
  session.output().Say(
      "Written. Give it to another collective by any way; alone it says nothing, and enough of them say the sum.");
  return kExitOk;
}

absl::StatusOr<int> Sum(const Session& session, const Wish& wish) {
  node::v1::SumAnswersRequest request;
  request.set_name(absl::StrCat("releases/", wish.period));
  for (const std::string& path : wish.files) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kFileBytesMax));
    if (!request.add_files()->ParseFromString(bytes)) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no file of an answer.")
          .Field("FILE", "must be a file that 'aangan answers export' wrote");
    }
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = ReleaseService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::SumAnswersResponse said,
                   channel->Call(stub.get(), &ReleaseService::Stub::SumAnswers, request));
  Table table{{"table", "indicator", "codes", "sum"}, {}};
  for (const node::v1::SumCell& cell : said.cells())
    table.rows.push_back({cell.table(), cell.indicator(), absl::StrJoin(cell.codes(), " "), int64_t{cell.sum()}});
  if (!table.rows.empty() || !session.for_people()) session.output().Print(table);
  session.output().Say(absl::StrCat(
      "Agreement: ", WordOf(node::v1::AnswerAgreement_descriptor(), said.agreement()),
      ". Agreeing: ", said.agreeing().empty() ? "nobody yet" : absl::StrJoin(said.agreeing(), ", "),
      said.differing().empty() ? "" : absl::StrCat(". Differing: ", absl::StrJoin(said.differing(), ", ")), "."));
  return kExitOk;
}

}  // namespace

void AddAnswers(CLI::App& app, Session& session) {
  CLI::App* answers = AddCommand(app, "answers", "Answers of a round as files, without the federation",
                                 "aangan answers sum 2026Q3 *.answer");
  answers->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  CLI::App* out = AddCommand(*answers, "export", "Write this node's answer into a file",
                             "aangan answers export 2026Q3 --to kerala_1.answer");
  out->add_option("period", wish->period, "quarter, for example 2026Q3")->required();
  out->add_option("--to", wish->to, "file to write")->required();
  out->callback([&session, wish] { session.run = [&session, wish] { return Export(session, *wish); }; });
  CLI::App* sum = AddCommand(*answers, "sum", "Add up answers of several collectives",
                             "aangan answers sum 2026Q3 kerala_1.answer assam_1.answer");
  sum->add_option("period", wish->period, "quarter, for example 2026Q3")->required();
  sum->add_option("FILE", wish->files, "files that 'aangan answers export' wrote")->required();
  sum->callback([&session, wish] { session.run = [&session, wish] { return Sum(session, *wish); }; });
}

}  // namespace aangan::client

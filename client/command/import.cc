// SPDX-License-Identifier: Apache-2.0
// aangan import.
#include "client/command/import.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "aangan/node/v1/operator.grpc.pb.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/csv_mapping.h"

namespace aangan::client {
namespace {

using node::v1::ImportRecordsRequest;
using node::v1::ImportRecordsResponse;
using node::v1::OperatorService;

constexpr size_t kMessageBytesMax = 256 << 10;
constexpr size_t kRowsAStreamMax = 2000;
constexpr absl::Duration kStreamDeadline = absl::Minutes(10);
constexpr int kTriesMax = 4;

// Rows on their way, a stream at a time.
class Sender {
 public:
  Sender(const Channel* channel, const CsvMapping* mapping, const RowBuilder* builder, ImportOutcome* outcome)
      : channel_(channel),
        mapping_(mapping),
        builder_(builder),
        outcome_(outcome),
        stub_(channel == nullptr ? nullptr : OperatorService::NewStub(channel->grpc())) {}

  absl::Status Add(node::v1::ImportRow row) {
    rows_.push_back(std::move(row));
    return rows_.size() < kRowsAStreamMax ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (rows_.empty() || stub_ == nullptr) {
      rows_.clear();
      return absl::OkStatus();
    }
    absl::StatusOr<ImportRecordsResponse> response = Send();
    for (int tries = 1; tries < kTriesMax && absl::IsUnavailable(response.status()); ++tries) response = Send();
    RETURN_IF_ERROR(response.status());
    outcome_->added += response->added_rows();
    outcome_->repeated += response->repeated_rows();
    for (const node::v1::RefusedRow& each : response->refused_rows()) {
      outcome_->refused.push_back({each.line(), builder_->ColumnOf(each.field()), each.reason(), each.description()});
    }
    rows_.clear();
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<ImportRecordsResponse> Send() const {
    grpc::ClientContext context;
    channel_->Prepare(context, kStreamDeadline);
    ImportRecordsResponse response;
    const auto stream = stub_->ImportRecords(&context, &response);
    ImportRecordsRequest message;
    message.set_mapping_id(mapping_->id());
    size_t bytes = 0;
    for (const node::v1::ImportRow& row : rows_) {
      const size_t size = row.ByteSizeLong();
      if (bytes > 0 && bytes + size > kMessageBytesMax) {
        if (!stream->Write(message)) break;
        message.Clear();
        bytes = 0;
      }
      *message.add_rows() = row;
      bytes += size;
    }
    stream->Write(message);
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (!status.ok()) return Channel::FromGrpc(status);
    return response;
  }

  const Channel* const channel_;
  const CsvMapping* const mapping_;
  const RowBuilder* const builder_;
  ImportOutcome* const outcome_;
  const std::unique_ptr<OperatorService::Stub> stub_;
  std::vector<node::v1::ImportRow> rows_;
};

// Data rows of a file, for the progress: reading twice is cheap beside sending.
absl::StatusOr<int64_t> CountRows(const std::string& file) {
  int64_t rows = 0;
  RETURN_IF_ERROR(ReadCsv(
      file, [](const std::vector<std::string>&) { return absl::OkStatus(); },
      [&](CsvRow) {
        ++rows;
        return absl::OkStatus();
      }));
  return rows;
}

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

// What was there already is a member lost when the file is another one than that of before.
std::string AboutRepeated(const std::string& source, bool nothing_new) {
  return absl::StrCat("What was there already came in before under the name \"", source,
                      "\". Is this another file than that one? Then ",
                      nothing_new
                          ? "import it again with --source and a name of its own."
                          : "rows that stand alike in both were left out: put those alone into a file and import "
                            "it with --source and a name of its own.");
}

absl::StatusOr<int> Import(const Session& session, const ImportWish& wish) {
  std::unique_ptr<Channel> channel;
  if (!wish.dry_run) {
    ASSIGN_OR_RETURN(channel, session.Node(NodeRole::kOperator));
  }
  ASSIGN_OR_RETURN(const ImportOutcome outcome, RunImport(channel.get(), wish));
  RETURN_IF_ERROR(WriteRefused(wish.file, outcome.refused));
  const auto refused = static_cast<int64_t>(outcome.refused.size());
  session.output().PrintObject({{"rows", "added", "repeated", "refused", "refused_file"},
                                {{outcome.rows, outcome.added, outcome.repeated, refused,
                                  refused == 0 ? Value() : Value(RefusedFileOf(wish.file))}}});
  if (wish.dry_run) session.output().Say("Nothing was sent: only what this program sees by itself was checked.");
  if (outcome.repeated > 0) session.output().Say(AboutRepeated(SourceOf(wish), outcome.added == 0));
  if (refused > 0)
    session.output().Say(absl::StrCat("Each refused row is told in that file. Mend those rows in ", wish.file,
                                      " and import all of it again, by the same mapping and under the name \"",
                                      SourceOf(wish), "\"."));
  return refused == 0 ? kExitOk : kExitPartial;
}

}  // namespace

absl::StatusOr<ImportOutcome> RunImport(const Channel* channel, const ImportWish& wish) {
  ASSIGN_OR_RETURN(CsvMapping mapping, CsvMapping::Read(wish.mapping));
  ASSIGN_OR_RETURN(const int64_t rows, CountRows(wish.file));
  RowBuilder builder(&mapping, SourceOf(wish));
  ImportOutcome outcome;
  Sender sender(wish.dry_run ? nullptr : channel, &mapping, &builder, &outcome);
  {
    Progress progress("rows", rows);
    RETURN_IF_ERROR(ReadCsv(
        wish.file, [&](const std::vector<std::string>& header) { return mapping.Bind(header); },
        [&](const CsvRow& row) -> absl::Status {
          progress.Advance(++outcome.rows);
          node::v1::ImportRow built;
          if (std::optional<RowFault> fault = builder.Build(row, &built)) {
            outcome.refused.push_back(*std::move(fault));
            return absl::OkStatus();
          }
          return sender.Add(std::move(built));
        }));
    RETURN_IF_ERROR(sender.Flush());
  }
  std::stable_sort(outcome.refused.begin(), outcome.refused.end(),
                   [](const RowFault& a, const RowFault& b) { return a.line < b.line; });
  return outcome;
}

std::string SourceOf(const ImportWish& wish) {
  const absl::string_view given = absl::StripAsciiWhitespace(wish.source);
  return given.empty() ? std::filesystem::path(wish.file).filename().string() : std::string(given);
}

std::string RefusedFileOf(const std::string& file) { return file + ".refused.csv"; }

absl::Status WriteRefused(const std::string& file, const std::vector<RowFault>& refused) {
  if (refused.empty()) {
    std::error_code none;
    std::filesystem::remove(RefusedFileOf(file), none);
    return absl::OkStatus();
  }
  std::string text = "line,column,reason,what_to_do\r\n";
  for (const RowFault& each : refused) {
    absl::StrAppend(&text, each.line, ",", Quoted(each.column), ",", each.reason, ",", Quoted(each.fix), "\r\n");
  }
  return WriteFileDurably(RefusedFileOf(file), text, 0600);
}

void AddImport(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(app, "import", "Take in the rows of a CSV file, by a mapping",
                                 "aangan import members.csv --mapping ours.mapping.toml");
  auto wish = std::make_shared<ImportWish>();
  command->add_option("file", wish->file, "CSV file: comma, semicolon or tab, UTF-8")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--mapping", wish->mapping, "which column goes where, a TOML file")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--source", wish->source,
                      "the file's name (default: that which it has): its rows go in once under one name; another file, "
                      "for example of the next month, needs another one");
  command->add_flag("--dry-run", wish->dry_run, "read and map, send nothing");
  command->callback([&session, wish] { session.run = [&session, wish] { return Import(session, *wish); }; });
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// aangan sister export|import: releases as files, which the federations of several rosters bring each other, so that
// figures of all rosters can be added up.
#include "aangan/federation/v1/figures.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::FigureService;

// 20,000 sums of at most ten bytes, roster and catalogue; less than what a message may have.
constexpr size_t kFileBytesMax = 1 << 20;

struct Wish {
  std::string period, file, key_phrase;
};

absl::StatusOr<int> Export(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const std::string roster, session.RosterName());
  fed::ExportNationalReleaseRequest request;
  request.set_name(absl::StrCat(roster, "/releases/", wish.period));
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  const auto stub = FigureService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::ExportNationalReleaseResponse said,
                   channel->Call(stub.get(), &FigureService::Stub::ExportNationalRelease, request));
  RETURN_IF_ERROR(WriteFileDurably(wish.file, said.release_file().SerializeAsString(), 0644));
  session.output().Say(
      absl::StrCat("Written; all of it is public. Read this phrase to the other federation by "
                   "telephone, for its first import:\n  ",
                   said.key_phrase()));
  return kExitOk;
}

absl::StatusOr<int> Import(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(wish.file, kFileBytesMax));
  fed::ImportNationalReleaseRequest request;
  if (!request.mutable_release_file()->ParseFromString(bytes)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no file of a release.")
        .Field("FILE", "must be a file that 'aangan sister export' wrote");
  }
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  request.set_key_phrase(wish.key_phrase);
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  const auto stub = FigureService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::ImportNationalReleaseResponse said,
                   channel->Call(stub.get(), &FigureService::Stub::ImportNationalRelease, request));
  const fed::NationalRelease& release = said.national_release();
  session.output().Say(absl::StrCat("Taken: ", release.name(), ", number ", release.number(), ", ",
                                    WordOf(fed::ReleaseState_descriptor(), release.state()),
                                    ". It is in 'aangan figures --all-rosters --period ",
                                    release.round_descriptor().period(), "'."));
  return kExitOk;
}

}  // namespace

void AddSister(CLI::App& app, Session& session) {
  CLI::App* sister =
      AddCommand(app, "sister", "Releases of other rosters, as files, for figures of all rosters (staff)",
                 "aangan sister import assam.release --key-phrase \"...\"");
  sister->require_subcommand(1);
  const auto wish = std::make_shared<Wish>();
  CLI::App* out = AddCommand(*sister, "export", "Write a release of this roster into a file for another federation",
                             "aangan sister export 2026Q3 --to india.release");
  out->add_option("period", wish->period, "quarter, for example 2026Q3")->required();
  out->add_option("--to", wish->file, "file to write")->required();
  out->callback([&session, wish] { session.run = [&session, wish] { return Export(session, *wish); }; });
  CLI::App* in = AddCommand(*sister, "import", "Check and keep a release of another roster",
                            "aangan sister import assam.release --key-phrase \"abcd efgh ...\"");
  in->add_option("FILE", wish->file, "a file that 'aangan sister export' wrote")->required();
  in->add_option("--key-phrase", wish->key_phrase,
                 "phrase of the other federation's key, as heard by telephone; needed the first time");
  in->callback([&session, wish] { session.run = [&session, wish] { return Import(session, *wish); }; });
}

}  // namespace aangan::client

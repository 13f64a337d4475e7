// SPDX-License-Identifier: Apache-2.0
// aangan catalogue: what is counted. List, lint, accept and refuse are the collective's; propose is the staff's.
#include "aangan/federation/v1/catalogue.grpc.pb.h"
#include "aangan/node/v1/governance.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::CatalogueService;
using node::v1::GovernanceService;

constexpr size_t kFileBytesMax = 256 << 10;

// The first place where the text is off.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string&) override {
    if (line_ < 0) {
      line_ = line;
      column_ = column;
    }
  }
  int line_ = -1;
  int column_ = -1;
};

absl::StatusOr<fed::Catalogue> ReadCatalogue(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kFileBytesMax));
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(20);
  fed::Catalogue catalogue;
  if (parser.ParseFromString(text, &catalogue)) return catalogue;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the file is no catalogue in text format")
      .Field("file", "must be protobuf text format of aangan.federation.v1.Catalogue; see line and column")
      .Number("line", error.line_ + 1)
      .Number("column", error.column_ + 1);
}

absl::StatusOr<std::vector<node::v1::OfferedCatalogue>> Offered(const Channel& channel) {
  const auto stub = GovernanceService::NewStub(channel.grpc());
  node::v1::ListOfferedCataloguesRequest request;
  std::vector<node::v1::OfferedCatalogue> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListOfferedCataloguesResponse page,
                     channel.Call(stub.get(), &GovernanceService::Stub::ListOfferedCatalogues, request));
    all.insert(all.end(), page.catalogues().begin(), page.catalogues().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  ASSIGN_OR_RETURN(const std::vector<node::v1::OfferedCatalogue> all, Offered(*channel));
  Table table{
      {"version", "title", "first_period", "last_period", "form", "decision", "signatures", "in_force", "digest"}, {}};
  for (const node::v1::OfferedCatalogue& each : all) {
    const fed::Catalogue& catalogue = each.signed_catalogue().catalogue();
    table.rows.push_back({int64_t{catalogue.version()}, catalogue.title(), catalogue.first_period(),
                          catalogue.last_period(), WordOf(fed::RoundForm_descriptor(), catalogue.form()),
                          TextOrNothing(WordOf(node::v1::CatalogueDecision_descriptor(), each.decision())),
                          int64_t{each.signed_catalogue().signatures_size()}, each.signed_catalogue().in_force(),
                          Hex(each.signed_catalogue().digest())});
  }
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Lint(const Session& session, const std::string& path) {
  node::v1::LintCatalogueRequest request;
  ASSIGN_OR_RETURN(*request.mutable_catalogue(), ReadCatalogue(path));
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = GovernanceService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::LintCatalogueResponse lint,
                   channel->Call(stub.get(), &GovernanceService::Stub::LintCatalogue, request));
  session.output().PrintObject(
      {{"digest", "quarter_cells", "year_cells", "quarter_charge_nano_rho", "fourth_quarter_charge_nano_rho"},
       {{Hex(lint.digest()), int64_t{lint.quarter_cells()}, int64_t{lint.year_cells()}, lint.quarter_charge_nano_rho(),
         lint.fourth_quarter_charge_nano_rho()}}});
  session.output().Say("The catalogue breaks no rule.");
  return kExitOk;
}

absl::StatusOr<int> Propose(const Session& session, const std::string& path) {
  fed::ProposeCatalogueRequest request;
  ASSIGN_OR_RETURN(*request.mutable_catalogue(), ReadCatalogue(path));
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  const auto stub = CatalogueService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::ProposeCatalogueResponse proposed,
                   channel->Call(stub.get(), &CatalogueService::Stub::ProposeCatalogue, request));
  session.output().PrintObject(
      {{"version", "digest"},
       {{int64_t{proposed.signed_catalogue().catalogue().version()}, Hex(proposed.signed_catalogue().digest())}}});
  session.output().Say("Next: each collective looks at it (aangan catalogue list) and decides (accept or refuse).");
  return kExitOk;
}

absl::StatusOr<int> Accept(const Session& session, int version, const std::string& digest, bool yes) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::AcceptCatalogueRequest request;
  request.set_version(version);
  if (yes) {
    ASSIGN_OR_RETURN(const std::vector<node::v1::OfferedCatalogue> all, Offered(*channel));
    for (const node::v1::OfferedCatalogue& each : all) {
      if (each.signed_catalogue().catalogue().version() == version)
        request.set_digest(each.signed_catalogue().digest());
    }
  } else {
    ASSIGN_OR_RETURN(*request.mutable_digest(), ParseDigest(digest, "--digest"));
  }
  const auto stub = GovernanceService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::AcceptCatalogueResponse accepted,
                   channel->Call(stub.get(), &GovernanceService::Stub::AcceptCatalogue, request));
  session.output().PrintObject({{"version", "signatures", "in_force"},
                                {{int64_t{version}, int64_t{accepted.catalogue().signed_catalogue().signatures_size()},
                                  accepted.catalogue().signed_catalogue().in_force()}}});
  return kExitOk;
}

absl::StatusOr<int> Refuse(const Session& session, int version) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  node::v1::RefuseCatalogueRequest request;
  request.set_version(version);
  const auto stub = GovernanceService::NewStub(channel->grpc());
  RETURN_IF_ERROR(channel->Call(stub.get(), &GovernanceService::Stub::RefuseCatalogue, request).status());
  session.output().Say("Refused. Nothing is contributed while it is in force.");
  return kExitOk;
}

}  // namespace

void AddCatalogue(CLI::App& app, Session& session) {
  CLI::App* catalogue = AddCommand(app, "catalogue", "What is counted", "aangan catalogue list");
  catalogue->require_subcommand(1);
  CLI::App* list = AddCommand(*catalogue, "list", "List the catalogues that are offered", "aangan catalogue list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });

  auto path = std::make_shared<std::string>();
  CLI::App* lint =
      AddCommand(*catalogue, "lint", "Check a catalogue by every rule", "aangan catalogue lint our.catalogue.txtpb");
  lint->add_option("file", *path, "catalogue in protobuf text format")->required()->check(CLI::ExistingFile);
  lint->callback([&session, path] { session.run = [&session, path] { return Lint(session, *path); }; });
  CLI::App* propose = AddCommand(*catalogue, "propose", "Offer a catalogue to the collectives (staff)",
                                 "aangan catalogue propose our.catalogue.txtpb");
  propose->add_option("file", *path, "catalogue in protobuf text format")->required()->check(CLI::ExistingFile);
  propose->callback([&session, path] { session.run = [&session, path] { return Propose(session, *path); }; });

  auto version = std::make_shared<int>(0);
  auto digest = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* accept = AddCommand(*catalogue, "accept", "Accept and sign a catalogue (steward)",
                                "aangan catalogue accept 1 --digest 09ab...");
  accept->add_option("version", *version, "version")->required();
  accept->add_option("--digest", *digest, "digest that catalogue list printed")
      ->excludes(accept->add_flag("--yes", *yes, "accept it as it is offered; for rehearsals"));
  accept->callback([&session, version, digest, yes] {
    session.run = [&session, version, digest, yes] { return Accept(session, *version, *digest, *yes); };
  });
  CLI::App* refuse =
      AddCommand(*catalogue, "refuse", "Refuse a catalogue as a whole (steward)", "aangan catalogue refuse 2");
  refuse->add_option("version", *version, "version")->required();
  refuse->callback([&session, version] { session.run = [&session, version] { return Refuse(session, *version); }; });
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// aangan certificate: certificates of the collectives' nodes, for the federation's staff. A node renews its own by
// itself.
#include "aangan/federation/v1/certificates.grpc.pb.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;
using fed::CertificateService;

Table TableOfCertificates() {
  return {{"name", "collective", "state", "create_time", "expire_time", "revoke_time"}, {}};
}

std::vector<Value> RowOf(const fed::Certificate& each) {
  return {each.name(),
          each.collective(),
          WordOf(fed::CertificateState_descriptor(), each.state()),
          TimeValue(each.has_create_time(), each.create_time()),
          TimeValue(each.has_expire_time(), each.expire_time()),
          TimeValue(each.has_revoke_time(), each.revoke_time())};
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::ListCertificatesRequest request;
  ASSIGN_OR_RETURN(*request.mutable_parent(), session.RosterName());
  const auto stub = CertificateService::NewStub(channel->grpc());
  Table table = TableOfCertificates();
  do {
    ASSIGN_OR_RETURN(const fed::ListCertificatesResponse page,
                     channel->Call(stub.get(), &CertificateService::Stub::ListCertificates, request));
    for (const fed::Certificate& each : page.certificates()) table.rows.push_back(RowOf(each));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Revoke(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Federation());
  fed::RevokeCertificateRequest request;
  request.set_name(name);
  const auto stub = CertificateService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const fed::RevokeCertificateResponse revoked,
                   channel->Call(stub.get(), &CertificateService::Stub::RevokeCertificate, request));
  Table table = TableOfCertificates();
  table.rows.push_back(RowOf(revoked.certificate()));
  session.output().PrintObject(table);
  session.output().Say(
      "It is refused from the next call on, also on open connections. The collective comes back with a token for new "
      "keys: aangan roster join-token --kind new_keys, and aangan change-keys at the node.");
  return kExitOk;
}

}  // namespace

void AddCertificate(CLI::App& app, Session& session) {
  CLI::App* certificate =
      AddCommand(app, "certificate", "Certificates of the collectives' nodes (staff)", "aangan certificate list");
  certificate->require_subcommand(1);
  CLI::App* list = AddCommand(*certificate, "list", "List them, with when they end", "aangan certificate list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  CLI::App* revoke = AddCommand(*certificate, "revoke", "Take one back, for example of a lost computer",
                                "aangan certificate revoke rosters/india/certificates/5f0c...");
  auto name = std::make_shared<std::string>();
  revoke->add_option("name", *name, "rosters/{roster}/certificates/{certificate}, as list shows it")->required();
  revoke->callback([&session, name] { session.run = [&session, name] { return Revoke(session, *name); }; });
}

}  // namespace aangan::client

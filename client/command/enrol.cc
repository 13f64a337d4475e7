// SPDX-License-Identifier: Apache-2.0
// aangan enrol and change-keys: joins a federation with a one-time token, and later asks it for new keys. The token
// comes from a file or standard input, never from the command line, where every process of the machine could read it.
#include <fstream>
#include <iostream>
#include <iterator>

#include "aangan/node/v1/governance.grpc.pb.h"
#include "absl/strings/ascii.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

using node::v1::GovernanceService;

struct Wish {
  std::string federation_address;  // of enrol alone
  std::string enrolment_address;
  std::string join_token_file = "-";
};

absl::StatusOr<std::string> ReadToken(const Session& session, const std::string& file) {
  std::string token;
  if (file == "-") {
    if (IsTerminal(0)) session.output().Say("The join token, then Enter:");
    std::getline(std::cin, token);
  } else {
    std::ifstream stream(file);
    token.assign(std::istreambuf_iterator<char>(stream), {});
  }
  token = std::string(absl::StripAsciiWhitespace(token));
  if (!token.empty()) return token;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "there is no join token")
      .Field("--join-token-file", "must be a file with the token that the federation's staff gave, or - to type it");
}

absl::StatusOr<int> Enrol(const Session& session, const Wish& wish) {
  node::v1::JoinFederationRequest request;
  ASSIGN_OR_RETURN(*request.mutable_join_token(), ReadToken(session, wish.join_token_file));
  request.set_federation_address(wish.federation_address);
  request.set_enrolment_address(wish.enrolment_address);
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = GovernanceService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::JoinFederationResponse joined,
                   channel->Call(stub.get(), &GovernanceService::Stub::JoinFederation, request));
  session.output().PrintObject(
      {{"roster", "collective", "this_nodes_phrase", "federations_phrase"},
       {{joined.roster(), joined.collective(), joined.fingerprint_phrase(), joined.federation_phrase()}}});
  session.output().Say(
      "Next: read this node's phrase to the federation's staff by telephone, who see it in 'aangan roster "
      "collectives', "
      "and compare the federation's with another collective. Then look at: aangan roster show");
  return kExitOk;
}

absl::StatusOr<int> ChangeKeys(const Session& session, const Wish& wish) {
  node::v1::ChangeKeysRequest request;
  ASSIGN_OR_RETURN(*request.mutable_join_token(), ReadToken(session, wish.join_token_file));
  request.set_enrolment_address(wish.enrolment_address);
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = GovernanceService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::ChangeKeysResponse changed,
                   channel->Call(stub.get(), &GovernanceService::Stub::ChangeKeys, request));
  session.output().PrintObject({{"new_phrase"}, {{changed.fingerprint_phrase()}}});
  session.output().Say(
      "Next: the federation proposes a roster with the new key; the collectives compare this phrase by telephone and "
      "sign. Until then the old key goes on.");
  return kExitOk;
}

void AddTokenFile(CLI::App& command, const std::shared_ptr<Wish>& wish) {
  command.add_option("--enrolment-address", wish->enrolment_address, "host:port of its enrolment port")->required();
  command.add_option("--join-token-file", wish->join_token_file, "file with the join token; - reads it from the input")
      ->capture_default_str();
}

}  // namespace

void AddEnrol(CLI::App& app, Session& session) {
  CLI::App* enrol =
      AddCommand(app, "enrol", "Join a federation with a one-time token",
                 "aangan enrol --federation-address fed.example:7411 --enrolment-address fed.example:7413 < token");
  auto wish = std::make_shared<Wish>();
  enrol->add_option("--federation-address", wish->federation_address, "host:port of the federation")->required();
  AddTokenFile(*enrol, wish);
  enrol->callback([&session, wish] { session.run = [&session, wish] { return Enrol(session, *wish); }; });

  CLI::App* change = AddCommand(app, "change-keys", "Make new keys for this node, with a one-time token for new keys",
                                "aangan change-keys --enrolment-address fed.example:7413 < token");
  auto keys = std::make_shared<Wish>();
  AddTokenFile(*change, keys);
  change->callback([&session, keys] { session.run = [&session, keys] { return ChangeKeys(session, *keys); }; });
}

}  // namespace aangan::client

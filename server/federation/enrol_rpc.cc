// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.EnrolmentService.
#include "server/federation/enrol_rpc.h"

#include <utility>

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/federation/credentials.h"

namespace aangan::federation {
namespace {

using store::v1::EnrolledCollective;
using store::v1::StoredJoinToken;

server::Role RoleOf(v1::JoinKind kind) {
  return kind == v1::JOIN_KIND_AUDITOR_APP ? server::Role::kAuditor : server::Role::kAnalyst;
}

absl::Status Listed(Literal what) { return Problem(absl::StatusCode::kUnauthenticated, Reason::kJoinTokenUsed, what); }

}  // namespace

std::map<std::string, server::Handler> EnrolRpc::Handlers() {
  return {{"Enrol", server::Handle(this, &EnrolRpc::Enrol)}};
}

absl::StatusOr<v1::EnrolResponse> EnrolRpc::Enrol(const server::Call&, const v1::EnrolRequest& request) {
  return UntilUncontested([&] { return EnrolOnce(request); });
}

absl::Status EnrolRpc::CheckKeyChange(const v1::EnrolRequest& request, const v1::Collective& in_force) const {
  v1::KeyChange change;
  change.set_roster(rooms_.names->roster());
  change.set_collective(in_force.id());
  change.set_signing_key(request.signing_key());
  change.set_certificate_request_digest(std::string(AsText(Sha256(request.certificate_request()))));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalKeyChange(change));
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(in_force.signing_key(), "signing_key"));
  return VerifySignature(key, model::kKeyChangeLabel, canonical, AsBytes(request.key_change_signature()));
}

absl::Status EnrolRpc::TakeNode(const StoredJoinToken& token, const v1::EnrolRequest& request,
                                const SignedCertificate& certificate, std::vector<Write>& writes,
                                std::vector<Condition>& conditions) {
  RETURN_IF_ERROR(model::ParseKey(request.signing_key(), "signing_key").status());
  ASSIGN_OR_RETURN(const std::vector<v1::Collective> others, rooms_.rosters->Collectives("", kRowsMax));
  for (const v1::Collective& other : others) {
    if (other.id() == token.id() || other.signing_key() != request.signing_key()) continue;
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Another collective has this key.")
        .Field("signing_key", "must be the node's own");
  }
  const std::string key = RosterBook::CollectiveKey(token.id());
  ASSIGN_OR_RETURN(const auto before, rooms_.rosters->FindCollective(token.id()));
  ASSIGN_OR_RETURN(const std::optional<v1::Collective> in_force, rooms_.rosters->InForce(token.id()));
  EnrolledCollective enrolled;
  enrolled.set_enrol_time_us(absl::ToUnixMicros(rooms_.clock->Now()));
  v1::Collective& collective = *enrolled.mutable_collective();
  if (token.kind() == v1::JOIN_KIND_NEW_KEYS) {
    if (!in_force) return Listed("The collective has left the roster, so it has no keys there to change.");
    RETURN_IF_ERROR(CheckKeyChange(request, *in_force));
    collective = *in_force;
  } else {
    ASSIGN_OR_RETURN(const bool listed, rooms_.rosters->IsListed(token.id()));
    if (listed) return Listed("The collective stands in a roster already; its keys change by a token for new keys.");
    collective.set_id(token.id());
    collective.set_title(token.title());
    collective.set_state(token.state());
    collective.set_run_by(token.run_by());
  }
  collective.set_signing_key(request.signing_key());
  collective.set_certificate_fingerprint(std::string(AsText(certificate.fingerprint)));
  conditions.push_back(Unchanged(Table::kSettings, key, before));
  // The certificate of the roster in force goes with that roster.
  if (before &&
      !(in_force && in_force->certificate_fingerprint() == before->value.collective().certificate_fingerprint())) {
    RETURN_IF_ERROR(EndLine(*rooms_.store, before->value.collective().certificate_fingerprint(), writes));
  }
  writes.push_back({Table::kSettings, key, enrolled.SerializeAsString()});
  writes.push_back(NodeCertificate(certificate, token.id(), rooms_.clock->Now()));
  return absl::OkStatus();
}

absl::StatusOr<v1::EnrolResponse> EnrolRpc::EnrolOnce(const v1::EnrolRequest& request) {
  ASSIGN_OR_RETURN(const Stored<StoredJoinToken> token, rooms_.tokens->Find(request.join_token()));
  ASSIGN_OR_RETURN(const SignedCertificate certificate,
                   rooms_.authority->Sign(request.certificate_request(), rooms_.names->roster(), token.value.id()));
  v1::EnrolResponse response;
  StoredJoinToken spent = token.value;
  spent.set_used(true);
  std::vector<Write> writes = {{Table::kSettings, token.key, spent.SerializeAsString()}};
  std::vector<Condition> conditions = {Unchanged(Table::kSettings, token)};
  if (token.value.kind() == v1::JOIN_KIND_NODE || token.value.kind() == v1::JOIN_KIND_NEW_KEYS) {
    RETURN_IF_ERROR(TakeNode(token.value, request, certificate, writes, conditions));
  } else {
    if (!request.signing_key().empty()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "An app has no signing key.")
          .Field("signing_key", "must be empty for an app");
    }
    NewApp app = MakeApp(RoleOf(token.value.kind()), token.value.id(), certificate.fingerprint, rooms_.clock->Now(),
                         *rooms_.random);
    conditions.push_back({Table::kSettings, AppKey(token.value.id()), std::nullopt});
    for (Write& write : app.writes) writes.push_back(std::move(write));
    response.set_access_token(std::move(app.token));
  }
  RETURN_IF_ERROR(rooms_.store->Commit(writes, conditions));
  response.set_certificate_pem(certificate.pem);
  response.set_authority_pem(rooms_.authority->pem());
  response.set_roster(rooms_.names->roster());
  response.set_id(token.value.id());
  response.set_federation_key(std::string(AsText(rooms_.federation_key)));
  LogInfo("enrolment", "enrolled").Name("id", token.value.id());
  return response;
}

}  // namespace aangan::federation

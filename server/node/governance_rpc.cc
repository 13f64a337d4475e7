// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.GovernanceService.
#include "server/node/governance_rpc.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/node/catalogue_cost.h"
#include "server/node/enrolment.h"
#include "server/node/federation_link.h"
#include "server/node/link_probe.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

constexpr absl::Duration kJoinStepMax = absl::Seconds(10);
constexpr size_t kAddressMax = 255;

v1::OfferedCatalogue OfferedMessage(const KnownCatalogue& known) {
  v1::OfferedCatalogue offered;
  *offered.mutable_signed_catalogue() = known.signed_catalogue;
  offered.mutable_signed_catalogue()->set_in_force(known.in_force);
  if (known.compiled != nullptr)
    offered.mutable_signed_catalogue()->set_digest(std::string(AsText(known.compiled->digest)));
  offered.set_decision(static_cast<v1::CatalogueDecision>(known.decision));
  return offered;
}

absl::Status CheckAddress(const std::string& address, absl::string_view field) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon != std::string::npos && colon > 0 && address.size() <= kAddressMax &&
      absl::SimpleAtoi(address.substr(colon + 1), &port) && port > 0 && port < 65536)
    return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not an address.")
      .Field(field, "must be host:port");
}

}  // namespace

std::map<std::string, server::Handler> GovernanceRpc::Handlers() {
  return {{"JoinFederation", server::Handle(this, &GovernanceRpc::JoinFederation)},
          {"ChangeKeys", server::Handle(this, &GovernanceRpc::ChangeKeys)},
          {"ShowRoster", server::Handle(this, &GovernanceRpc::ShowRoster)},
          {"SignRoster", server::Handle(this, &GovernanceRpc::SignRoster)},
          {"ListOfferedCatalogues", server::Handle(this, &GovernanceRpc::ListOfferedCatalogues)},
          {"LintCatalogue", server::Handle(this, &GovernanceRpc::LintCatalogue)},
          {"AcceptCatalogue", server::Handle(this, &GovernanceRpc::AcceptCatalogue)},
          {"RefuseCatalogue", server::Handle(this, &GovernanceRpc::RefuseCatalogue)}};
}

absl::StatusOr<federation::v1::EnrolResponse> GovernanceRpc::Enrol(const std::string& address,
                                                                   const std::string& authority_pem,
                                                                   const federation::v1::EnrolRequest& request) const {
  absl::StatusOr<federation::v1::EnrolResponse> enrolled = CallEnrol(address, authority_pem, request, kJoinStepMax);
  // The port has answered a moment ago, so a clock may be what keeps the two apart.
  if (HasReason(enrolled.status(), Reason::kNoLink))
    RETURN_IF_ERROR(ProbeEnrolment(address, authority_pem, rooms_.clock->Now(), kJoinStepMax));
  return enrolled;
}

absl::StatusOr<v1::JoinFederationResponse> GovernanceRpc::JoinFederation(const server::Call&,
                                                                         const v1::JoinFederationRequest& request) {
  RETURN_IF_ERROR(CheckAddress(request.federation_address(), "federation_address"));
  RETURN_IF_ERROR(CheckAddress(request.enrolment_address(), "enrolment_address"));
  ASSIGN_OR_RETURN(const Digest authority, AuthorityOfJoinToken(request.join_token()));
  absl::MutexLock lock(&joining_);
  if (rooms_.identity->membership().has_value()) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "This node has joined a federation.");
  }
  Membership membership;
  membership.federation_address = request.federation_address();
  ASSIGN_OR_RETURN(membership.authority_pem, FetchAuthority(request.enrolment_address(), authority, kJoinStepMax));
  const CertificateRequest made = MakeCertificateRequest();
  federation::v1::EnrolRequest enrol;
  enrol.set_join_token(request.join_token());
  enrol.set_certificate_request(made.request_der);
  enrol.set_signing_key(std::string(AsText(rooms_.identity->key().public_key())));
  ASSIGN_OR_RETURN(const federation::v1::EnrolResponse enrolled,
                   Enrol(request.enrolment_address(), membership.authority_pem, enrol));
  membership.roster = enrolled.roster();
  membership.collective = enrolled.id();
  membership.certificate_pem = enrolled.certificate_pem();
  membership.key_pem = made.key_pem;
  ASSIGN_OR_RETURN(membership.federation_key, model::ParseKey(enrolled.federation_key(), "federation_key"));
  if (!model::IsSlug(membership.roster) || !model::IsSlug(membership.collective)) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                   "The federation gave no proper name to this node. Nothing was joined.");
  }
  RETURN_IF_ERROR(rooms_.identity->Join(membership));
  rooms_.sync->Wake();
  v1::JoinFederationResponse response;
  response.set_roster(membership.roster);
  response.set_collective(membership.collective);
  response.set_fingerprint_phrase(model::FingerprintPhrase(rooms_.identity->key().public_key()));
  response.set_federation_phrase(model::FingerprintPhrase(membership.federation_key));
  return response;
}

absl::StatusOr<v1::ChangeKeysResponse> GovernanceRpc::ChangeKeys(const server::Call&,
                                                                 const v1::ChangeKeysRequest& request) {
  RETURN_IF_ERROR(CheckAddress(request.enrolment_address(), "enrolment_address"));
  ASSIGN_OR_RETURN(const Digest authority, AuthorityOfJoinToken(request.join_token()));
  absl::MutexLock lock(&joining_);
  std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This node has not joined a federation, so it has no keys there to change.");
  }
  const auto roster = rooms_.book->roster_in_force();
  const SigningKey* old_key = roster ? rooms_.identity->KeyIn(*roster) : nullptr;
  if (old_key == nullptr) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster,
                   "No roster in force names a key of this node. Keys change once it is in one.");
  }
  ASSIGN_OR_RETURN(const std::string shown, FetchAuthority(request.enrolment_address(), authority, kJoinStepMax));
  if (shown != membership->authority_pem) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                   "The join token is of another federation. Nothing was sent to it.");
  }
  // A key that waits for its roster is asked for again: there are never two of them.
  if (&rooms_.identity->key() == old_key) RETURN_IF_ERROR(rooms_.identity->AddKey(*rooms_.random));
  const CertificateRequest made = MakeCertificateRequest();
  federation::v1::EnrolRequest enrol;
  enrol.set_join_token(request.join_token());
  enrol.set_certificate_request(made.request_der);
  enrol.set_signing_key(std::string(AsText(rooms_.identity->key().public_key())));
  federation::v1::KeyChange change;
  change.set_roster(membership->roster);
  change.set_collective(membership->collective);
  change.set_signing_key(enrol.signing_key());
  change.set_certificate_request_digest(std::string(AsText(Sha256(made.request_der))));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalKeyChange(change));
  enrol.set_key_change_signature(std::string(AsText(old_key->Sign(model::kKeyChangeLabel, canonical))));
  ASSIGN_OR_RETURN(const federation::v1::EnrolResponse enrolled,
                   Enrol(request.enrolment_address(), membership->authority_pem, enrol));
  membership->certificate_pem = enrolled.certificate_pem();
  membership->key_pem = made.key_pem;
  RETURN_IF_ERROR(rooms_.identity->Replace(*membership));
  rooms_.sync->Reconnect();
  v1::ChangeKeysResponse response;
  response.set_fingerprint_phrase(model::FingerprintPhrase(rooms_.identity->key().public_key()));
  return response;
}

absl::StatusOr<v1::ShowRosterResponse> GovernanceRpc::ShowRoster(const server::Call&, const v1::ShowRosterRequest&) {
  ASSIGN_OR_RETURN(const KnownRoster known, rooms_.book->offered_roster());
  v1::ShowRosterResponse response;
  *response.mutable_signed_roster() = known.signed_roster;
  response.set_signed_here(known.signed_here);
  for (const auto& collective : known.signed_roster.roster().collectives()) {
    ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(collective.signing_key(), "signing_key"));
    response.add_fingerprint_phrases(model::FingerprintPhrase(key));
  }
  return response;
}

absl::StatusOr<v1::SignRosterResponse> GovernanceRpc::SignRoster(const server::Call& call,
                                                                 const v1::SignRosterRequest& request) {
  RETURN_IF_ERROR(rooms_.book->SignRoster(request.digest(), ActorOf(call)).status());
  // The signature stands from here on; without a link the agent sends it with the next contact.
  rooms_.sync->SyncGovernance().IgnoreError();
  ASSIGN_OR_RETURN(KnownRoster known, rooms_.book->offered_roster());
  v1::SignRosterResponse response;
  *response.mutable_signed_roster() = std::move(known.signed_roster);
  return response;
}

absl::StatusOr<v1::ListOfferedCataloguesResponse> GovernanceRpc::ListOfferedCatalogues(
    const server::Call& call, const v1::ListOfferedCataloguesRequest& request) {
  ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.page_tokens, call, "catalogues", request.page_size(),
                                           request.page_token(), {.size_default = 20, .size_max = 20}));
  int32_t below = INT32_MAX;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after, &below)) below = 0;
  v1::ListOfferedCataloguesResponse response;
  for (const KnownCatalogue& known : rooms_.book->catalogues()) {
    const int32_t version = known.signed_catalogue.catalogue().version();
    if (version >= below) continue;
    if (static_cast<size_t>(response.catalogues_size()) == page.size) {
      const int32_t last = response.catalogues(response.catalogues_size() - 1).signed_catalogue().catalogue().version();
      response.set_next_page_token(NextPage(*rooms_.page_tokens, call, "catalogues", absl::StrCat(last)));
      break;
    }
    *response.add_catalogues() = OfferedMessage(known);
  }
  return response;
}

absl::StatusOr<v1::LintCatalogueResponse> GovernanceRpc::LintCatalogue(const server::Call&,
                                                                       const v1::LintCatalogueRequest& request) {
  ASSIGN_OR_RETURN(const auto compiled, rooms_.book->Lint(request.catalogue()));
  ASSIGN_OR_RETURN(const KnownRoster roster, rooms_.book->offered_roster());
  const CatalogueCost cost = CostOf(*compiled, roster.signed_roster.roster().collectives_size());
  v1::LintCatalogueResponse response;
  response.set_digest(std::string(AsText(compiled->digest)));
  response.set_quarter_cells(static_cast<int32_t>(compiled->quarter_cell_count));
  response.set_year_cells(static_cast<int32_t>(compiled->year_cell_count));
  response.set_quarter_charge_nano_rho(cost.quarter_nano_rho);
  response.set_fourth_quarter_charge_nano_rho(cost.fourth_quarter_nano_rho);
  return response;
}

absl::StatusOr<v1::AcceptCatalogueResponse> GovernanceRpc::AcceptCatalogue(const server::Call& call,
                                                                           const v1::AcceptCatalogueRequest& request) {
  RETURN_IF_ERROR(rooms_.book->AcceptCatalogue(request.version(), request.digest(), ActorOf(call)).status());
  RETURN_IF_ERROR(rooms_.sync->CountByBook());
  rooms_.sync->SyncGovernance().IgnoreError();
  v1::AcceptCatalogueResponse response;
  ASSIGN_OR_RETURN(*response.mutable_catalogue(), Offered(request.version()));
  return response;
}

absl::StatusOr<v1::RefuseCatalogueResponse> GovernanceRpc::RefuseCatalogue(const server::Call& call,
                                                                           const v1::RefuseCatalogueRequest& request) {
  RETURN_IF_ERROR(rooms_.book->RefuseCatalogue(request.version(), ActorOf(call)));
  v1::RefuseCatalogueResponse response;
  ASSIGN_OR_RETURN(*response.mutable_catalogue(), Offered(request.version()));
  return response;
}

absl::StatusOr<v1::OfferedCatalogue> GovernanceRpc::Offered(int32_t version) const {
  for (const KnownCatalogue& known : rooms_.book->catalogues()) {
    if (known.signed_catalogue.catalogue().version() == version) return OfferedMessage(known);
  }
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "The federation offers no such catalogue.");
}

}  // namespace aangan::node

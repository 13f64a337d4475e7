// SPDX-License-Identifier: Apache-2.0
// Certificates of nodes at the federation's own port, over TLS: renewed, confirmed, listed, revoked, and what an open
// connection is told.
#include <gmock/gmock.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "model/roster.h"
#include "server/node/enrolment.h"
#include "server/shared/caller.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::FederationClient;
using tests::HasProblem;
using tests::IsOk;
using Service = v1::CertificateService::Stub;

constexpr char kBegin[] = "rosters/india/certificates/";

std::string NameOf(const std::string& certificate_pem) {
  return kBegin + ToHex(server::IdentityOfCertificate(certificate_pem)->fingerprint);
}

class CertificatesTest : public ::testing::Test {
 protected:
  CertificatesTest() { federation_.Enrol(); }

  const TestCollective& one() { return federation_.collectives()[0]; }

  // Asks over an open connection; what came, as the collective would call with it.
  absl::StatusOr<TestCollective> Renew(const FederationClient& with) {
    const node::CertificateRequest made = node::MakeCertificateRequest();
    v1::RenewCertificateRequest request;
    request.set_certificate_request(made.request_der);
    v1::RenewCertificateResponse response;
    const absl::Status status = with.Call(*with.certificates, &Service::RenewCertificate, request, &response);
    if (!status.ok()) return status;
    return TestCollective{one().id, one().state, *SigningKey::FromSeed(one().key.seed().span()),
                          response.certificate_pem(), made.key_pem};
  }
  static absl::Status Confirm(const FederationClient& with) {
    v1::ConfirmCertificateResponse response;
    return with.Call(*with.certificates, &Service::ConfirmCertificate, v1::ConfirmCertificateRequest(), &response);
  }
  static absl::Status Ask(const FederationClient& with) {
    v1::ListRoundsRequest request;
    request.set_parent("rosters/india");
    v1::ListRoundsResponse response;
    return with.Call(*with.rounds, &v1::RoundService::Stub::ListRounds, request, &response);
  }
  absl::Status Revoke(const std::string& name, v1::Certificate* certificate = nullptr) {
    const FederationClient staff = federation_.Staff();
    v1::RevokeCertificateRequest request;
    request.set_name(name);
    v1::RevokeCertificateResponse response;
    const absl::Status status = staff.Call(*staff.certificates, &Service::RevokeCertificate, request, &response);
    if (certificate != nullptr) *certificate = response.certificate();
    return status;
  }
  // By name; in pages of this size.
  std::map<std::string, v1::Certificate> List(int page_size = 0) {
    const FederationClient staff = federation_.Staff();
    v1::ListCertificatesRequest request;
    request.set_parent("rosters/india");
    request.set_page_size(page_size);
    std::map<std::string, v1::Certificate> all;
    do {
      v1::ListCertificatesResponse page;
      EXPECT_THAT(staff.Call(*staff.certificates, &Service::ListCertificates, request, &page), IsOk());
      for (const v1::Certificate& each : page.certificates())
        EXPECT_TRUE(all.emplace(each.name(), each).second) << each.name() << " twice";
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  FederationUnderTest federation_;
};

TEST_F(CertificatesTest, TheOldOneWorksUntilTheNewOneWasShownAndNoLonger) {
  const FederationClient old = federation_.As(one());
  const auto renewed = Renew(old);
  ASSERT_THAT(renewed.status(), IsOk());
  EXPECT_THAT(Ask(old), IsOk());
  const FederationClient fresh = federation_.As(*renewed);
  EXPECT_THAT(Ask(fresh), IsOk());
  EXPECT_THAT(Ask(old), IsOk()) << "a call alone confirms nothing";
  EXPECT_EQ(List()[NameOf(renewed->certificate_pem)].state(), v1::CERTIFICATE_STATE_RENEWED);
  EXPECT_THAT(Renew(fresh).status(), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_THAT(Confirm(old), IsOk()) << "it is in use, and stays";
  EXPECT_THAT(Ask(old), IsOk());
  EXPECT_THAT(Confirm(fresh), IsOk());
  EXPECT_THAT(Confirm(fresh), IsOk()) << "again changes nothing";
  EXPECT_THAT(Ask(fresh), IsOk());
  EXPECT_THAT(Ask(old), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate)) << "open connection";
  EXPECT_THAT(Renew(old).status(), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  federation_.Restart();
  EXPECT_THAT(Ask(federation_.As(*renewed)), IsOk());
  EXPECT_THAT(Ask(federation_.As(one())), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
}

TEST_F(CertificatesTest, ALineOfRenewalsKeepsItsPlaceInTheRoster) {
  federation_.SignRoster();
  FederationClient with = federation_.As(one());
  std::string last = one().certificate_pem;
  for (int i = 0; i < 3; ++i) {
    const auto renewed = Renew(with);
    ASSERT_THAT(renewed.status(), IsOk()) << i;
    FederationClient next = federation_.As(*renewed);
    ASSERT_THAT(Confirm(next), IsOk()) << i;
    EXPECT_THAT(Ask(with), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate)) << i;
    with = std::move(next);
    last = renewed->certificate_pem;
  }
  EXPECT_THAT(Ask(with), IsOk());
  const auto listed = List();
  EXPECT_EQ(listed.size(), federation_.collectives().size()) << "what was replaced is gone";
  EXPECT_EQ(listed.at(NameOf(last)).state(), v1::CERTIFICATE_STATE_IN_USE);
  EXPECT_EQ(listed.at(NameOf(last)).collective(), one().id);
  EXPECT_TRUE(listed.at(NameOf(last)).has_expire_time());
  EXPECT_EQ(List(1).size(), listed.size());
}

TEST_F(CertificatesTest, AskedAgainTheLastRenewalCounts) {
  const FederationClient old = federation_.As(one());
  const auto lost = Renew(old);
  const auto second = Renew(old);
  ASSERT_TRUE(lost.ok() && second.ok());
  EXPECT_THAT(Confirm(federation_.As(*lost)), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  EXPECT_THAT(Ask(old), IsOk());
  EXPECT_THAT(Confirm(federation_.As(*second)), IsOk());
  v1::RenewCertificateRequest rubbish;
  rubbish.set_certificate_request("not a request");
  v1::RenewCertificateResponse response;
  const FederationClient fresh = federation_.As(*second);
  EXPECT_THAT(fresh.Call(*fresh.certificates, &Service::RenewCertificate, rubbish, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
}

TEST_F(CertificatesTest, ARevokedOneIsRefusedOnItsOpenConnection) {
  federation_.SignRoster();
  const FederationClient open = federation_.As(one());
  const FederationClient other = federation_.As(federation_.collectives()[1]);
  const auto renewed = Renew(open);
  ASSERT_THAT(renewed.status(), IsOk());
  const FederationClient open_too = federation_.As(*renewed);
  ASSERT_THAT(Ask(open), IsOk());
  ASSERT_THAT(Ask(open_too), IsOk());
  v1::Certificate revoked;
  ASSERT_THAT(Revoke(NameOf(one().certificate_pem), &revoked), IsOk());
  EXPECT_EQ(revoked.state(), v1::CERTIFICATE_STATE_REVOKED);
  EXPECT_EQ(revoked.collective(), one().id);
  for (const FederationClient* each : {&open, &open_too}) {
    EXPECT_THAT(Ask(*each), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
    EXPECT_THAT(Confirm(*each), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
    EXPECT_THAT(Renew(*each).status(), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  }
  EXPECT_THAT(Ask(federation_.As(one())), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  EXPECT_THAT(Ask(other), IsOk());
  // Again changes nothing, and it stays revoked over a restart.
  federation_.clock().Advance(absl::Hours(1));
  v1::Certificate again;
  ASSERT_THAT(Revoke(NameOf(renewed->certificate_pem), &again), IsOk());
  EXPECT_EQ(again.revoke_time().seconds(), revoked.revoke_time().seconds());
  federation_.Restart();
  EXPECT_THAT(Ask(federation_.As(one())), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  EXPECT_EQ(List()[NameOf(one().certificate_pem)].state(), v1::CERTIFICATE_STATE_REVOKED);
}

TEST_F(CertificatesTest, WhatIsNoCertificateOfANodeIsNotFound) {
  const std::string staff = tests::ReadAll(federation_.data() + "/staff/certificate.pem");
  for (const std::string& name :
       {std::string(), std::string("rosters/india/apps/staff"), std::string(kBegin) + "zz",
        std::string(kBegin) + std::string(64, '0'), NameOf(staff),
        absl::StrCat("rosters/nepal/certificates/", NameOf(one().certificate_pem).substr(sizeof(kBegin) - 1))})
    EXPECT_THAT(Revoke(name), HasProblem(StatusCode::kNotFound, Reason::kNotFound)) << name;
  EXPECT_THAT(Ask(federation_.Staff()), IsOk());
  EXPECT_EQ(List().count(NameOf(staff)), 0u);
}

// A lost computer: its certificate is taken back, and the collective comes again with new keys, which the others sign.
TEST_F(CertificatesTest, ARevokedNodeComesBackWithNewKeysAndTheWholeOldLineEnds) {
  federation_.SignRoster();
  const auto renewed = Renew(federation_.As(one()));
  ASSERT_THAT(renewed.status(), IsOk());
  ASSERT_THAT(Confirm(federation_.As(*renewed)), IsOk());
  ASSERT_THAT(Revoke(NameOf(renewed->certificate_pem)), IsOk());
  v1::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(v1::JOIN_KIND_NEW_KEYS);
  wish.set_id(one().id);
  const auto token = federation_.MakeToken(wish);
  ASSERT_THAT(token.status(), IsOk());
  const SigningKey key = SigningKey::Generate(federation_.random());
  const node::CertificateRequest made = node::MakeCertificateRequest();
  v1::EnrolRequest enrol;
  enrol.set_join_token(token->join_token());
  enrol.set_certificate_request(made.request_der);
  enrol.set_signing_key(std::string(AsText(key.public_key())));
  v1::KeyChange change;
  change.set_roster("india");
  change.set_collective(one().id);
  change.set_signing_key(enrol.signing_key());
  change.set_certificate_request_digest(std::string(AsText(Sha256(made.request_der))));
  const std::string canonical = *model::CanonicalKeyChange(change);
  enrol.set_key_change_signature(std::string(AsText(one().key.Sign(model::kKeyChangeLabel, canonical))));
  const auto enrolled = federation_.EnrolWith(enrol);
  ASSERT_THAT(enrolled.status(), IsOk());
  const TestCollective back{one().id, one().state, *SigningKey::FromSeed(key.seed().span()),
                            enrolled->certificate_pem(), made.key_pem};
  EXPECT_THAT(Ask(federation_.As(back)), IsOk()) << "at once, before the others have signed";
  EXPECT_THAT(Ask(federation_.As(*renewed)), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  const FederationClient staff = federation_.Staff();
  v1::ProposeEpochRequest propose;
  propose.set_parent("rosters/india");
  for (const TestCollective& each : federation_.collectives()) propose.add_collectives(each.id);
  v1::ProposeEpochResponse proposed;
  ASSERT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed), IsOk());
  for (size_t i = 1; i < federation_.collectives().size(); ++i) {
    const TestCollective& each = federation_.collectives()[i];
    ASSERT_THAT(federation_.SignEpoch(each, each.id, each.key), IsOk());
  }
  // The new roster is in force, so nothing of the old line is known any more.
  EXPECT_THAT(Ask(federation_.As(*renewed)), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  EXPECT_THAT(Ask(federation_.As(one())), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  EXPECT_THAT(Ask(federation_.As(back)), IsOk());
  EXPECT_EQ(List().size(), federation_.collectives().size());
}

}  // namespace
}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// The federation's ports as callers meet them: joining, signing, and whoever should not get in.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/random.h"
#include "server/node/enrolment.h"
#include "server/node/own_authority.h"
#include "tests/support/daemon_process.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::FederationClient;
using tests::HasProblem;
using tests::IsOk;

absl::Status ListRounds(const FederationClient& client) {
  v1::ListRoundsRequest request;
  request.set_parent("rosters/india");
  v1::ListRoundsResponse response;
  return client.Call(*client.rounds, &v1::RoundService::Stub::ListRounds, request, &response);
}

v1::EnrolRequest RightEnrolment(const std::string& token) {
  SystemRandom random;
  v1::EnrolRequest enrol;
  enrol.set_join_token(token);
  enrol.set_certificate_request(node::MakeCertificateRequest().request_der);
  enrol.set_signing_key(std::string(AsText(SigningKey::Generate(random).public_key())));
  return enrol;
}

class FederationDoor : public ::testing::Test {
 protected:
  FederationUnderTest federation_;
};

TEST_F(FederationDoor, AJoinTokenHoldsOnceAndForADay) {
  const auto made = federation_.MakeToken(FederationUnderTest::NodeWish("assam_1", "assam"));
  ASSERT_THAT(made, IsOk());
  const auto joined = federation_.EnrolWith(RightEnrolment(made->join_token()));
  ASSERT_THAT(joined, IsOk());
  EXPECT_EQ(joined->id(), "assam_1");
  EXPECT_EQ(joined->roster(), "india");
  const auto late = federation_.MakeToken(FederationUnderTest::NodeWish("bihar_1", "bihar"));
  ASSERT_THAT(late, IsOk());
  EXPECT_THAT(federation_.EnrolWith(RightEnrolment(made->join_token())),
              HasProblem(StatusCode::kUnauthenticated, Reason::kJoinTokenUsed));
  EXPECT_THAT(federation_.EnrolWith(RightEnrolment("aangan-join-" + std::string(77, 'a'))),
              HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  // One that waits keeps the port open past the day, so that the answer is seen.
  federation_.clock().Advance(absl::Hours(23));
  ASSERT_THAT(federation_.MakeToken(FederationUnderTest::NodeWish("kerala_1", "kerala")), IsOk());
  federation_.clock().Advance(absl::Hours(2));
  EXPECT_THAT(federation_.EnrolWith(RightEnrolment(late->join_token())),
              HasProblem(StatusCode::kUnauthenticated, Reason::kJoinTokenUsed));
}

TEST_F(FederationDoor, TheEnrolmentPortIsOpenOnlyWhileSomebodyIsExpected) {
  EXPECT_EQ(federation_.enrolment_address(), "");
  const auto made = federation_.MakeToken(FederationUnderTest::NodeWish("assam_1", "assam"));
  ASSERT_THAT(made, IsOk());
  EXPECT_NE(federation_.enrolment_address(), "");
  ASSERT_THAT(federation_.EnrolWith(RightEnrolment(made->join_token())), IsOk());
  EXPECT_TRUE(tests::Eventually(absl::Seconds(20), [&] { return federation_.enrolment_address().empty(); }));
}

TEST_F(FederationDoor, WishesAndRequestsThatAreWrongNameTheField) {
  EXPECT_THAT(federation_.MakeToken(FederationUnderTest::NodeWish("assam_1", "atlantis")),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(federation_.MakeToken(FederationUnderTest::NodeWish("No Slug", "assam")),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  const auto made = federation_.MakeToken(FederationUnderTest::NodeWish("assam_1", "assam"));
  ASSERT_THAT(made, IsOk());
  v1::EnrolRequest enrol = RightEnrolment(made->join_token());
  enrol.set_certificate_request("not a request");
  EXPECT_THAT(federation_.EnrolWith(enrol), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  enrol = RightEnrolment(made->join_token());
  enrol.set_signing_key("short");
  EXPECT_THAT(federation_.EnrolWith(enrol), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  // The token is not spent by that.
  EXPECT_THAT(federation_.EnrolWith(RightEnrolment(made->join_token())), IsOk());
}

TEST_F(FederationDoor, StrangersDoNotGetThrough) {
  federation_.Enrol();
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto stranger = node::OpenOwnAuthority(folder / "tls", clock, random);
  ASSERT_TRUE(stranger.ok());
  const std::string authority = tests::ReadAll(federation_.data() + "/staff/authority.pem");
  const std::string token = tests::ReadAll(federation_.data() + "/staff/token");
  const auto open = [&](const tests::TlsFiles& files) {
    return FederationClient(tests::OpenChannel(federation_.address(), files), token);
  };
  // Without a certificate, with a self-signed one, and a client that trusts somebody else.
  EXPECT_EQ(ListRounds(open({authority, "", ""})).code(), StatusCode::kUnavailable);
  EXPECT_EQ(ListRounds(open({authority, stranger->certificate_pem, stranger->key_pem})).code(),
            StatusCode::kUnavailable);
  EXPECT_EQ(ListRounds(open({stranger->authority_pem, federation_.collectives()[0].certificate_pem,
                             federation_.collectives()[0].certificate_key_pem}))
                .code(),
            StatusCode::kUnavailable);
  EXPECT_THAT(ListRounds(federation_.As(federation_.collectives()[0])), IsOk());
}

TEST_F(FederationDoor, ACertificateOfOursThatIsNotInUseIsRefused) {
  // The collective joins again before it stands in a roster; its first certificate goes out of use.
  federation_.Enrol();
  TestCollective& first = federation_.collectives()[0];
  const auto again = federation_.MakeToken(FederationUnderTest::NodeWish(first.id, first.state));
  ASSERT_THAT(again, IsOk());
  v1::EnrolRequest enrol = RightEnrolment(again->join_token());
  ASSERT_THAT(federation_.EnrolWith(enrol), IsOk());
  EXPECT_THAT(ListRounds(federation_.As(first)), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
}

TEST_F(FederationDoor, AnAppNeedsItsTokenBesideItsCertificate) {
  federation_.Enrol();
  const tests::TlsFiles files = FederationClient::StaffTls(federation_.data());
  const auto open = [&](const std::string& token) {
    return FederationClient(tests::OpenChannel(federation_.address(), files), token);
  };
  EXPECT_THAT(ListRounds(open("")), HasProblem(StatusCode::kUnauthenticated, Reason::kNoCredential));
  EXPECT_THAT(ListRounds(open("aangan-made-up")), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  EXPECT_THAT(ListRounds(open(tests::ReadAll(federation_.data() + "/staff/token"))), IsOk());
  federation_.clock().Advance(absl::Hours(24 * 400));
  EXPECT_THAT(ListRounds(open(tests::ReadAll(federation_.data() + "/staff/token"))),
              HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
}

TEST_F(FederationDoor, AnAnalystReadsAndDoesNotPropose) {
  v1::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(v1::JOIN_KIND_ANALYST_APP);
  wish.set_id("charts");
  const auto made = federation_.MakeToken(wish);
  ASSERT_THAT(made, IsOk());
  const node::CertificateRequest request = node::MakeCertificateRequest();
  v1::EnrolRequest enrol;
  enrol.set_join_token(made->join_token());
  enrol.set_certificate_request(request.request_der);
  const auto joined = federation_.EnrolWith(enrol);
  ASSERT_THAT(joined, IsOk());
  const FederationClient analyst(
      tests::OpenChannel(federation_.address(), {joined->authority_pem(), joined->certificate_pem(), request.key_pem}),
      joined->access_token());
  EXPECT_THAT(ListRounds(analyst), IsOk());
  v1::ProposeEpochRequest propose;
  propose.set_parent("rosters/india");
  v1::ProposeEpochResponse proposed;
  EXPECT_THAT(analyst.Call(*analyst.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(FederationDoor, ANodeSignsForItselfAlone) {
  federation_.Enrol();
  const FederationClient staff = federation_.Staff();
  v1::ProposeEpochRequest propose;
  propose.set_parent("rosters/india");
  for (const TestCollective& each : federation_.collectives()) propose.add_collectives(each.id);
  v1::ProposeEpochResponse proposed;
  ASSERT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed), IsOk());
  const TestCollective& first = federation_.collectives()[0];
  const TestCollective& second = federation_.collectives()[1];
  EXPECT_THAT(federation_.SignEpoch(first, second.id, second.key),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  EXPECT_THAT(federation_.SignEpoch(first, first.id, second.key),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  ASSERT_THAT(federation_.SignEpoch(first, first.id, first.key), IsOk());
  // Not in force before all have signed the first roster, and not replaced once one has.
  v1::GetEpochRequest get;
  get.set_name("rosters/india/epochs/1");
  v1::GetEpochResponse epoch;
  ASSERT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::GetEpoch, get, &epoch), IsOk());
  EXPECT_FALSE(epoch.signed_roster().in_force());
  EXPECT_EQ(epoch.signed_roster().signatures_size(), 1);
  EXPECT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(FederationDoor, ACatalogueWithABadSignatureOrABrokenRuleHasNoEffect) {
  federation_.Enrol();
  federation_.SignRoster();
  const FederationClient staff = federation_.Staff();
  v1::ProposeCatalogueRequest propose;
  propose.set_parent("rosters/india");
  *propose.mutable_catalogue() = federation_.catalogue();
  propose.mutable_catalogue()->mutable_tables(0)->set_member_cells_max(0);
  v1::ProposeCatalogueResponse proposed;
  const auto offer = [&] {
    return staff.Call(*staff.catalogues, &v1::CatalogueService::Stub::ProposeCatalogue, propose, &proposed);
  };
  EXPECT_THAT(offer(), HasProblem(StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  *propose.mutable_catalogue() = federation_.catalogue();
  propose.mutable_catalogue()->set_version(2);
  EXPECT_THAT(offer(), HasProblem(StatusCode::kInvalidArgument, Reason::kCatalogueRefused));
  *propose.mutable_catalogue() = federation_.catalogue();
  ASSERT_THAT(offer(), IsOk());
  EXPECT_THAT(offer(), HasProblem(StatusCode::kAlreadyExists, Reason::kAlreadyExists));
  const TestCollective& first = federation_.collectives()[0];
  EXPECT_THAT(federation_.SignCatalogue(first, federation_.collectives()[1].key),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  // Three of four sign: a direct catalogue with a state needs each of them; no round is announced.
  for (int i = 1; i < 4; ++i) {
    const TestCollective& each = federation_.collectives()[static_cast<size_t>(i)];
    if (each.id == "kerala_1") continue;
    ASSERT_THAT(federation_.SignCatalogue(each, each.key), IsOk());
  }
  v1::GetCatalogueRequest get;
  get.set_name("rosters/india/catalogues/1");
  v1::GetCatalogueResponse catalogue;
  ASSERT_THAT(staff.Call(*staff.catalogues, &v1::CatalogueService::Stub::GetCatalogue, get, &catalogue), IsOk());
  EXPECT_FALSE(catalogue.signed_catalogue().in_force());
  EXPECT_EQ(catalogue.signed_catalogue().signatures_size(), 2);
  EXPECT_THAT(federation_.Round(), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(FederationDoor, AZippedMessageIsRefused) {
  const FederationClient staff = federation_.Staff();
  grpc::ClientContext context;
  staff.Prepare(context);
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::ListRoundsRequest request;
  request.set_parent("rosters/" + std::string(3000, 'z'));
  v1::ListRoundsResponse response;
  const grpc::Status status = staff.rounds->ListRounds(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
}

TEST_F(FederationDoor, ARestartKeepsKeysRostersAndRounds) {
  federation_.Found();
  const auto before = federation_.Round();
  ASSERT_THAT(before, IsOk());
  federation_.Restart();
  const auto after = federation_.Round();
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
  EXPECT_THAT(ListRounds(federation_.As(federation_.collectives()[0])), IsOk());
}

}  // namespace
}  // namespace aangan::federation

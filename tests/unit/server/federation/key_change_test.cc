// SPDX-License-Identifier: Apache-2.0
// New keys of a collective at the federation's door: asked for with the old key, named by the next epoch, and from then
// on the old key and the old certificate are good for nothing.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "model/roster.h"
#include "privacy/recipient_keys.h"
#include "server/node/enrolment.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {
namespace {

using absl::StatusCode;
using tests::FederationClient;
using tests::HasProblem;
using tests::IsOk;

v1::CreateJoinTokenRequest NewKeysOf(const std::string& id) {
  v1::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(v1::JOIN_KIND_NEW_KEYS);
  wish.set_id(id);
  return wish;
}

class KeyChangeTest : public ::testing::Test {
 protected:
  KeyChangeTest() : federation_(false, TestForm::kSummedOfSix), new_key_(SigningKey::Generate(federation_.random())) {
    federation_.Enrol();
    federation_.SignRoster();
  }
  TestCollective& one() { return federation_.collectives()[0]; }

  v1::EnrolRequest Request(const std::string& token, const SigningKey& signed_with) {
    v1::EnrolRequest enrol;
    enrol.set_join_token(token);
    enrol.set_certificate_request(pair_.request_der);
    enrol.set_signing_key(std::string(AsText(new_key_.public_key())));
    v1::KeyChange change;
    change.set_roster("india");
    change.set_collective(one().id);
    change.set_signing_key(enrol.signing_key());
    change.set_certificate_request_digest(std::string(AsText(Sha256(pair_.request_der))));
    enrol.set_key_change_signature(
        std::string(AsText(signed_with.Sign(model::kKeyChangeLabel, *model::CanonicalKeyChange(change)))));
    return enrol;
  }
  // As the collective with its new certificate.
  TestCollective Changed() {
    const auto made = federation_.MakeToken(NewKeysOf(one().id));
    EXPECT_THAT(made, IsOk());
    const auto enrolled = federation_.EnrolWith(Request(made->join_token(), one().key));
    EXPECT_THAT(enrolled, IsOk());
    return {one().id, one().state, *SigningKey::FromSeed(new_key_.seed().span()), enrolled->certificate_pem(),
            pair_.key_pem};
  }
  v1::SignedRoster Propose() {
    const FederationClient staff = federation_.Staff();
    v1::ProposeEpochRequest propose;
    propose.set_parent("rosters/india");
    for (const TestCollective& each : federation_.collectives()) propose.add_collectives(each.id);
    v1::ProposeEpochResponse proposed;
    EXPECT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed), IsOk());
    return proposed.signed_roster();
  }
  absl::Status Publish(const TestCollective& as, const SigningKey& key) {
    v1::PublishKeyBatchRequest request;
    request.set_parent("rosters/india");
    v1::KeyBatch& batch = *request.mutable_key_batch();
    batch.set_roster("india");
    batch.set_collective(as.id);
    batch.set_first_period("2026Q4");
    for (char each = 'a'; each < 'e'; ++each) batch.add_keys(std::string(32, each));
    request.set_signature(std::string(AsText(*privacy::SignKeyBatch(batch, key))));
    v1::PublishKeyBatchResponse response;
    const FederationClient client = federation_.As(as);
    return client.Call(*client.log, &v1::LogService::Stub::PublishKeyBatch, request, &response);
  }

  FederationUnderTest federation_;
  const SigningKey new_key_;
  const node::CertificateRequest pair_ = node::MakeCertificateRequest();
};

TEST_F(KeyChangeTest, TheTokenAloneGivesNobodyNewKeys) {
  EXPECT_THAT(federation_.MakeToken(NewKeysOf("nobody_1")), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  v1::CreateJoinTokenRequest titled = NewKeysOf(one().id);
  titled.set_title("Another name");
  EXPECT_THAT(federation_.MakeToken(titled), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  const auto made = federation_.MakeToken(NewKeysOf(one().id));
  ASSERT_THAT(made, IsOk());
  const auto refused = [&](const v1::EnrolRequest& request) {
    EXPECT_THAT(federation_.EnrolWith(request), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  };
  v1::EnrolRequest request = Request(made->join_token(), one().key);
  request.clear_key_change_signature();
  refused(request);
  refused(Request(made->join_token(), new_key_));
  refused(Request(made->join_token(), federation_.collectives()[1].key));
  request = Request(made->join_token(), one().key);  // the word is about one certificate request
  request.set_certificate_request(node::MakeCertificateRequest().request_der);
  refused(request);
  EXPECT_THAT(federation_.EnrolWith(Request(made->join_token(), one().key)), IsOk());
}

TEST_F(KeyChangeTest, OldKeyAndCertificateGoOnUntilTheEpochIsInForceAndNoLonger) {
  const TestCollective& before = one();
  const TestCollective after = Changed();
  EXPECT_THAT(Publish(before, before.key), IsOk());
  EXPECT_THAT(Publish(after, after.key), IsOk());  // the same keys, signed for the next roster
  const v1::SignedRoster proposed = Propose();
  EXPECT_EQ(proposed.roster().collectives(0).signing_key(), AsText(new_key_.public_key()));
  // Those of the epoch before decide, with the keys that they have there. Of six, four.
  EXPECT_THAT(federation_.SignEpoch(after, after.id, after.key),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(federation_.SignEpoch(before, before.id, before.key), IsOk());
  for (size_t i = 1; i < 3; ++i) {
    const TestCollective& each = federation_.collectives()[i];
    EXPECT_THAT(federation_.SignEpoch(each, each.id, each.key), IsOk());
  }
  EXPECT_THAT(Publish(before, before.key), IsOk());
  const TestCollective& fourth = federation_.collectives()[3];
  EXPECT_THAT(federation_.SignEpoch(fourth, fourth.id, fourth.key), IsOk());
  // In force: the certificate is out of use, and the old key signs nothing, whatever carries it.
  EXPECT_THAT(Publish(before, before.key), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  EXPECT_THAT(Publish(after, before.key), HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  const FederationClient staff = federation_.Staff();
  v1::ProposeCatalogueRequest propose;
  propose.set_parent("rosters/india");
  *propose.mutable_catalogue() = federation_.catalogue();
  v1::ProposeCatalogueResponse offered;
  ASSERT_THAT(staff.Call(*staff.catalogues, &v1::CatalogueService::Stub::ProposeCatalogue, propose, &offered), IsOk());
  EXPECT_THAT(federation_.SignCatalogue(after, before.key),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadSignature));
  EXPECT_THAT(Publish(after, after.key), IsOk());
  EXPECT_THAT(federation_.SignCatalogue(after, after.key), IsOk());
}

}  // namespace
}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Tokens over the real port: rotated, ended on open connections and inside a stream, guessed at; and the second
// person's yes for what nobody decides alone.
#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "tests/support/second_person.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Access = v1::AccessService::Stub;
using Permits = v1::PermitService::Stub;

class AccessTest : public ::testing::Test {
 protected:
  absl::Status Opens(const std::string& token) const {
    const NodeClient client = node_.Client(token);
    v1::ListMembersResponse response;
    return client.Call(*client.members, &v1::MemberService::Stub::ListMembers, {}, &response);
  }
  v1::CreateTokenResponse Make(v1::Role role) const {
    v1::CreateTokenRequest request;
    request.mutable_token()->set_role(role);
    request.mutable_token()->set_title("test");
    v1::CreateTokenResponse made;
    EXPECT_THAT(Steward(&Access::CreateToken, request, &made), IsOk());
    return made;
  }
  template <typename Request, typename Response>
  absl::Status Steward(grpc::Status (Access::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request, Response* response) const {
    const NodeClient steward = node_.Steward();
    return steward.Call(*steward.access, method, request, response);
  }
  absl::Status End(const std::string& name) const {
    v1::DeleteTokenRequest end;
    end.set_name(name);
    google::protobuf::Empty empty;
    return Steward(&Access::DeleteToken, end, &empty);
  }
  v1::Token Listed(const std::string& name) const {
    v1::ListTokensResponse list;
    EXPECT_THAT(Steward(&Access::ListTokens, v1::ListTokensRequest(), &list), IsOk());
    for (const v1::Token& token : list.tokens()) {
      if (token.name() == name) return token;
    }
    return {};
  }
  v1::CreateGrantRequest HealthGrant(const v1::Token& token) const {
    v1::CreateGrantRequest request;
    request.set_parent(token.name());
    request.mutable_grant()->set_domain("health");
    return request;
  }

  NodeUnderTest node_;
};

TEST_F(AccessTest, ARotatedTokenHasANewSecretAndTheOldOneEnds) {
  const v1::CreateTokenResponse made = Make(v1::ROLE_CASEWORKER);
  ASSERT_THAT(Opens(made.secret()), IsOk());
  node_.clock().Advance(absl::Hours(24 * 60));
  v1::RotateTokenRequest rotate;
  rotate.set_name(made.token().name());
  v1::RotateTokenResponse rotated;
  ASSERT_THAT(Steward(&Access::RotateToken, rotate, &rotated), IsOk());
  EXPECT_NE(rotated.secret(), made.secret());
  EXPECT_THAT(Opens(rotated.secret()), IsOk());
  EXPECT_THAT(Opens(made.secret()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  // A new life as long as the first.
  node_.clock().Advance(absl::Hours(24 * 89));
  EXPECT_THAT(Opens(rotated.secret()), IsOk());
  node_.clock().Advance(absl::Hours(24 * 2));
  EXPECT_THAT(Opens(rotated.secret()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
}

TEST_F(AccessTest, TheOldSecretOpensForTheGraceAndNoLonger) {
  const v1::CreateTokenResponse made = Make(v1::ROLE_CASEWORKER);
  v1::RotateTokenRequest rotate;
  rotate.set_name(made.token().name());
  rotate.mutable_grace()->set_seconds(24 * 3600 + 1);
  v1::RotateTokenResponse rotated;
  EXPECT_THAT(Steward(&Access::RotateToken, rotate, &rotated),
              HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  rotate.mutable_grace()->set_seconds(3600);
  ASSERT_THAT(Steward(&Access::RotateToken, rotate, &rotated), IsOk());
  node_.clock().Advance(absl::Minutes(59));
  EXPECT_THAT(Opens(made.secret()), IsOk());
  EXPECT_THAT(Opens(rotated.secret()), IsOk());
  node_.clock().Advance(absl::Minutes(2));
  EXPECT_THAT(Opens(made.secret()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  EXPECT_THAT(Opens(rotated.secret()), IsOk());
  // Ended, neither opens.
  ASSERT_THAT(End(made.token().name()), IsOk());
  EXPECT_THAT(Opens(rotated.secret()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
}

TEST_F(AccessTest, TheListTellsTheDayOfTheLastUse) {
  const v1::CreateTokenResponse made = Make(v1::ROLE_CASEWORKER);
  EXPECT_FALSE(Listed(made.token().name()).has_last_used_date());
  ASSERT_THAT(Opens(made.secret()), IsOk());
  const auto first = Listed(made.token().name()).last_used_date();
  node_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(Opens(made.secret()), IsOk());
  const auto second = Listed(made.token().name()).last_used_date();
  EXPECT_GE(first.year(), 2024);
  EXPECT_NE(first.day(), second.day());
}

TEST_F(AccessTest, AStreamEndsWhereItsTokenEnds) {
  const v1::CreateTokenResponse made = Make(v1::ROLE_OPERATOR);
  const NodeClient client = node_.Client(made.secret());
  grpc::ClientContext context;
  client.Prepare(context);
  v1::ImportRecordsResponse response;
  const auto stream = client.operators->ImportRecords(&context, &response);
  const auto send = [&](int line) {
    v1::ImportRecordsRequest request;
    request.set_mapping_id("test");
    v1::ImportRow& row = *request.add_rows();
    row.set_line(line);
    row.set_row_digest(std::string(AsText(Sha256(absl::StrCat("row ", line)))));
    *row.mutable_member() = tests::SomeMember();
    return stream->Write(request);
  };
  const NodeClient caseworker = node_.Caseworker();
  const auto members = [&] {
    v1::ListMembersResponse list;
    EXPECT_THAT(caseworker.Call(*caseworker.members, &v1::MemberService::Stub::ListMembers, {}, &list), IsOk());
    return list.members_size();
  };
  ASSERT_TRUE(send(1));
  while (members() < 1) continue;
  ASSERT_THAT(End(made.token().name()), IsOk());
  send(2);
  stream->WritesDone();
  EXPECT_THAT(NodeClient::Translate(stream->Finish()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  EXPECT_EQ(members(), 1);
}

TEST_F(AccessTest, WhoGuessesIsSlowedDownAndNobodyElse) {
  const v1::CreateTokenResponse made = Make(v1::ROLE_CASEWORKER);
  std::string wrong = made.secret();
  wrong.back() = wrong.back() == 'a' ? 'q' : 'a';
  const auto guess = [&] { EXPECT_THAT(Opens(wrong), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken)); };
  std::vector<std::future<void>> guesses;
  guesses.reserve(60);
  for (int i = 0; i < 60; ++i) guesses.push_back(std::async(std::launch::async, guess));
  for (std::future<void>& each : guesses) each.wait();
  // By now the answer to a further wrong one waits for some 0.8 s; a right one, from the same address, does not.
  const auto begun = std::chrono::steady_clock::now();
  std::future<void> slow = std::async(std::launch::async, guess);
  EXPECT_THAT(Opens(made.secret()), IsOk());
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  slow.wait();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(600));
}

TEST_F(AccessTest, WhereASecondPersonIsHerYesIsNeeded) {
  const v1::Token caseworker = Make(v1::ROLE_CASEWORKER).token();
  const NodeClient steward = node_.Steward();
  v1::Grant grant;
  // Alone the steward decides; from the auditor on she does not.
  EXPECT_THAT(Steward(&Access::CreateGrant, HealthGrant(caseworker), &grant), IsOk());
  const NodeClient auditor = node_.Client(Make(v1::ROLE_AUDITOR).secret());
  v1::CreateGrantRequest wish = HealthGrant(caseworker);
  const absl::Status refused = Steward(&Access::CreateGrant, wish, &grant);
  ASSERT_THAT(refused, HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  v1::CreateTokenRequest another;
  another.mutable_token()->set_role(v1::ROLE_STEWARD);
  another.mutable_token()->set_title("second_me");
  v1::CreateTokenResponse made;
  EXPECT_THAT(Steward(&Access::CreateToken, another, &made),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));

  v1::Permit permit;
  ASSERT_THAT(steward.Call(*steward.permits, &Permits::CreatePermit, tests::PermitWish(refused), &permit), IsOk());
  EXPECT_EQ(permit.subject(), caseworker.name() + "/grants/health");
  wish.set_permit(permit.name());
  EXPECT_THAT(Steward(&Access::CreateGrant, wish, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded))
      << "nobody has said yes";
  v1::ApprovePermitRequest yes;
  yes.set_name(permit.name());
  EXPECT_THAT(steward.Call(*steward.permits, &Permits::ApprovePermit, yes, &permit),
              HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
  ASSERT_THAT(auditor.Call(*auditor.permits, &Permits::ApprovePermit, yes, &permit), IsOk());
  EXPECT_EQ(permit.state(), v1::PERMIT_STATE_APPROVED);

  // It is for this very request, once.
  v1::CreateGrantRequest other = wish;
  other.mutable_grant()->set_domain("mental_health");
  EXPECT_THAT(Steward(&Access::CreateGrant, other, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  EXPECT_THAT(Steward(&Access::CreateGrant, wish, &grant), IsOk());
  EXPECT_THAT(Steward(&Access::CreateGrant, wish, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
}

TEST_F(AccessTest, APermitEndsAfterADay) {
  const v1::Token caseworker = Make(v1::ROLE_CASEWORKER).token();
  const NodeClient auditor = node_.Client(Make(v1::ROLE_AUDITOR).secret());
  v1::CreateGrantRequest wish = HealthGrant(caseworker);
  v1::Grant grant;
  wish.set_permit(tests::PermitFor(Steward(&Access::CreateGrant, wish, &grant), node_.Steward(), auditor));
  node_.clock().Advance(absl::Hours(25));
  EXPECT_THAT(Steward(&Access::CreateGrant, wish, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
}

TEST_F(AccessTest, AYesIsOverWithTheTokenThatSaidIt) {
  const v1::Token caseworker = Make(v1::ROLE_CASEWORKER).token();
  const v1::CreateTokenResponse auditor = Make(v1::ROLE_AUDITOR);
  v1::CreateGrantRequest wish = HealthGrant(caseworker);
  v1::Grant grant;
  wish.set_permit(
      tests::PermitFor(Steward(&Access::CreateGrant, wish, &grant), node_.Steward(), node_.Client(auditor.secret())));
  ASSERT_THAT(End(auditor.token().name()), IsOk());
  EXPECT_THAT(Steward(&Access::CreateGrant, wish, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
}

// A secret that is replaced at once may have been stolen; one that opens for a while more was not.
TEST_F(AccessTest, AYesIsOverWithTheSecretThatSaidItUnlessThatOpensOn) {
  const v1::Token caseworker = Make(v1::ROLE_CASEWORKER).token();
  const v1::CreateTokenResponse auditor = Make(v1::ROLE_AUDITOR);
  std::string secret = auditor.secret();
  v1::Grant grant;
  const auto wish_with_yes = [&](const char* domain) {
    v1::CreateGrantRequest wish = HealthGrant(caseworker);
    wish.mutable_grant()->set_domain(domain);
    wish.set_permit(
        tests::PermitFor(Steward(&Access::CreateGrant, wish, &grant), node_.Steward(), node_.Client(secret)));
    return wish;
  };
  const auto rotate = [&](int64_t grace_seconds) {
    v1::RotateTokenRequest request;
    request.set_name(auditor.token().name());
    request.mutable_grace()->set_seconds(grace_seconds);
    v1::RotateTokenResponse rotated;
    request.set_permit(
        tests::PermitFor(Steward(&Access::RotateToken, request, &rotated), node_.Steward(), node_.Client(secret)));
    EXPECT_THAT(Steward(&Access::RotateToken, request, &rotated), IsOk());
    secret = rotated.secret();
  };
  const v1::CreateGrantRequest before_grace = wish_with_yes("health");
  rotate(3600);
  EXPECT_THAT(Steward(&Access::CreateGrant, before_grace, &grant), IsOk());
  const v1::CreateGrantRequest before = wish_with_yes("legal_aid");
  rotate(0);
  EXPECT_THAT(Steward(&Access::CreateGrant, before, &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
}

TEST_F(AccessTest, WhoEndsTheOthersTokenDoesNotDecideAloneTheSameWeek) {
  const v1::Token caseworker = Make(v1::ROLE_CASEWORKER).token();
  const v1::CreateTokenResponse auditor = Make(v1::ROLE_AUDITOR);
  // Her secret is not to be had by rotating it either.
  v1::RotateTokenRequest rotate;
  rotate.set_name(auditor.token().name());
  v1::RotateTokenResponse rotated;
  EXPECT_THAT(Steward(&Access::RotateToken, rotate, &rotated),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  ASSERT_THAT(End(auditor.token().name()), IsOk());
  EXPECT_THAT(Opens(auditor.secret()), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken));
  EXPECT_EQ(Listed(auditor.token().name()).name(), "");
  v1::Grant grant;
  EXPECT_THAT(Steward(&Access::CreateGrant, HealthGrant(caseworker), &grant),
              HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  node_.clock().Advance(absl::Hours(24 * 7 + 1));
  EXPECT_THAT(Steward(&Access::CreateGrant, HealthGrant(caseworker), &grant), IsOk());
}

// What is opened to a caseworker is not to be had by a new secret of her token.
TEST_F(AccessTest, ATokenWithAGrantIsNotRotatedBySomebodyElseAlone) {
  const v1::CreateTokenResponse caseworker = Make(v1::ROLE_CASEWORKER);
  const v1::CreateTokenResponse other = Make(v1::ROLE_CASEWORKER);
  v1::Grant grant;
  ASSERT_THAT(Steward(&Access::CreateGrant, HealthGrant(caseworker.token()), &grant), IsOk());
  const NodeClient auditor = node_.Client(Make(v1::ROLE_AUDITOR).secret());
  v1::RotateTokenRequest rotate;
  rotate.set_name(caseworker.token().name());
  v1::RotateTokenResponse rotated;
  const absl::Status refused = Steward(&Access::RotateToken, rotate, &rotated);
  ASSERT_THAT(refused, HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded));
  EXPECT_THAT(Opens(caseworker.secret()), IsOk());
  rotate.set_permit(tests::PermitFor(refused, node_.Steward(), auditor));
  EXPECT_THAT(Steward(&Access::RotateToken, rotate, &rotated), IsOk());
  EXPECT_THAT(Opens(rotated.secret()), IsOk());
  rotate.Clear();
  rotate.set_name(other.token().name());
  EXPECT_THAT(Steward(&Access::RotateToken, rotate, &rotated), IsOk()) << "it opens nothing that is sensitive";
  node_.clock().Advance(absl::Hours(24 * 91));
  rotate.set_name(caseworker.token().name());
  EXPECT_THAT(Steward(&Access::RotateToken, rotate, &rotated), IsOk()) << "the grant is over";
}

}  // namespace
}  // namespace aangan::node

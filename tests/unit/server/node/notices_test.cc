// SPDX-License-Identifier: Apache-2.0
// Notices over the real port: never changed, and consent only under one that the node holds.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Members = v1::MemberService::Stub;
using Notices = v1::NoticeService::Stub;

class NoticesTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Notice> Add(const NodeClient& client, const std::string& version, const std::string& language,
                                 const std::string& text) {
    v1::CreateNoticeRequest request;
    request.mutable_notice()->set_purpose(v1::CONSENT_PURPOSE_BE_COUNTED);
    request.mutable_notice()->set_version(version);
    request.mutable_notice()->set_language(language);
    request.mutable_notice()->set_text(text);
    v1::Notice notice;
    const absl::Status status = client.Call(*client.notices, &Notices::CreateNotice, request, &notice);
    if (!status.ok()) return status;
    return notice;
  }
  absl::StatusOr<v1::Consent> Decide(const v1::Consent& consent) {
    v1::CreateConsentRequest request;
    request.set_parent(member_);
    *request.mutable_consent() = consent;
    v1::Consent made;
    const absl::Status status = caseworker_.Call(*caseworker_.members, &Members::CreateConsent, request, &made);
    if (!status.ok()) return status;
    return made;
  }
  static v1::Consent Given(const std::string& version, const std::string& language) {
    v1::Consent consent = tests::CountedConsent();
    consent.set_notice_version(version);
    consent.set_language(language);
    return consent;
  }
  std::string CreateMember() {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    v1::Member member;
    EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::CreateMember, request, &member), IsOk());
    return member.name();
  }

  NodeUnderTest node_;
  const NodeClient steward_ = node_.Steward();
  const NodeClient caseworker_ = node_.Caseworker();
  const std::string member_ = CreateMember();
};

TEST_F(NoticesTest, AVersionIsNeverChanged) {
  const auto first = Add(steward_, "2026.1", "hi", "शब्द");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->name(), "notices/be_counted-2026.1-hi");
  EXPECT_EQ(first->digest(), std::string(AsText(Sha256("शब्द"))));
  const auto again = Add(steward_, "2026.1", "hi", "शब्द");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->create_time().SerializeAsString(), first->create_time().SerializeAsString());
  EXPECT_THAT(Add(steward_, "2026.1", "hi", "other"), HasProblem(StatusCode::kAlreadyExists, Reason::kAlreadyExists));
  ASSERT_THAT(Add(steward_, "2026.1", "en", "words"), IsOk());
  v1::GetNoticeRequest get;
  get.set_name(first->name());
  v1::Notice read;
  ASSERT_THAT(caseworker_.Call(*caseworker_.notices, &Notices::GetNotice, get, &read), IsOk());
  EXPECT_EQ(read.text(), "शब्द");
  v1::ListNoticesRequest list;
  list.set_page_size(1);
  v1::ListNoticesResponse page;
  std::vector<std::string> names;
  do {
    ASSERT_THAT(caseworker_.Call(*caseworker_.notices, &Notices::ListNotices, list, &page), IsOk());
    for (const v1::Notice& notice : page.notices()) names.push_back(notice.name());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(names, (std::vector<std::string>{"notices/be_counted-2026.1-en", "notices/be_counted-2026.1-hi"}));
}

TEST_F(NoticesTest, WrongOnesAreRefusedWithTheirFields) {
  EXPECT_THAT(Add(steward_, "", "hi", "x"), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(Add(steward_, "a/b", "hi", "x"), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(Add(steward_, "1", "hi", ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(Add(steward_, "1", "xx", "x"), HasProblem(StatusCode::kInvalidArgument, Reason::kUnknownCode));
  EXPECT_THAT(Add(caseworker_, "1", "hi", "x"), HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed));
}

TEST_F(NoticesTest, ConsentNeedsANoticeThatIsHeldOnceThereIsOne) {
  const auto before = Decide(Given("whatever", "hi"));
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->notice_digest(), "");
  const auto notice = Add(steward_, "2026.1", "hi", "words");
  ASSERT_THAT(notice, IsOk());
  const auto unknown = HasProblem(StatusCode::kInvalidArgument, Reason::kUnknownNotice);
  EXPECT_THAT(Decide(Given("whatever", "hi")), unknown);
  EXPECT_THAT(Decide(Given("2026.1", "en")), unknown);
  const auto given = Decide(Given("2026.1", "hi"));
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->notice_digest(), notice->digest());
  v1::Consent research = Given("whatever", "hi");
  research.set_purpose(v1::CONSENT_PURPOSE_RESEARCH);
  EXPECT_THAT(Decide(research), IsOk()) << "no notice is held for this purpose";
  v1::CreateMemberRequest together;
  *together.mutable_member() = tests::SomeMember();
  *together.add_consents() = Given("2026.1", "en");
  v1::Member member;
  EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::CreateMember, together, &member), unknown);
}

TEST_F(NoticesTest, WithdrawingTakesNoNotice) {
  ASSERT_THAT(Add(steward_, "2026.1", "hi", "words"), IsOk());
  v1::Consent withdrawal = Given("", "");
  withdrawal.set_decision(v1::CONSENT_DECISION_WITHDRAWN);
  EXPECT_THAT(Decide(withdrawal), IsOk());
}

}  // namespace
}  // namespace aangan::node

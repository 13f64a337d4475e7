// SPDX-License-Identifier: Apache-2.0
// Grievances with their clock, and the summary that a member may ask for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "server/node/grievance_book.h"
#include "server/node/member_summary.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Grievances = v1::GrievanceService::Stub;
using Members = v1::MemberService::Stub;

class GrievancesTest : public ::testing::Test {
 protected:
  std::string CreateMember() {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    *request.add_consents() = tests::CountedConsent();
    v1::Member member;
    EXPECT_THAT(caseworker_.Call(*caseworker_.members, &Members::CreateMember, request, &member), IsOk());
    return member.name();
  }
  absl::StatusOr<v1::Grievance> File(const NodeClient& client, const std::string& member, const std::string& text) {
    v1::CreateGrievanceRequest request;
    request.set_parent(member);
    request.mutable_grievance()->set_text(text);
    v1::Grievance grievance;
    const absl::Status status = client.Call(*client.grievances, &Grievances::CreateGrievance, request, &grievance);
    if (!status.ok()) return status;
    return grievance;
  }
  absl::StatusOr<v1::Grievance> Answer(const NodeClient& client, const v1::Grievance& grievance,
                                       const std::string& answer) {
    v1::AnswerGrievanceRequest request;
    request.set_name(grievance.name());
    request.set_etag(grievance.etag());
    request.set_answer(answer);
    v1::Grievance answered;
    const absl::Status status = client.Call(*client.grievances, &Grievances::AnswerGrievance, request, &answered);
    if (!status.ok()) return status;
    return answered;
  }
  std::vector<std::string> List(const NodeClient& client, const std::string& parent) {
    v1::ListGrievancesRequest request;
    request.set_parent(parent);
    request.set_page_size(1);
    v1::ListGrievancesResponse page;
    std::vector<std::string> names;
    do {
      EXPECT_THAT(client.Call(*client.grievances, &Grievances::ListGrievances, request, &page), IsOk());
      for (const v1::Grievance& each : page.grievances()) names.push_back(each.name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  absl::StatusOr<v1::MemberSummary> Summary(const NodeClient& client, const std::string& member,
                                            const std::string& language) {
    v1::GetMemberSummaryRequest request;
    request.set_name(member);
    request.set_language(language);
    v1::MemberSummary summary;
    const absl::Status status = client.Call(*client.grievances, &Grievances::GetMemberSummary, request, &summary);
    if (!status.ok()) return status;
    return summary;
  }

  NodeUnderTest node_;
  const NodeClient steward_ = node_.Steward();
  const NodeClient caseworker_ = node_.Caseworker();
  const std::string member_ = CreateMember();
};

TEST_F(GrievancesTest, SheFilesOneAndIsAnsweredOnceByASteward) {
  const NodeClient herself = node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, member_));
  const auto filed = File(herself, member_, "Somebody asked me why");
  ASSERT_THAT(filed, IsOk());
  EXPECT_EQ(filed->state(), v1::GRIEVANCE_STATE_OPEN);
  const auto not_allowed = HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed);
  EXPECT_THAT(Answer(caseworker_, *filed, "No"), not_allowed);
  EXPECT_THAT(Answer(steward_, *filed, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  const auto answered = Answer(steward_, *filed, "We are sorry");
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->state(), v1::GRIEVANCE_STATE_ANSWERED);
  EXPECT_EQ(answered->answer(), "We are sorry");
  EXPECT_EQ(answered->text(), "Somebody asked me why");
  EXPECT_THAT(Answer(steward_, *answered, "Again"), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  EXPECT_EQ(List(herself, member_), std::vector<std::string>{filed->name()});
}

TEST_F(GrievancesTest, EmptyOnesAndThoseOfOthersAreRefused) {
  const NodeClient herself = node_.Client(tests::TokenFor(steward_, v1::ROLE_MEMBER, member_));
  const std::string other = CreateMember();
  const auto not_allowed = HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed);
  EXPECT_THAT(File(herself, member_, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_THAT(File(herself, other, "x"), not_allowed);
  EXPECT_THAT(Summary(herself, other, ""), not_allowed);
  v1::ListGrievancesRequest all;
  all.set_parent("members/-");
  v1::ListGrievancesResponse page;
  EXPECT_THAT(herself.Call(*herself.grievances, &Grievances::ListGrievances, all, &page), not_allowed);
}

TEST_F(GrievancesTest, AStewardSeesWhatWaitsInAllRecordsPageByPage) {
  std::set<std::string> filed;
  v1::Grievance last;
  for (int i = 0; i < 2; ++i) {
    const std::string member = CreateMember();
    for (int j = 0; j < 2; ++j) {
      const auto grievance = File(caseworker_, member, "x");
      ASSERT_THAT(grievance, IsOk());
      filed.insert(grievance->name());
      last = *grievance;
    }
  }
  ASSERT_THAT(Answer(steward_, last, "y"), IsOk());
  filed.erase(last.name());
  const std::vector<std::string> open = List(steward_, "members/-");
  EXPECT_EQ(open.size(), 3u);
  EXPECT_EQ(std::set<std::string>(open.begin(), open.end()), filed);
}

TEST_F(GrievancesTest, TheSummarySaysWhatIsRecordedInHerLanguage) {
  ASSERT_THAT(File(caseworker_, member_, "x"), IsOk());
  const auto hindi = Summary(caseworker_, member_, "hi"), english = Summary(caseworker_, member_, "");
  ASSERT_THAT(hindi, IsOk());
  ASSERT_THAT(english, IsOk());
  EXPECT_EQ(hindi->lines_size(), english->lines_size());
  EXPECT_EQ(english->member().details().full_name(), "A Name");
  EXPECT_EQ(english->lines(0), "This is what our collective has recorded about you.");
  const auto says = [](const v1::MemberSummary& summary, const std::string& text) {
    return std::any_of(summary.lines().begin(), summary.lines().end(),
                       [&](const std::string& line) { return absl::StrContains(line, text); });
  };
  EXPECT_TRUE(says(*english, "A Name"));
  EXPECT_TRUE(says(*hindi, "A Name"));
  EXPECT_TRUE(says(*english, "2025-01-02 you agreed to be counted")) << "the day of the decision";
  EXPECT_TRUE(says(*english, "No numbers have left our computer yet."));
  EXPECT_TRUE(says(*english, "within 30 days"));
  EXPECT_GE(english->audit_entries_size(), 2);
  ASSERT_EQ(english->consents_size(), 1);
  EXPECT_EQ(english->recorded_kinds_size(), 2);
  EXPECT_THAT(Summary(caseworker_, member_, "ta"), HasProblem(StatusCode::kInvalidArgument, Reason::kUnknownCode));
}

// Places of a text: {0}, {1} ...
std::set<std::string> PlacesOf(const std::string& text) {
  std::set<std::string> places;
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == '{' && text[i + 2] == '}') places.insert(text.substr(i, 3));
  }
  return places;
}

TEST(SummaryWordsTest, NoLanguageMissesAKeyOrAPlace) {
  std::map<std::string, std::map<std::string, std::string>> languages;
  for (const auto& [language, text] : SummaryTexts()) languages[language] = ParseWords(text);
  ASSERT_GE(languages.size(), 2u);
  const auto& english = languages.at("en");
  EXPECT_GT(english.size(), 20u);
  for (const auto& [language, words] : languages) {
    EXPECT_EQ(words.size(), english.size()) << language;
    for (const auto& [key, text] : english) {
      const auto found = words.find(key);
      ASSERT_NE(found, words.end()) << language << " misses " << key;
      EXPECT_FALSE(found->second.empty()) << language << " " << key;
      EXPECT_EQ(PlacesOf(found->second), PlacesOf(text)) << language << " " << key;
    }
  }
}

TEST(SummaryWordsTest, AValueThatLooksLikeAPlaceStaysAsItIs) {
  EXPECT_EQ(SummaryWords::For("en")->Say("name", {"{0} {1}"}), "Your name is written down as {0} {1}.");
}

TEST(GrievanceClock, AnAnswerIsLateAfterItsLastDay) {
  ThreeCollectives node;
  node.AcceptCatalogue(RehearsalCatalogue());
  const model::Id member = node.AddMember({2026, 8, 1});
  SystemRandom random;
  store::v1::GrievanceRecord record;
  record.set_text("x");
  record.set_due_day(20000);
  storage::node::RecordsChange change;
  const model::RecordName name{model::RecordKind::kGrievance, member, model::RandomId(random)};
  change.writes.push_back({storage::node::WriteKind::kCreate, name, 0, record});
  ASSERT_THAT(node.store().SubmitAndWait(std::move(change)), IsOk());
  GrievanceBook book(&node.store());
  ASSERT_THAT(book.Look(20000), IsOk());
  EXPECT_FALSE(book.overdue()) << "its last day is in time";
  ASSERT_THAT(book.Look(20001), IsOk());
  EXPECT_TRUE(book.overdue());
  record.set_answer("y");
  record.set_answer_time_us(1);
  storage::node::RecordsChange answer;
  answer.writes.push_back({storage::node::WriteKind::kUpdate, name, 1, record});
  ASSERT_THAT(node.store().SubmitAndWait(std::move(answer)), IsOk());
  ASSERT_THAT(book.Look(20001), IsOk());
  EXPECT_FALSE(book.overdue());
}

// What left keeps what she had said when it left; what falls into it goes by her records now.
TEST(SummaryOfWhatLeft, SaysWhetherSheHadAgreed) {
  constexpr model::Period kQuarter{2026, 3};
  ThreeCollectives node;
  node.AcceptCatalogue(RehearsalCatalogue());
  const model::Id member = node.AddMember({2026, 8, 1});
  node.Announce(kQuarter);
  ASSERT_THAT(node.close().Close(kQuarter, "tokens/test"), IsOk());
  const auto preview = node.close().Look(kQuarter);
  ASSERT_THAT(preview, IsOk());
  ASSERT_THAT(node.close().Approve(kQuarter, AsText(preview->entry.proposal_digest), "tokens/test"), IsOk());
  const auto summary = [&] {
    const auto found = node.store().Get({model::RecordKind::kMember, member, member});
    const model::Day today = model::DayInIndia(node.clock().Now());
    return *Summarise(node.store(), node.once(), *found, today, *SummaryWords::For("en"), 30);
  };
  EXPECT_EQ(summary().counted_quarters_size(), 0) << "approved, and not sent yet";
  ASSERT_THAT(node.once().MarkSent(kQuarter, "receipt"), IsOk());
  ASSERT_EQ(summary().counted_quarters_size(), 1);
  EXPECT_TRUE(summary().counted_quarters(0).agreed());
  EXPECT_TRUE(summary().counted_quarters(0).has_records());
  node.clock().Advance(absl::Hours(24));
  SystemRandom random;
  store::v1::ConsentRecord withdrawn;
  withdrawn.set_purpose(2);
  withdrawn.set_decision(2);
  withdrawn.set_decision_day(model::DayInIndia(node.clock().Now()));
  storage::node::RecordsChange change;
  change.writes.push_back({storage::node::WriteKind::kCreate,
                           {model::RecordKind::kConsent, member, model::RandomId(random)},
                           0,
                           withdrawn});
  ASSERT_THAT(node.store().SubmitAndWait(std::move(change)), IsOk());
  EXPECT_TRUE(summary().counted_quarters(0).agreed()) << "she had agreed then";
  EXPECT_THAT(summary().lines(), ::testing::Contains("You are not counted in new numbers: your consent has ended."));
}

}  // namespace
}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Errors that callers read: typed, bounded, and without a word of what they sent.
#include "base/problem.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace aangan {
namespace {

static_assert(!std::is_constructible_v<Literal, std::string>, "text of run time must not become an error's text");
static_assert(!std::is_constructible_v<Literal, absl::string_view>);

constexpr char kErrorInfo[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kBadRequest[] = "type.googleapis.com/google.rpc.BadRequest";

template <typename Message>
Message PayloadOf(const absl::Status& status, const char* type) {
  Message message;
  auto payload = status.GetPayload(type);
  EXPECT_TRUE(payload.has_value()) << type;
  EXPECT_TRUE(message.ParseFromString(std::string(payload.value_or(absl::Cord()))));
  return message;
}

size_t DetailBytes(const absl::Status& status) {
  size_t bytes = status.message().size();
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& value) { bytes += type.size() + value.size(); });
  return bytes;
}

TEST(Problem, CarriesCodeReasonDomainAndMetadata) {
  absl::Status status = Problem(absl::StatusCode::kAborted, Reason::kStaleEtag, "read it again")
                            .Name("resource", "members/abc")
                            .Number("attempt", 3)
                            .Text("hint", "get first");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "read it again");
  auto info = PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfo);
  EXPECT_EQ(info.domain(), "aangan");
  EXPECT_EQ(info.reason(), "STALE_ETAG");
  EXPECT_EQ(info.metadata().at("resource"), "members/abc");
  EXPECT_EQ(info.metadata().at("attempt"), "3");
  EXPECT_EQ(info.metadata().at("hint"), "get first");
  EXPECT_FALSE(status.GetPayload(kBadRequest).has_value()) << "no field was at fault";
  EXPECT_EQ(ReasonOf(status), "STALE_ETAG");
  EXPECT_TRUE(HasReason(status, Reason::kStaleEtag));
  EXPECT_FALSE(HasReason(status, Reason::kBusy));
}

TEST(Problem, NamesEachFieldAtFault) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "look at the fields");
  EXPECT_FALSE(problem.has_fields());
  problem.Field("service.received_date", "a day that is over").Field("tables[2].id", "lower case");
  EXPECT_TRUE(problem.has_fields());
  auto bad = PayloadOf<google::rpc::BadRequest>(problem.ToStatus(), kBadRequest);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(0).field(), "service.received_date");
  EXPECT_EQ(bad.field_violations(0).description(), "a day that is over");
  EXPECT_EQ(bad.field_violations(1).field(), "tables[2].id");
}

TEST(Problem, KeepsTwentyFieldsAndCountsTheRest) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "look at the fields");
  for (int i = 0; i < 50; ++i) problem.Field(absl::StrCat("field_", i), "a code of the list");
  absl::Status status = problem;
  EXPECT_EQ(PayloadOf<google::rpc::BadRequest>(status, kBadRequest).field_violations_size(), 20);
  EXPECT_EQ(PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfo).metadata().at("violationsLeftOut"), "30");
}

TEST(Problem, StaysUnderFourKibibytesWhateverIsPutIn) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "look at the fields");
  for (int i = 0; i < 200; ++i) {
    problem.Field(std::string(1000, 'f'), "something that takes a while to say, so that all of it together is long");
    problem.Name("resource", std::string(1000, 'r')).Number("number", i).Text("hint", "what else can be said");
  }
  absl::Status status = problem;
  EXPECT_LT(DetailBytes(status), 4096u);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  auto bad = PayloadOf<google::rpc::BadRequest>(status, kBadRequest);
  auto info = PayloadOf<google::rpc::ErrorInfo>(status, kErrorInfo);
  EXPECT_GT(bad.field_violations_size(), 0);
  EXPECT_EQ(info.metadata().at("violationsLeftOut"), absl::StrCat(200 - bad.field_violations_size()));
}

TEST(Problem, ANameThatIsSomebodysTextLosesIt) {
  absl::Status status = Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "no such member")
                            .Name("resource", "members/Sita Devi; +91 (98) सीता")
                            .Field("member.name\nSita Devi", "a name");
  const std::string all = status.ToString(absl::StatusToStringMode::kWithEverything);
  EXPECT_EQ(all.find("Sita Devi"), std::string::npos) << all;
  EXPECT_EQ(all.find("+91"), std::string::npos) << all;
  EXPECT_EQ(all.find("सी"), std::string::npos) << all;
}

TEST(Problem, EveryReasonHasANameOfItsOwnInUpperSnakeCase) {
  std::set<absl::string_view> names;
  for (int i = 0; i <= static_cast<int>(Reason::kInternal); ++i) {
    absl::string_view name = ReasonName(static_cast<Reason>(i));
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), absl::string_view::npos) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(ReasonName(Reason::kInvalidField), "INVALID_FIELD");
  EXPECT_EQ(ReasonName(Reason::kRequestIdReused), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonName(Reason::kNotEnoughSignatures), "NOT_ENOUGH_SIGNATURES");
  EXPECT_EQ(ReasonName(Reason::kRehearsalNotAllowed), "REHEARSAL_NOT_ALLOWED");
  EXPECT_EQ(ReasonName(Reason::kInternal), "INTERNAL");
}

TEST(Problem, AStatusOfAnotherMakerHasNoReason) {
  absl::Status plain = absl::NotFoundError("elsewhere");
  EXPECT_EQ(ReasonOf(plain), "");
  google::rpc::ErrorInfo foreign;
  foreign.set_domain("example.com");
  foreign.set_reason("STALE_ETAG");
  plain.SetPayload(kErrorInfo, absl::Cord(foreign.SerializeAsString()));
  EXPECT_FALSE(HasReason(plain, Reason::kStaleEtag));
  plain.SetPayload(kErrorInfo, absl::Cord("\xff\xff"));
  EXPECT_EQ(ReasonOf(plain), "");
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
}

}  // namespace
}  // namespace aangan

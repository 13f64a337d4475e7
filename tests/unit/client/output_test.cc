// SPDX-License-Identifier: Apache-2.0
// One table, three forms; errors as words and as JSON; exit codes; Indian grouping.
#include "client/command/output.h"

#include "base/problem.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace aangan::client {
namespace {

Table Sample() {
  return {{"indicator", "number", "shown"},
          {{std::string("needs, met"), int64_t{450000}, true}, {std::string("=cmd"), std::monostate{}, false}}};
}

std::string Printed(OutputForm form, const Table& table) {
  testing::internal::CaptureStdout();
  Output(form).Print(table);
  return testing::internal::GetCapturedStdout();
}

TEST(Output, TheSameRowsMakeTableJsonAndCsv) {
  EXPECT_NE(Printed(OutputForm::kTable, Sample()).find("4,50,000"), std::string::npos);
  const auto json = nlohmann::json::parse(Printed(OutputForm::kJson, Sample()));
  EXPECT_EQ(json[0]["number"], 450000);
  EXPECT_EQ(json[0]["shown"], true);
  EXPECT_TRUE(json[1]["number"].is_null());
  EXPECT_EQ(Printed(OutputForm::kCsv, Sample()),
            "indicator,number,shown\r\n\"needs, met\",450000,yes\r\n'=cmd,,no\r\n");
}

TEST(Output, NothingIsAnEmptyListForMachinesAndWordsForPeople) {
  EXPECT_EQ(nlohmann::json::parse(Printed(OutputForm::kJson, {{"a"}, {}})).size(), 0u);
  EXPECT_EQ(Printed(OutputForm::kTable, {{"a"}, {}}), "");
}

TEST(Output, ErrorsAreJsonToo) {
  testing::internal::CaptureStderr();
  const int code =
      Output(OutputForm::kJson)
          .Fail(Problem(absl::StatusCode::kInvalidArgument, Reason::kUnknownCode, "a code is not in its list")
                    .Field("member.gender", "must be a code of the list gender"));
  const auto error = nlohmann::json::parse(testing::internal::GetCapturedStderr())["error"];
  EXPECT_EQ(code, kExitFailed);
  EXPECT_EQ(error["reason"], "UNKNOWN_CODE");
  EXPECT_EQ(error["fields"][0]["field"], "member.gender");
}

// Found by output_fuzz: a byte that is no UTF-8 in a server's message ended the program.
TEST(Output, AMessageThatIsNoUtf8IsStillJson) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(Output(OutputForm::kJson).Fail(absl::UnavailableError("half \xc1 letter")), 69);
  EXPECT_EQ(nlohmann::json::parse(testing::internal::GetCapturedStderr())["error"]["message"],
            "half \xef\xbf\xbd letter");
}

// What a server said reached the terminal as it was.
TEST(Output, ATerminalIsToldNothingButText) {
  testing::internal::CaptureStderr();
  Output(OutputForm::kTable).Fail(absl::AbortedError("\x1b]0;title\x07 \xc2\x9b 31m\tred\nline \xe0\xa4\x86"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "aangan: ?]0;title? ? 31m?red\nline \xe0\xa4\x86\n");
  EXPECT_NE(Printed(OutputForm::kTable, {{"name"}, {{std::string("\x1b[2J")}}}).find("?[2J"), std::string::npos);
}

TEST(Output, ExitCodesSayWhatKindOfFailure) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), 69);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), 77);
  EXPECT_EQ(ExitCodeOf(Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing, "no key")), 78);
  EXPECT_EQ(ExitCodeOf(absl::AbortedError("")), 1);
}

TEST(Output, NumbersAreGroupedAsInIndia) {
  EXPECT_EQ(GroupedNumber(0), "0");
  EXPECT_EQ(GroupedNumber(999), "999");
  EXPECT_EQ(GroupedNumber(-1234), "-1,234");
  EXPECT_EQ(GroupedNumber(123456789), "12,34,56,789");
}

}  // namespace
}  // namespace aangan::client

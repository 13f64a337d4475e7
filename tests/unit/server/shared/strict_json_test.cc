// SPDX-License-Identifier: Apache-2.0
// JSON is taken as RFC 8259 has it and not deeper than 32; what is refused is told by its place, never by its text.
#include "server/shared/strict_json.h"

#include <gtest/gtest.h>

#include <string>

#include "base/problem.h"
#include "tests/support/status_matchers.h"

namespace aangan::server {
namespace {

using tests::IsOk;

std::string Deep(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(StrictJson, TakesWhatTheStandardHas) {
  for (const std::string text : {"{}", "[]", "0", R"({"a": {"b": [1, -2.5e3, true, null, "é\u00e9"]}, "c": {"b": 1}})",
                                 R"(  {"a_b": 1, "ab": 2}  )"})
    EXPECT_THAT(CheckJson(text), IsOk()) << text;
}

TEST(StrictJson, RefusesWhatAMoreGenerousParserTakes) {
  for (const std::string text :
       {"", "{'a': 1}", "{a: 1}", R"({"a": 1,})", "[1,]", R"({"a": 1} {})", R"({"a": 1}x)", "// c\n{}", "{\"a\": .5}",
        "{\"a\": 01}", "{\"a\": NaN}", "{\"a\": \"\t\"}", "{\"a\": \"\xff\"}", R"({"a": "\ud800"})", "{\"a\": 1"})
    EXPECT_TRUE(HasReason(CheckJson(text), Reason::kInvalidField)) << text;
}

TEST(StrictJson, RefusesAKeyThatStandsTwiceInOneObject) {
  for (const std::string text : {R"({"a": 1, "a": 1})", R"({"x": {"b": 1, "c": 2, "b": 3}})",
                                 R"({"displayName": "a", "display_name": "b"})", "{\"a\": 1, \"\\u0061\": 2}"})
    EXPECT_TRUE(HasReason(CheckJson(text), Reason::kInvalidField)) << text;
}

TEST(StrictJson, ThirtyTwoDeepAndNoDeeper) {
  EXPECT_THAT(CheckJson(Deep(kJsonDepthMax)), IsOk());
  EXPECT_TRUE(HasReason(CheckJson(Deep(kJsonDepthMax + 1)), Reason::kTooLarge));
  EXPECT_TRUE(HasReason(CheckJson(std::string(100'000, '[')), Reason::kTooLarge));
}

TEST(StrictJson, NothingOfTheTextIsInTheError) {
  for (const std::string text : {R"({"Zanaryname": Zanaryvalue})", R"({"Zanaryname": 1, "Zanaryname": 1})"}) {
    EXPECT_EQ(CheckJson(text).ToString(absl::StatusToStringMode::kWithEverything).find("Zanary"), std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// Log lines: whole, parseable, and without room for anybody's text.
#include "base/log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/problem.h"
#include "tests/support/seeded_random.h"

namespace aangan {
namespace {

// What the lines logged inside `body` look like in one format.
template <typename Body>
std::string Logged(LogFormat format, Body body) {
  SetLogFormat(format);
  testing::internal::CaptureStderr();
  body();
  SetLogFormat(LogFormat::kAuto);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, AJsonLineCarriesEachValueUnderItsKey) {
  const std::string line = Logged(LogFormat::kJson, [] {
    LogWarning("round", "sent \"once\"")
        .Name("round", "rosters/india/rounds/2025-Q1")
        .Number("cells", -812)
        .Text("why", "late")
        .Duration("took_us", absl::Milliseconds(3))
        .Status(Problem(absl::StatusCode::kAborted, Reason::kStaleEtag, "somebody changed it"));
  });
  ASSERT_EQ(line.back(), '\n');
  auto json = nlohmann::json::parse(line, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << line;
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["component"], "round");
  EXPECT_EQ(json["event"], "sent \"once\"");
  EXPECT_EQ(json["round"], "rosters/india/rounds/2025-Q1");
  EXPECT_EQ(json["cells"], -812);
  EXPECT_EQ(json["took_us"], 3000);
  EXPECT_EQ(json["code"], "ABORTED");
  EXPECT_EQ(json["reason"], "STALE_ETAG");
  EXPECT_EQ(line.find("somebody"), std::string::npos) << "a status gives its code and reason, never its message";
}

TEST(Log, ATextLineSaysTheSame) {
  const std::string line =
      Logged(LogFormat::kText, [] { LogInfo("store", "opened").Number("format", 1).Name("file", "a.key"); });
  EXPECT_NE(line.find(" info store: opened format=1 file=a.key\n"), std::string::npos) << line;
}

TEST(Log, WhateverIsGivenAsANameOnlyAllowedCharactersComeOut) {
  constexpr uint64_t kSeed = 77;
  tests::SeededRandom random(kSeed);
  for (int round = 0; round < 300; ++round) {
    std::string name(random.Below(400), '\0');
    random.Fill({reinterpret_cast<uint8_t*>(name.data()), name.size()});
    const std::string line = Logged(LogFormat::kText, [&] { LogInfo("x", "y").Name("n", name); });
    const size_t begin = line.find(" n=");
    ASSERT_NE(begin, std::string::npos);
    const std::string value = line.substr(begin + 3, line.size() - begin - 4);
    ASSERT_EQ(value.size(), std::min<size_t>(name.size(), 200)) << "seed " << kSeed << " round " << round;
    for (char c : value) {
      ASSERT_TRUE(isalnum(static_cast<unsigned char>(c)) || std::string("/_.:-?").find(c) != std::string::npos)
          << "seed " << kSeed << " round " << round << " character " << int{c};
    }
    ASSERT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  }
}

TEST(Log, ANameInAnyScriptLosesItsLetters) {
  const std::string line = Logged(LogFormat::kJson, [] { LogInfo("x", "y").Name("n", "सीता, Sita \"S\"\n"); });
  EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  EXPECT_EQ(line.find("सी"), std::string::npos);
  EXPECT_NE(line.find("Sita??S??"), std::string::npos) << line;
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  const std::string lines = Logged(LogFormat::kText, [] {
    LogDebug("x", "not by default");
    SetLogLevel(LogLevel::kError);
    LogWarning("x", "not now").Number("n", 1).Text("t", "u").Name("v", "w");
    LogError("x", "always");
    SetLogLevel(LogLevel::kInfo);
  });
  EXPECT_EQ(lines.find("not"), std::string::npos) << lines;
  EXPECT_NE(lines.find("error x: always"), std::string::npos) << lines;
}

}  // namespace
}  // namespace aangan

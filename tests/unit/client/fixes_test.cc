// SPDX-License-Identifier: Apache-2.0
// Every reason that the software gives has its fix; what is too new to be known has one by its code.
#include "client/command/fixes.h"

#include "base/problem.h"
#include "client/command/output.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace aangan::client {
namespace {

TEST(Fixes, EveryReasonHasItsOwn) {
  const std::string by_code = FixOf("", absl::StatusCode::kInternal);
  for (int i = 0; i <= static_cast<int>(Reason::kInternal); ++i) {
    const absl::string_view reason = ReasonName(static_cast<Reason>(i));
    EXPECT_NE(FixOf(reason, absl::StatusCode::kInternal), by_code) << reason;
  }
}

TEST(Fixes, AnUnknownReasonHasTheOneOfItsCode) {
  EXPECT_EQ(std::string(FixOf("NOT_YET_THOUGHT_OF", absl::StatusCode::kUnavailable)),
            FixOf("", absl::StatusCode::kUnavailable));
  EXPECT_NE(std::string(FixOf("", absl::StatusCode::kUnavailable)), FixOf("", absl::StatusCode::kPermissionDenied));
}

TEST(Fixes, AnErrorAsJsonIsOneObjectWithCodeMessageAndFix) {
  testing::internal::CaptureStderr();
  Output(OutputForm::kJson).Fail(Problem(absl::StatusCode::kUnavailable, Reason::kNoLink, "no link"));
  const auto error = nlohmann::json::parse(testing::internal::GetCapturedStderr())["error"];
  EXPECT_EQ(error["code"], "UNAVAILABLE");
  EXPECT_EQ(error["message"], "no link");
  EXPECT_EQ(error["fix"], FixOf("NO_LINK", absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace aangan::client

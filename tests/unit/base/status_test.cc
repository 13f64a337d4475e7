// SPDX-License-Identifier: Apache-2.0
// Annotate keeps what a caller needs; the macros return early and once.
#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/problem.h"

namespace aangan {
namespace {

TEST(Status, AnnotatePutsThePlaceFirstAndKeepsCodeAndDetails) {
  absl::Status status =
      Annotate(Problem(absl::StatusCode::kAborted, Reason::kStaleEtag, "read it again"), "storage/apply");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "storage/apply: read it again");
  EXPECT_TRUE(HasReason(status, Reason::kStaleEtag));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "anywhere").ok());
}

absl::Status ReturnsEarly(const absl::Status& first, int& reached) {
  RETURN_IF_ERROR(first);
  ++reached;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<int>> Doubled(absl::StatusOr<std::unique_ptr<int>> value) {
  ASSIGN_OR_RETURN(std::unique_ptr<int> held, std::move(value));
  *held *= 2;
  return held;
}

TEST(Status, MacrosReturnTheFailureAndHandOnTheValue) {
  int reached = 0;
  EXPECT_EQ(ReturnsEarly(absl::NotFoundError("x"), reached), absl::NotFoundError("x"));
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(ReturnsEarly(absl::OkStatus(), reached).ok());
  EXPECT_EQ(reached, 1);
  EXPECT_EQ(Doubled(absl::NotFoundError("x")).status(), absl::NotFoundError("x"));
  EXPECT_EQ(**Doubled(std::make_unique<int>(21)), 42);
}

}  // namespace
}  // namespace aangan

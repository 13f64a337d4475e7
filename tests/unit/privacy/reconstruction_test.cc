// SPDX-License-Identifier: Apache-2.0
// Direct rounds: the sum, cell by cell.
#include "privacy/reconstruction.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::privacy {
namespace {

TEST(SumDirect, AddsCellByCell) {
  EXPECT_EQ(*SumDirect({{{}, {1, -2, 3}}, {{}, {10, 20, -30}}}), (std::vector<int64_t>{11, 18, -27}));
}

TEST(SumDirect, RefusesNothingAndUnequalLengths) {
  EXPECT_THAT(SumDirect({}), tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
  EXPECT_THAT(SumDirect({{{}, {1}}, {{}, {1, 2}}}),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength));
}

}  // namespace
}  // namespace aangan::privacy

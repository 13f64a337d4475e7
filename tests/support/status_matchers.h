// SPDX-License-Identifier: Apache-2.0
// EXPECT_THAT(status, IsOk()), EXPECT_THAT(status, HasProblem(code, reason)) for Status and StatusOr.
#ifndef AANGAN_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define AANGAN_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/problem.h"

namespace aangan::tests {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  const absl::Status status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.ok();
}

MATCHER_P2(HasProblem, code, reason,
           absl::StatusCodeToString(code) + " with reason " + std::string(ReasonName(reason))) {
  const absl::Status status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code && HasReason(status, reason);
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_STATUS_MATCHERS_H_

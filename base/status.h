// SPDX-License-Identifier: Apache-2.0
// Status macros that Abseil lacks on Debian 12.
//
// RETURN_IF_ERROR(expr): expr is an absl::Status; a failure is returned from the enclosing function.
// ASSIGN_OR_RETURN(lhs, expr): expr is an absl::StatusOr<T>; its value goes to lhs, a failure is returned.
// Both work in functions that return Status or StatusOr<U>.
#ifndef AANGAN_BASE_STATUS_H_
#define AANGAN_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace aangan {

// Puts `where` before the message of a failure and keeps code and details. `where` names the part of the program, never
// data. OK stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view where);

}  // namespace aangan

#define AANGAN_CONCAT_INNER(a, b) a##b
#define AANGAN_CONCAT(a, b) AANGAN_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                                                           \
  do {                                                                                  \
    if (absl::Status aangan_status = (expr); !aangan_status.ok()) return aangan_status; \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_INNER(AANGAN_CONCAT(aangan_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER(value_or, lhs, expr)        \
  auto value_or = (expr);                                  \
  if (!value_or.ok()) return std::move(value_or).status(); \
  lhs = *std::move(value_or)

#endif  // AANGAN_BASE_STATUS_H_

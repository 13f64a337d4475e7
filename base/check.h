// SPDX-License-Identifier: Apache-2.0
// AANGAN_CHECK(condition): a broken invariant is our own error; the process stops at once and a restart is cheap. The
// message is the source text of the condition and its place, never a value.
#ifndef AANGAN_BASE_CHECK_H_
#define AANGAN_BASE_CHECK_H_

namespace aangan {

// Writes "check failed: <condition> at <file>:<line>" to standard error and aborts. Thread-safe.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace aangan

#define AANGAN_CHECK(condition)                                              \
  do {                                                                       \
    if (!(condition)) ::aangan::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)

#endif  // AANGAN_BASE_CHECK_H_

// SPDX-License-Identifier: Apache-2.0
// The end of a process whose invariant is broken: see check.h.
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace aangan {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace aangan

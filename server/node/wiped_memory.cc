// SPDX-License-Identifier: Apache-2.0
// The allocator's options, and whether it follows them.
#include "server/node/wiped_memory.h"

#ifdef AANGAN_JEMALLOC
#include <jemalloc/jemalloc.h>

#include <cstring>

#include "base/problem.h"

// jemalloc looks for this name in the program.
extern "C" {
const char* malloc_conf = "junk:free";
}
#endif

namespace aangan::node {

absl::Status FreedMemoryIsWiped() {
#ifdef AANGAN_JEMALLOC
  const char* junk = "";
  size_t size = sizeof(junk);
  if (mallctl("opt.junk", &junk, &size, nullptr, 0) != 0 || std::strcmp(junk, "free") != 0) {
    return Problem(
        absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
        "Memory that is freed would not be overwritten, because the environment changes the allocator. Start "
        "the node without MALLOC_CONF and LD_PRELOAD.");
  }
#endif
  return absl::OkStatus();  // a sanitizer's build has the sanitizer's allocator, and no member's records
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// What is freed is overwritten: a name that a call brought is then in no memory image, swap file or core dump of a node
// once the call is over. jemalloc does it for every block of the process, those of gRPC, OpenSSL and RocksDB among
// them; glibc's own M_PERTURB leaves out the blocks that a thread keeps for itself.
//
// Secrets that live longer lie in the arena of base/secret. What gRPC and OpenSSL keep in the buffers of a connection
// goes when the connection does: the front of a node closes those that are idle (kIdleMax).
// Threads: thread-safe. Source of the option: jemalloc(3), opt.junk.
#ifndef AANGAN_SERVER_NODE_WIPED_MEMORY_H_
#define AANGAN_SERVER_NODE_WIPED_MEMORY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace aangan::node {

// gRPC looks at an idle connection so often, so it is closed after once to twice this time: within ten seconds.
inline constexpr absl::Duration kIdleMax = absl::Seconds(3);
// One that is never idle is closed too, when the call on it has ended; clients open the next by themselves.
inline constexpr absl::Duration kConnectionAgeMax = absl::Minutes(1);

// FAILED_PRECONDITION (WRONG_STATE) with what to do where freed memory would stay as it is.
absl::Status FreedMemoryIsWiped();

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_WIPED_MEMORY_H_

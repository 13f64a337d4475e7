// SPDX-License-Identifier: Apache-2.0
// Overwrites what calls that have returned left on the calling thread's stack: short texts lie in the frames themselves,
// and a thread that waits for its next call would keep them.
// Threads: of the calling thread. Units and bounds: 64 KiB below the caller, deeper than the frames of an rpc go.
#ifndef AANGAN_SERVER_SHARED_WIPED_STACK_H_
#define AANGAN_SERVER_SHARED_WIPED_STACK_H_

#include <sodium.h>

namespace aangan::server {

inline void WipeStack() { sodium_stackzero(64 << 10); }

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WIPED_STACK_H_

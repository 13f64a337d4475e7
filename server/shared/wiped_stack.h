// SPDX-License-Identifier: Apache-2.0
// Overwrites what calls that have returned left on the calling thread's stack and in its vector registers: short texts
// lie in the frames themselves, copying leaves them in registers, and whoever binds a function late or takes a signal
// writes those to the stack again. A thread that waits for its next call would keep them.
//
// By the calling convention a function may overwrite all vector registers, so nothing is lost. Those that only
// processors with AVX-512 have are what the C library copies with there.
// Threads: of the calling thread. Units and bounds: 64 KiB below the caller, deeper than the frames of an rpc go.
#ifndef AANGAN_SERVER_SHARED_WIPED_STACK_H_
#define AANGAN_SERVER_SHARED_WIPED_STACK_H_

#include <sodium.h>

namespace aangan::server {

[[gnu::noinline]] inline void WipeVectorRegisters() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    __asm__ volatile(
        "vpxord %zmm16, %zmm16, %zmm16; vpxord %zmm17, %zmm17, %zmm17; vpxord %zmm18, %zmm18, %zmm18;"
        "vpxord %zmm19, %zmm19, %zmm19; vpxord %zmm20, %zmm20, %zmm20; vpxord %zmm21, %zmm21, %zmm21;"
        "vpxord %zmm22, %zmm22, %zmm22; vpxord %zmm23, %zmm23, %zmm23; vpxord %zmm24, %zmm24, %zmm24;"
        "vpxord %zmm25, %zmm25, %zmm25; vpxord %zmm26, %zmm26, %zmm26; vpxord %zmm27, %zmm27, %zmm27;"
        "vpxord %zmm28, %zmm28, %zmm28; vpxord %zmm29, %zmm29, %zmm29; vpxord %zmm30, %zmm30, %zmm30;"
        "vpxord %zmm31, %zmm31, %zmm31");
  }
  if (__builtin_cpu_supports("avx")) {
    __asm__ volatile("vzeroall" ::
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                           "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  }
#endif
}

inline void WipeStack() {
  sodium_stackzero(64 << 10);
  WipeVectorRegisters();
}

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WIPED_STACK_H_

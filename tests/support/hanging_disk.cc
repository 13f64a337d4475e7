// SPDX-License-Identifier: Apache-2.0
// A disk that hangs: while the file that AANGAN_TEST_HANGING_DISK names is there, nothing that this program or its
// libraries sync comes to an end. Linked into a program, these take the place of the C library's.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace {

// Another process makes and takes away the file, and gives no signal that this one could wait for.
void AwaitDisk() {
  static const char* const hangs = std::getenv("AANGAN_TEST_HANGING_DISK");
  while (hangs != nullptr && access(hangs, F_OK) == 0) usleep(20'000);
}

}  // namespace

extern "C" int fdatasync(int file) {
  AwaitDisk();
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

extern "C" int fsync(int file) {
  AwaitDisk();
  return static_cast<int>(syscall(SYS_fsync, file));
}

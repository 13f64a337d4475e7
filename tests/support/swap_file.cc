// SPDX-License-Identifier: Apache-2.0
// swapon(2) and process_madvise(2) with MADV_PAGEOUT.
#include "tests/support/swap_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/support/node_client.h"
#include "tests/support/process_memory.h"

namespace aangan::tests {
namespace {

// The kernel writes to the disk past the cache of files, so nothing of the file may stay in it.
void DropFromCache(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  fsync(file);
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  close(file);
}

}  // namespace

std::unique_ptr<SwapFile> SwapFile::Make(const std::string& path, size_t bytes) {
  std::ofstream(path) << std::string(bytes, '\0');
  const std::string made = Printed(absl::StrCat("chmod 600 ", path, " && /usr/sbin/mkswap ", path, " >/dev/null"));
  if (made != "code 0\n") return nullptr;
  DropFromCache(path);
  if (swapon(path.c_str(), 0) != 0) return nullptr;
  return std::unique_ptr<SwapFile>(new SwapFile(path));
}

SwapFile::~SwapFile() { swapoff(path_.c_str()); }

bool SwapFile::SwapOut(pid_t pid) const {
  const auto process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return false;
  int64_t out = 0;
  for (const auto& [begin, end] : WritableRanges(pid)) {
    const iovec range = {reinterpret_cast<void*>(begin), end - begin};
    const long done = syscall(SYS_process_madvise, process, &range, 1, MADV_PAGEOUT, 0);
    if (done > 0) out += done;  // of locked pages the kernel refuses it
  }
  close(process);
  return out > 0;
}

std::string SwapFile::Contents() const {
  DropFromCache(path_);
  return ReadAll(path_);
}

}  // namespace aangan::tests

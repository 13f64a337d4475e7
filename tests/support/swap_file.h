// SPDX-License-Identifier: Apache-2.0
// A swap file for the length of a test, and the pages of another process sent into it: what would lie on a disk if the
// machine ran short of memory. Needs root and the rights of a machine of its own; a container often has them not.
// Threads: one thread.
#ifndef AANGAN_TESTS_SUPPORT_SWAP_FILE_H_
#define AANGAN_TESTS_SUPPORT_SWAP_FILE_H_

#include <sys/types.h>

#include <memory>
#include <string>

namespace aangan::tests {

class SwapFile {
 public:
  // Null where the machine lets no swap file in.
  static std::unique_ptr<SwapFile> Make(const std::string& path, size_t bytes);
  ~SwapFile();  // takes it out again
  SwapFile(const SwapFile&) = delete;

  // Asks the kernel to write out what it may of the process; false where it does not do so.
  bool SwapOut(pid_t pid) const;
  std::string Contents() const;

 private:
  explicit SwapFile(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_SWAP_FILE_H_

// SPDX-License-Identifier: Apache-2.0
// What opens the master key of a node under test: a key file, because a passphrase takes a second.
#ifndef AANGAN_TESTS_SUPPORT_KEY_LOCK_H_
#define AANGAN_TESTS_SUPPORT_KEY_LOCK_H_

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace aangan::tests {

inline constexpr char kKeyFileBytes[] = "32 bytes that only tests know it.";

// Makes the file (mode 0600) and returns its path, for --node.key_file.
inline std::string MakeKeyFile(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || write(file, kKeyFileBytes, sizeof(kKeyFileBytes) - 1) < 32 || close(file) != 0) std::abort();
  return path;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_KEY_LOCK_H_

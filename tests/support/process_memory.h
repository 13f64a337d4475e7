// SPDX-License-Identifier: Apache-2.0
// What lies in the memory of another process, byte for byte: to show that something is not there.
#ifndef AANGAN_TESTS_SUPPORT_PROCESS_MEMORY_H_
#define AANGAN_TESTS_SUPPORT_PROCESS_MEMORY_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace aangan::tests {

// Locked pages go neither to swap nor, here, into a core dump.
enum class Pages { kAll, kLocked, kUnlocked };

// Which of the needles (by index, each at least eight bytes) lie in a writable mapping of the process, or in a file
// below the folder. The caller may trace the process: its own child, or root.
std::vector<size_t> FoundInMemory(pid_t pid, const std::vector<std::string>& needles, Pages pages = Pages::kAll);
std::vector<size_t> FoundInBytes(const std::string& bytes, const std::vector<std::string>& needles);
std::vector<size_t> FoundInFolder(const std::string& folder, const std::vector<std::string>& needles);

// Beginnings and ends of the process's writable mappings.
std::vector<std::pair<uint64_t, uint64_t>> WritableRanges(pid_t pid);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_PROCESS_MEMORY_H_

// SPDX-License-Identifier: Apache-2.0
// Reads /proc/<pid>/smaps and mem, and folders.
#include "tests/support/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/node_client.h"

namespace aangan::tests {
namespace {

// One pass for all needles: most places are told apart by a hash of their first eight bytes.
class Search {
 public:
  explicit Search(const std::vector<std::string>& needles) : needles_(needles), maybe_(size_t{1} << 16, false) {
    for (const std::string& needle : needles_) {
      if (needle.size() < sizeof(uint64_t)) std::abort();
      maybe_[HashAt(needle.data())] = true;
    }
  }
  void In(const std::string& bytes) {
    for (size_t at = 0; at + sizeof(uint64_t) <= bytes.size(); ++at) {
      if (!maybe_[HashAt(bytes.data() + at)]) continue;
      for (size_t i = 0; i < needles_.size(); ++i) {
        if (bytes.compare(at, needles_[i].size(), needles_[i]) == 0) found_.insert(i);
      }
    }
  }
  std::vector<size_t> found() const { return {found_.begin(), found_.end()}; }

 private:
  static size_t HashAt(const char* at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    return (word * 0x9E3779B97F4A7C15u) >> 48;
  }
  const std::vector<std::string>& needles_;
  std::vector<char> maybe_;
  std::set<size_t> found_;
};

struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool locked = false;
};

std::vector<Mapping> WritableMappings(pid_t pid) {
  std::ifstream maps(absl::StrCat("/proc/", pid, "/smaps"));
  std::vector<Mapping> mappings;
  bool writable = false;
  std::string line;
  while (std::getline(maps, line)) {
    Mapping next;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &next.begin, &next.end, rights) == 3) {
      writable = absl::StartsWith(rights, "rw");
      if (writable) mappings.push_back(next);
    } else if (writable && absl::StartsWith(line, "VmFlags:")) {
      mappings.back().locked = absl::StrContains(line + " ", " lo ");
    }
  }
  return mappings;
}

}  // namespace

std::vector<size_t> FoundInMemory(pid_t pid, const std::vector<std::string>& needles, Pages pages) {
  const int memory = open(absl::StrCat("/proc/", pid, "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) std::abort();  // a test that can not look must not pass
  Search search(needles);
  for (const Mapping& mapping : WritableMappings(pid)) {
    if (pages != Pages::kAll && mapping.locked != (pages == Pages::kLocked)) continue;
    std::string bytes(mapping.end - mapping.begin, '\0');
    size_t read = 0;
    while (read < bytes.size()) {
      const ssize_t some =
          pread(memory, bytes.data() + read, bytes.size() - read, static_cast<off_t>(mapping.begin + read));
      if (some <= 0) break;  // unmapped meanwhile
      read += static_cast<size_t>(some);
    }
    bytes.resize(read);
    search.In(bytes);
  }
  close(memory);
  return search.found();
}

std::vector<std::pair<uint64_t, uint64_t>> WritableRanges(pid_t pid) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const Mapping& mapping : WritableMappings(pid)) ranges.emplace_back(mapping.begin, mapping.end);
  return ranges;
}

std::vector<size_t> FoundInBytes(const std::string& bytes, const std::vector<std::string>& needles) {
  Search search(needles);
  search.In(bytes);
  return search.found();
}

std::vector<size_t> FoundInFolder(const std::string& folder, const std::vector<std::string>& needles) {
  Search search(needles);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) search.In(ReadAll(entry.path().string()));
  }
  return search.found();
}

}  // namespace aangan::tests

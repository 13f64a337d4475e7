// SPDX-License-Identifier: Apache-2.0
// No personal text lies on the disk in clear: not in the log, not in tables, not in keys; as bytes, UTF-16 or hex.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

std::string Utf16(absl::string_view text) {
  std::string wide;
  for (char c : text) wide += std::string{c, '\0'};
  return wide;
}

int FilesWith(const std::string& folder, const std::string& needle) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    count += bytes.str().find(needle) != std::string::npos;
  }
  return count;
}

TEST(SealedOnDisk, TheDataFolderHoldsNoPersonalText) {
  StoreUnderTest test;
  for (int i = 0; i < 20; ++i) test.AddService(test.AddMember(true), DayOf(2026, 8, 1));
  for (bool open : {true, false}) {
    if (!open) test.Close();
    for (const std::string& needle : {std::string(kCanary), Utf16(kCanary), absl::BytesToHexString(kCanary)}) {
      EXPECT_EQ(FilesWith(test.folder.path(), needle), 0);
    }
  }
  // The scan finds what is there: the control.
  std::ofstream(test.folder / "control") << "x" << kCanary << "y";
  EXPECT_EQ(FilesWith(test.folder.path(), kCanary), 1);
}

}  // namespace
}  // namespace aangan::storage::node

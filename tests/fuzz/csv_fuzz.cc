// SPDX-License-Identifier: Apache-2.0
// Files of records and their mappings.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/check.h"
#include "client/command/csv_mapping.h"
#include "client/command/csv_reader.h"

using namespace aangan::client;  // NOLINT: a fuzz target is one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  static const int file = memfd_create("rows", 0);
  AANGAN_CHECK(ftruncate(file, 0) == 0 && pwrite(file, input.data(), input.size(), 0) == static_cast<ssize_t>(size));
  size_t columns = 0;
  (void)ReadCsv(
      "/proc/self/fd/" + std::to_string(file),
      [&](const std::vector<std::string>& header) {
        columns = header.size();
        return absl::OkStatus();
      },
      [&](const CsvRow& row) {
        AANGAN_CHECK(!row.fault.empty() || row.fields.size() == columns);
        return absl::OkStatus();
      })
      .ok();
  const auto mapping = CsvMapping::Parse(input);
  if (!mapping.ok()) return 0;
  for (const MappedColumn& column : mapping->columns()) (void)ValueFor(column, input.substr(0, 20)).ok();
  return 0;
}

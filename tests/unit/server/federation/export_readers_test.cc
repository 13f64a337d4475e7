// SPDX-License-Identifier: Apache-2.0
// Readers that are not ours open every export of rows that are as bad as they may be, and all of them read the same.
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "server/federation/export_file.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/server/federation/export_test_support.h"

namespace aangan::federation {
namespace {

TEST(ExportReaders, AllReadTheSame) {
  const tests::TempDir folder;
  for (const auto& [format, name] :
       {std::pair(v1::EXPORT_FORMAT_CSV, "csv"), std::pair(v1::EXPORT_FORMAT_DICTIONARY, "dictionary"),
        std::pair(v1::EXPORT_FORMAT_XLSX, "xlsx"), std::pair(v1::EXPORT_FORMAT_DHIS2, "dhis2"),
        std::pair(v1::EXPORT_FORMAT_DHIS2_METADATA, "dhis2-metadata"),
        std::pair(v1::EXPORT_FORMAT_DHIS2_OMITTED, "dhis2-omitted"), std::pair(v1::EXPORT_FORMAT_FHIR, "fhir"),
        std::pair(v1::EXPORT_FORMAT_SDMX, "sdmx")}) {
    const auto file = WriteExport(format, TestExportRows());
    ASSERT_THAT(file, tests::IsOk()) << name;
    ASSERT_THAT(WriteFileDurably(folder / name, file->content, 0600), tests::IsOk());
  }
  EXPECT_EQ(std::system(absl::StrCat("/usr/bin/python3 ", AANGAN_SOURCE, "/tests/interop/exports/read_exports.py ",
                                     folder.path(), " ", AANGAN_SOURCE, "/tests/tools")
                            .c_str()),
            0);
}

}  // namespace
}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Files with the rows and faults that they give, byte for byte of each row's identity. The operator's page has the same
// cases (web/tests/import_test.ts): whichever of the two takes a file in, a row is the same row.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "client/command/row_builder.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

using nlohmann::json;
using tests::IsOk;

json InJson(const node::v1::ImportRow& row) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(row, &text).ok());
  return json::parse(text);
}

json RowsAndFaults(const std::string& mapping_text, const std::string& source, const std::string& file) {
  const tests::TempDir folder;
  std::ofstream(folder / "in.csv", std::ios::binary) << file;
  absl::StatusOr<CsvMapping> mapping = CsvMapping::Parse(mapping_text);
  EXPECT_THAT(mapping, IsOk());
  RowBuilder builder(&*mapping, source);
  json result = {{"rows", json::array()}, {"faults", json::array()}};
  const absl::Status read = ReadCsv(
      folder / "in.csv", [&](const std::vector<std::string>& header) { return mapping->Bind(header); },
      [&](const CsvRow& row) {
        node::v1::ImportRow built;
        if (const std::optional<RowFault> fault = builder.Build(row, &built)) {
          result["faults"].push_back({{"line", fault->line}, {"column", fault->column}, {"fix", fault->fix}});
        } else {
          result["rows"].push_back(InJson(built));
        }
        return absl::OkStatus();
      });
  EXPECT_THAT(read, IsOk());
  return result;
}

TEST(ImportCases, EachFileGivesTheseRowsAndFaults) {
  const json cases = json::parse(std::ifstream(AANGAN_IMPORT_CASES));
  ASSERT_GE(cases.size(), 4u);
  for (const json& one : cases) {
    std::string file = one.value("file", "");
    if (one.contains("file_base64")) {
      ASSERT_TRUE(absl::Base64Unescape(one["file_base64"].get<std::string>(), &file));
    }
    const json given = RowsAndFaults(one["mapping"], one["source"], file);
    EXPECT_EQ(given, one["gives"]) << one["name"];
  }
}

}  // namespace
}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// A federation's folder against its disclosure list.
#include "tests/support/disclosed_rows.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/random.h"
#include "client/command/disclosure.h"
#include "storage/federation/rocks_store.h"

namespace aangan::tests {
namespace {

using storage::federation::Table;

constexpr std::pair<Table, const char*> kTables[] = {
    {Table::kSettings, "settings"},     {Table::kRounds, "rounds"},
    {Table::kUploads, "uploads"},       {Table::kContributions, "contributions"},
    {Table::kReleases, "releases"},     {Table::kAnswers, "answers"},
    {Table::kComplaints, "complaints"}, {Table::kLog, "log"}};
constexpr size_t kRowsMax = 10'000;

bool IsListed(const client::Disclosure& disclosure, const std::string& family, const std::string& key) {
  return std::any_of(disclosure.kept().begin(), disclosure.kept().end(), [&](const client::KeptRow& row) {
    return row.family == family && absl::StartsWith(key, row.prefix);
  });
}

bool IsListedFile(const std::filesystem::directory_entry& entry) {
  const std::string name = absl::StrCat(entry.path().filename().string(), entry.is_directory() ? "/" : "");
  const auto& files = client::Disclosure::Files();
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.first == name; });
}

}  // namespace

DisclosedRows LookThrough(const std::string& federation_folder) {
  DisclosedRows looked;
  const client::Disclosure disclosure;
  for (const auto& entry : std::filesystem::directory_iterator(federation_folder)) {
    if (!IsListedFile(entry)) looked.unlisted.push_back(entry.path().filename().string());
  }
  SystemRandom random;
  const auto store = storage::federation::OpenRocksStore(federation_folder, &random);
  AANGAN_CHECK(store.ok());
  for (const auto& [table, family] : kTables) {
    const auto rows = (*store)->List(table, "", "", kRowsMax);
    AANGAN_CHECK(rows.ok());
    looked.rows += rows->size();
    for (const auto& row : *rows) {
      if (!IsListed(disclosure, family, row.key)) looked.unlisted.push_back(absl::StrCat(family, ": ", row.key));
    }
  }
  return looked;
}

}  // namespace aangan::tests

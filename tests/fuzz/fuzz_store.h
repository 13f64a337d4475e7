// SPDX-License-Identifier: Apache-2.0
// The federation's store in memory, for fuzz targets: nothing here is to outlive the program.
#ifndef AANGAN_TESTS_FUZZ_FUZZ_STORE_H_
#define AANGAN_TESTS_FUZZ_FUZZ_STORE_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/problem.h"
#include "storage/federation/federation_store.h"

namespace aangan::tests {

class MemoryStore final : public storage::federation::FederationStore {
 public:
  absl::StatusOr<std::optional<std::string>> Get(storage::federation::Table table,
                                                 absl::string_view key) const override {
    const auto found = rows_.find({table, std::string(key)});
    return found == rows_.end() ? std::nullopt : std::optional<std::string>(found->second);
  }
  absl::StatusOr<std::vector<storage::federation::Entry>> List(storage::federation::Table table,
                                                               absl::string_view prefix, absl::string_view after,
                                                               size_t limit) const override {
    std::vector<storage::federation::Entry> entries;
    for (const auto& [key, value] : rows_) {
      const bool listed = key.first == table && absl::StartsWith(key.second, prefix) && key.second > after;
      if (listed && entries.size() < limit) entries.push_back({key.second, value});
    }
    return entries;
  }
  absl::Status Commit(const std::vector<storage::federation::Write>& writes,
                      const std::vector<storage::federation::Condition>& conditions) override {
    for (const auto& each : conditions) {
      if (*Get(each.table, each.key) != each.value)
        return Problem(absl::StatusCode::kAborted, Reason::kWrongState, "Somebody else was quicker.");
    }
    for (const auto& each : writes) {
      if (each.value.has_value()) {
        rows_[{each.table, each.key}] = *each.value;
      } else {
        rows_.erase({each.table, each.key});
      }
    }
    return absl::OkStatus();
  }
  const std::map<std::pair<storage::federation::Table, std::string>, std::string>& rows() const { return rows_; }

 private:
  std::map<std::pair<storage::federation::Table, std::string>, std::string> rows_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FUZZ_FUZZ_STORE_H_

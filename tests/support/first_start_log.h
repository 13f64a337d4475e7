// SPDX-License-Identifier: Apache-2.0
// What the log of a node's first start says: {"event":"first start: ...","page":"https://...","code":"..."}.
#ifndef AANGAN_TESTS_SUPPORT_FIRST_START_LOG_H_
#define AANGAN_TESTS_SUPPORT_FIRST_START_LOG_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/support/node_client.h"

namespace aangan::tests {

// "code" or "page" of the last such line; empty while there is none.
inline std::string FirstStartSays(const std::string& log_path, const std::string& key) {
  std::string found;
  for (const absl::string_view line : absl::StrSplit(ReadAll(log_path), '\n')) {
    const nlohmann::json said = nlohmann::json::parse(std::string(line), nullptr, false);
    if (said.is_object() && absl::StartsWith(said.value("event", ""), "first start")) found = said.value(key, "");
  }
  return found;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_FIRST_START_LOG_H_

// SPDX-License-Identifier: Apache-2.0
// The settings of a daemon on this computer: see settings.h.
#include "client/command/settings.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/become.h"
#include "nlohmann/json.hpp"

namespace aangan::client {

std::string SettingsInForce::Text(const std::string& name) const {
  for (const SettingInForce& each : settings) {
    if (each.name == name) return each.value;
  }
  return "";
}

int64_t SettingsInForce::Number(const std::string& name) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Text(name), &number) ? number : 0;
}

absl::StatusOr<SettingsInForce> AskSettings(const std::string& what, const std::string& config) {
  std::vector<std::string> words = {"--show-config"};
  if (!config.empty()) words.insert(words.end(), {"--config", config});
  ASSIGN_OR_RETURN(const Ended ended, RunToEnd(absl::StrCat("aangan-", what), words));
  SettingsInForce found;
  if (ended.exit_code != 0) {
    found.fault = std::string(absl::StripAsciiWhitespace(ended.printed));
    return found;
  }
  const auto json = nlohmann::json::parse(ended.printed, nullptr, false);
  if (!json.is_array()) {
    return Problem(absl::StatusCode::kInternal, Reason::kInternal,
                   "the daemon's program does not say its settings; install the one of this version beside aangan");
  }
  for (const auto& each : json) {
    found.settings.push_back(
        {each.value("name", ""), each.value("value", ""), each.value("source", ""), each.value("place", "")});
  }
  return found;
}

}  // namespace aangan::client

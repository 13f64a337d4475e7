// SPDX-License-Identifier: Apache-2.0
// The settings of a daemon on this computer, as it says itself: server/shared/config.h reads them, flag over
// environment over file over default.
// Threads: one. Errors: KEY_MISSING when the daemon's program is not there; INTERNAL when it says what nobody can read.
#ifndef AANGAN_CLIENT_COMMAND_SETTINGS_H_
#define AANGAN_CLIENT_COMMAND_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace aangan::client {

struct SettingInForce {
  std::string name;  // "node.listen"
  std::string value;
  std::string source;  // "environment", "file" or "default"
  std::string place;   // the variable or the file
};

struct SettingsInForce {
  std::vector<SettingInForce> settings;
  std::string fault;  // in words, with file, line and column; empty when all is valid

  std::string Text(const std::string& name) const;  // empty when it is not there
  int64_t Number(const std::string& name) const;    // 0 when it is not there
};

// `what`: "node" or "federation"; `config`: a file, or empty for the usual one. With this process's environment.
absl::StatusOr<SettingsInForce> AskSettings(const std::string& what, const std::string& config);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_SETTINGS_H_

// SPDX-License-Identifier: Apache-2.0
// Settings of a daemon. CLI11 reads flags and environment, toml++ the file; their exceptions end here.
#include "server/shared/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "base/nearest.h"

namespace aangan::server {
namespace {

std::string EnvironmentName(const std::string& name) {
  return absl::StrCat("AANGAN_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{".", "_"}})));
}

std::string Nearest(const std::string& name, const std::vector<Setting>& settings) {
  std::vector<std::string> names;
  for (const Setting& setting : settings) names.push_back(setting.name);
  return NearestName(name, names);
}

const Setting* Find(const std::vector<Setting>& settings, const std::string& name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const Setting& each) { return each.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

// Empty when the value is of the setting's kind.
std::string Fault(const Setting& setting, const std::string& value) {
  int64_t number = 0;
  if (setting.kind == SettingKind::kNumber && (!absl::SimpleAtoi(value, &number) || number < 0))
    return absl::StrCat(setting.name, " must be a whole number, 0 or more");
  if (setting.kind == SettingKind::kYesNo && value != "true" && value != "false")
    return absl::StrCat(setting.name, " must be true or false");
  return "";
}

std::string ValueText(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return absl::StrCat(number->get());
  if (const auto* yes_no = node.as_boolean()) return yes_no->get() ? "true" : "false";
  return "\n";  // of no kind: Fault or the caller refuses it
}

std::string Place(const std::string& file, const toml::source_position& at) {
  return absl::StrCat(file, ":", at.line, ":", at.column, ": ");
}

// Reads the file into `values`; the fault as text, empty when there is none.
std::string ReadFileValues(const std::string& file, const std::vector<Setting>& settings,
                           std::map<std::string, std::string>* values) {
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    return absl::StrCat(Place(file, error.source().begin), std::string(error.description()));
  }
  for (const auto& [group_key, group] : table) {
    const std::string group_name(group_key.str());
    const toml::table* members = group.as_table();
    if (members == nullptr) {
      return absl::StrCat(Place(file, group.source().begin), "\"", group_name, "\" is no setting; the nearest is \"",
                          Nearest(group_name, settings), "\"");
    }
    for (const auto& [key, node] : *members) {
      const std::string name = absl::StrCat(group_name, ".", std::string(key.str()));
      const Setting* setting = Find(settings, name);
      if (setting == nullptr) {
        return absl::StrCat(Place(file, key.source().begin), "\"", name, "\" is no setting; the nearest is \"",
                            Nearest(name, settings), "\"");
      }
      const std::string value = ValueText(node);
      const std::string fault = value == "\n" ? absl::StrCat(name, " must be one value") : Fault(*setting, value);
      if (!fault.empty()) return absl::StrCat(Place(file, node.source().begin), fault);
      (*values)[name] = value;
    }
  }
  return "";
}

}  // namespace

Config::Outcome Config::Read(int argc, const char* const* argv, const std::string& program, const std::string& about,
                             const std::vector<Setting>& settings, const std::string& default_file) {
  Outcome outcome;
  CLI::App app(about, program);
  std::string file;
  app.add_option("--config", file, absl::StrCat("TOML file (default: ", default_file, ", if it is there)"));
  std::map<std::string, std::string> flags;
  for (const Setting& setting : settings) {
    app.add_option(
        absl::StrCat("--", setting.name), flags[setting.name],
        absl::StrCat(setting.help, " (default: ", setting.default_value.empty() ? "none" : setting.default_value, ")"));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, problems;
    const int code = app.exit(error, out, problems);
    outcome.message = out.str() + problems.str();
    outcome.exit_code = code == 0 ? 0 : kExitUsage;
    return outcome;
  }
  auto& values = outcome.config.values_;
  for (const Setting& setting : settings) values[setting.name] = setting.default_value;
  std::error_code ignored;
  if (file.empty() && std::filesystem::exists(default_file, ignored)) file = default_file;
  if (!file.empty()) outcome.message = ReadFileValues(file, settings, &values);
  for (const Setting& setting : settings) {
    if (!outcome.message.empty()) break;
    if (const char* value = std::getenv(EnvironmentName(setting.name).c_str())) {
      values[setting.name] = value;
      const std::string fault = Fault(setting, value);
      if (!fault.empty()) outcome.message = absl::StrCat(EnvironmentName(setting.name), ": ", fault);
    }
    if (app.count(absl::StrCat("--", setting.name)) > 0) {
      values[setting.name] = flags[setting.name];
      outcome.message = Fault(setting, flags[setting.name]);
    }
  }
  outcome.go_on = outcome.message.empty();
  if (!outcome.go_on) outcome.exit_code = kExitConfig;
  return outcome;
}

std::string Config::Text(const std::string& name) const {
  const auto found = values_.find(name);
  AANGAN_CHECK(found != values_.end());
  return found->second;
}

int64_t Config::Number(const std::string& name) const {
  int64_t number = 0;
  AANGAN_CHECK(absl::SimpleAtoi(Text(name), &number));
  return number;
}

bool Config::YesNo(const std::string& name) const { return Text(name) == "true"; }

}  // namespace aangan::server

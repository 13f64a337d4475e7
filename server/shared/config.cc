// SPDX-License-Identifier: Apache-2.0
// Settings of a daemon. CLI11 reads flags and environment, toml++ the file; their exceptions end here.
#include "server/shared/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <sstream>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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
  if (setting.kind == SettingKind::kNumber && (!absl::SimpleAtoi(value, &number) || number < 0 || number > kNumberMax))
    return absl::StrCat(setting.name, " must be a whole number from 0 to ", kNumberMax);
  if (setting.kind == SettingKind::kYesNo && value != "true" && value != "false")
    return absl::StrCat(setting.name, " must be true or false");
  if (!setting.words.empty() && std::count(setting.words.begin(), setting.words.end(), value) == 0)
    return absl::StrCat(setting.name, " must be one of: ", absl::StrJoin(setting.words, ", "));
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

// The whole of a file, or of what stands in its place.
std::optional<std::string> TextOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) return std::nullopt;
  try {
    return std::string(std::istreambuf_iterator<char>(in), {});
  } catch (const std::ios_base::failure&) {  // a folder, or a disk that fails
    return std::nullopt;
  }
}

// Reads the file into `values`; the fault as text, empty when there is none.
std::string ReadFileValues(const std::string& file, const std::vector<Setting>& settings,
                           std::map<std::string, std::string>* values) {
  const std::optional<std::string> text = TextOf(file);
  if (!text) return absl::StrCat(file, ": can not be read. Let the program's user read it, or take it away");
  toml::table table;
  try {
    table = toml::parse(*text, file);
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

std::string Config::Shown() const {
  nlohmann::ordered_json shown = nlohmann::ordered_json::array();
  for (const auto& [name, given] : values_)
    shown.push_back({{"name", name}, {"value", given.value}, {"source", given.source}, {"place", given.place}});
  return shown.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string Config::Take(const std::vector<Setting>& settings, const std::string& file,
                         const std::map<std::string, std::string>& flags) {
  for (const Setting& setting : settings) values_[setting.name].value = setting.default_value;
  file_ = file;
  if (!file.empty()) {
    std::map<std::string, std::string> in_file;
    std::string fault = ReadFileValues(file, settings, &in_file);
    if (!fault.empty()) return fault;
    for (const auto& [name, value] : in_file) values_[name] = {value, "file", file};
  }
  for (const Setting& setting : settings) {
    Given& given = values_[setting.name];
    const std::string variable = EnvironmentName(setting.name);
    if (const char* value = std::getenv(variable.c_str())) {
      given = {value, "environment", variable};
      const std::string fault = Fault(setting, value);
      if (!fault.empty()) return absl::StrCat(variable, ": ", fault);
    }
    if (const auto flag = flags.find(setting.name); flag != flags.end()) {
      given = {flag->second, "flag", absl::StrCat("--", setting.name)};
      std::string fault = Fault(setting, flag->second);
      if (!fault.empty()) return fault;
    }
    if (setting.required && given.value.empty()) {
      return absl::StrCat(setting.name, " must be given, in the file, as ", variable, " or as --", setting.name, ": ",
                          setting.help);
    }
  }
  return "";
}

Config::Outcome Config::Read(int argc, const char* const* argv, const std::string& program, const std::string& about,
                             const std::vector<Setting>& settings, const std::string& default_file) {
  Outcome outcome;
  CLI::App app(about, program);
  std::string file;
  bool show = false;
  app.add_option("--config", file, absl::StrCat("TOML file (default: ", default_file, ", if it is there)"));
  app.add_flag("--show-config", show, "check the settings, print them with where each comes from, and leave");
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
  for (const Setting& setting : settings) {
    if (app.count(absl::StrCat("--", setting.name)) == 0) flags.erase(setting.name);
  }
  // One that can not be looked at counts as there, and reading it says so.
  std::error_code ignored;
  if (file.empty() && std::filesystem::status(default_file, ignored).type() != std::filesystem::file_type::not_found)
    file = default_file;
  outcome.message = outcome.config.Take(settings, file, flags);
  if (!outcome.message.empty()) {
    outcome.exit_code = kExitConfig;
  } else if (show) {
    outcome.message = outcome.config.Shown();
  } else {
    outcome.go_on = true;
  }
  return outcome;
}

std::string Config::Text(const std::string& name) const {
  const auto found = values_.find(name);
  AANGAN_CHECK(found != values_.end());
  return found->second.value;
}

int64_t Config::Number(const std::string& name) const {
  int64_t number = 0;
  AANGAN_CHECK(absl::SimpleAtoi(Text(name), &number));
  return number;
}

void Config::TakeLive(const Config& read, const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    if (setting.live) values_[setting.name] = read.values_.at(setting.name);
  }
  file_ = read.file_;
}

bool Config::YesNo(const std::string& name) const { return Text(name) == "true"; }

}  // namespace aangan::server

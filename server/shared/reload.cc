// SPDX-License-Identifier: Apache-2.0
// Settings read again while the program runs.
#include "server/shared/reload.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "server/shared/lifecycle.h"

namespace aangan::server {
namespace {

constexpr absl::Duration kLook = absl::Seconds(5);
constexpr absl::Duration kDebugLasts = absl::Hours(1);

LogLevel LevelOf(const std::string& word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "warning") return LogLevel::kWarning;
  return word == "error" ? LogLevel::kError : LogLevel::kInfo;
}

LogFormat FormatOf(const std::string& word) {
  if (word == "json") return LogFormat::kJson;
  return word == "text" ? LogFormat::kText : LogFormat::kAuto;
}

}  // namespace

std::vector<Setting> WithLogSettings(std::vector<Setting> settings) {
  Setting format{"log.format", SettingKind::kText, "auto", "auto, json or text; auto is text on a terminal, else json"};
  format.words = {"auto", "json", "text"};
  format.live = true;
  Setting level{"log.level", SettingKind::kText, "info", "error, warning, info or debug; debug lasts for an hour"};
  level.words = {"error", "warning", "info", "debug"};
  level.live = true;
  settings.push_back(std::move(format));
  settings.push_back(std::move(level));
  return settings;
}

Reload::Reload(std::vector<Setting> settings, Config in_force, Read read, const Clock* clock, const SdNotify* notify)
    : settings_(std::move(settings)),
      read_(std::move(read)),
      clock_(clock),
      notify_(notify),
      in_force_(std::move(in_force)) {
  ApplyLog();
}

void Reload::ApplyLog() {
  const std::string level = in_force_.Text("log.level");
  SetLogFormat(FormatOf(in_force_.Text("log.format")));
  SetLogLevel(LevelOf(level));
  debug_until_.reset();
  if (level == "debug") debug_until_ = clock_->Now() + kDebugLasts;
}

void Reload::Tick() {
  if (!debug_until_ || clock_->Now() < *debug_until_) return;
  debug_until_.reset();
  SetLogLevel(LogLevel::kInfo);
  LogInfo("settings", "the hour of level debug is over");
}

bool Reload::Now(const std::function<void(const Config&)>& apply) {
  Config::Outcome read = read_();
  if (read.go_on && read.config.file().empty() && !in_force_.file().empty()) {
    read.go_on = false;
    read.message = absl::StrCat(in_force_.file(), ": is not there any more. Put it back, or start without it");
  }
  if (!read.go_on) {
    LogError("settings", "not reloaded: the configuration has a fault; what was in force stays so");
    std::fprintf(stderr, "%s\n", read.message.c_str());  // for whoever gave the order
    return false;
  }
  for (const Setting& setting : settings_) {
    if (!setting.live && read.config.Text(setting.name) != in_force_.Text(setting.name))
      LogWarning("settings", "changed, and counts at the next start").Name("setting", setting.name);
  }
  in_force_.TakeLive(read.config, settings_);
  ApplyLog();
  apply(in_force_);
  LogInfo("settings", "reloaded");
  return true;
}

void Reload::AwaitStop(Literal status, const std::function<void(const Config&)>& apply) {
  while (true) {
    switch (AwaitOrder(kLook)) {
      case Order::kStop:
        return;
      case Order::kReload:
        notify_->Reloading();
        Now(apply);
        notify_->Ready(status);
        break;
      case Order::kNone:
        Tick();
        break;
    }
  }
}

}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// Log lines by type: see log.h.
#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/problem.h"

namespace aangan {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kAuto};

constexpr absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

bool AsJson() {
  static const bool terminal = isatty(STDERR_FILENO) == 1;
  LogFormat format = g_format.load(std::memory_order_relaxed);
  return format == LogFormat::kJson || (format == LogFormat::kAuto && !terminal);
}

// Whether standard error is the journal, as JOURNAL_STREAM ("device:inode") says: systemd.exec(5).
bool IntoJournal() {
  static const bool journal = [] {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat facts {};
    return stream != nullptr && fstat(STDERR_FILENO, &facts) == 0 &&
           absl::StrCat(facts.st_dev, ":", facts.st_ino) == stream;
  }();
  return journal;
}

// By which the journal sorts lines: sd-daemon(3).
constexpr absl::string_view Priority(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "<7>";
    case LogLevel::kInfo:
      return "<6>";
    case LogLevel::kWarning:
      return "<4>";
    case LogLevel::kError:
      return "<3>";
  }
  return "<3>";
}

// What a resource name may consist of; everything else would be somebody's text.
std::string SafeName(absl::string_view name) {
  std::string safe(name.substr(0, 200));
  for (char& c : safe) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        absl::string_view("/_.:-").find(c) == absl::string_view::npos)
      c = '?';
  }
  return safe;
}

// Literals are ours, but a quote in one must not break the line.
std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

void SetLogLevel(LogLevel level) { g_level = level; }
void SetLogFormat(LogFormat format) { g_format = format; }

LogLine::LogLine(LogLevel level, Literal component, Literal event)
    : enabled_(level >= g_level.load(std::memory_order_relaxed)) {
  if (!enabled_) return;
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", SystemClock().Now(), absl::UTCTimeZone());
  const absl::string_view priority = IntoJournal() ? Priority(level) : "";
  json_ = absl::StrCat(priority, "{\"time\":\"", time, "\",\"level\":\"", LevelName(level),
                       "\",\"component\":", Quoted(component.text()), ",\"event\":", Quoted(event.text()));
  text_ = absl::StrCat(priority, time, " ", LevelName(level), " ", component.text(), ": ", event.text());
}

LogLine::~LogLine() {
  if (!enabled_) return;
  const std::string line = AsJson() ? absl::StrCat(json_, "}\n") : absl::StrCat(text_, "\n");
  // One write a line, so that lines of several threads do not mix; a log that can not be written is not worth dying
  // for.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

LogLine& LogLine::Number(Literal key, int64_t value) {
  if (!enabled_) return *this;
  absl::StrAppend(&json_, ",", Quoted(key.text()), ":", value);
  absl::StrAppend(&text_, " ", key.text(), "=", value);
  return *this;
}

LogLine& LogLine::Text(Literal key, Literal value) {
  if (!enabled_) return *this;
  absl::StrAppend(&json_, ",", Quoted(key.text()), ":", Quoted(value.text()));
  absl::StrAppend(&text_, " ", key.text(), "=", value.text());
  return *this;
}

LogLine& LogLine::Name(Literal key, absl::string_view name) {
  if (!enabled_) return *this;
  const std::string safe = SafeName(name);
  absl::StrAppend(&json_, ",", Quoted(key.text()), ":\"", safe, "\"");
  absl::StrAppend(&text_, " ", key.text(), "=", safe);
  return *this;
}

LogLine& LogLine::Status(const absl::Status& status) {
  Name("code", absl::StatusCodeToString(status.code()));
  const std::string reason = ReasonOf(status);
  return reason.empty() ? *this : Name("reason", reason);
}

LogLine& LogLine::Duration(Literal key, absl::Duration duration) {
  return Number(key, absl::ToInt64Microseconds(duration));
}

}  // namespace aangan

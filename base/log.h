// SPDX-License-Identifier: Apache-2.0
// The log: one line an event, to standard error. It takes literals, numbers, status codes, resource names and times by
// type, and no free text, so that no name or note of a member can get into it.
//
//   LogInfo("round", "contribution sent").Name("round", round_name).Number("cells", 812);
//
// A line is JSON ({"time","level","component","event",...}) when standard error is not a terminal, else plain text.
// Threads: thread-safe; a line is written whole. A LogLine is written when it goes out of scope.
#ifndef AANGAN_BASE_LOG_H_
#define AANGAN_BASE_LOG_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/literal.h"

namespace aangan {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kAuto, kText, kJson };

void SetLogLevel(LogLevel level);
void SetLogFormat(LogFormat format);

class LogLine {
 public:
  LogLine(LogLevel level, Literal component, Literal event);
  ~LogLine();
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;

  LogLine& Number(Literal key, int64_t value);
  LogLine& Text(Literal key, Literal value);
  // A resource name, a file's last part, an address: anything outside [A-Za-z0-9/_.:-] becomes "?", at most 200
  // characters.
  LogLine& Name(Literal key, absl::string_view name);
  // Code and reason of a status; never its message.
  LogLine& Status(const absl::Status& status);
  LogLine& Duration(Literal key, absl::Duration duration);

 private:
  bool enabled_;
  std::string text_;
  std::string json_;
};

inline LogLine LogDebug(Literal component, Literal event) { return {LogLevel::kDebug, component, event}; }
inline LogLine LogInfo(Literal component, Literal event) { return {LogLevel::kInfo, component, event}; }
inline LogLine LogWarning(Literal component, Literal event) { return {LogLevel::kWarning, component, event}; }
inline LogLine LogError(Literal component, Literal event) { return {LogLevel::kError, component, event}; }

}  // namespace aangan

#endif  // AANGAN_BASE_LOG_H_

// SPDX-License-Identifier: Apache-2.0
// What the command prints: data to standard output as a table, JSON or CSV; words and progress to standard error.
//
// A Table is the one form of data: columns with a name, rows of text, numbers or nothing. The same rows make the table
// for people, an array of JSON objects and CSV (RFC 4180), so the three never differ.
// Threads: one thread.
#ifndef AANGAN_CLIENT_COMMAND_OUTPUT_H_
#define AANGAN_CLIENT_COMMAND_OUTPUT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace aangan::client {

enum class OutputForm { kTable, kJson, kCsv };

// Exit codes, documented in docs/OPERATING.md and in --help.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,         // the call was refused or went wrong
  kExitUsage = 2,          // the words of the command are off
  kExitPartial = 3,        // done, but some rows were refused
  kExitUnavailable = 69,   // the node or federation can not be reached, or asks to try later
  kExitNoPermission = 77,  // no token, a bad one, or not this role
  kExitConfig = 78,        // configuration or key files
};
int ExitCodeOf(const absl::Status& status);
// Each with what it means, for --help and the man page.
const std::vector<std::pair<ExitCode, const char*>>& ExitCodes();

using Value = std::variant<std::monostate, std::string, int64_t, bool>;

struct Table {
  std::vector<std::string> columns;  // snake_case: the keys in JSON
  std::vector<std::vector<Value>> rows;
};

// The text of one object: a list of "name  value" for people, an array of one or a row for machines.
std::string TextFor(OutputForm form, const Table& one_row);

class Output {
 public:
  explicit Output(OutputForm form) : form_(form) {}
  OutputForm form() const { return form_; }

  // One table; an empty one prints "nothing to show" for people, [] or the header for machines.
  void Print(const Table& table) const;
  // One object, as TextFor has it.
  void PrintObject(const Table& one_row) const;
  // A text that another program reads as it is: a script, a manual page.
  void PrintText(absl::string_view text) const;
  // A line for people alone, to standard error: never data.
  void Say(absl::string_view line) const;
  // An error: for people what happened, which fields, what to do; as JSON one object on standard error with code,
  // reason, message, fix. Returns the exit code.
  int Fail(const absl::Status& status) const;

 private:
  OutputForm form_;
};

// Progress of long work on standard error: a bar with the time left on a terminal, JSON lines elsewhere (at most one a
// second).
class Progress {
 public:
  Progress(std::string what, int64_t total);
  ~Progress();
  void Advance(int64_t done);

 private:
  void Draw(bool last);
  std::string what_;
  int64_t total_;
  int64_t done_ = 0;
  absl::Time begun_;
  absl::Time drawn_;
  bool terminal_;
};

// 450000 -> "4,50,000": Indian grouping.
std::string GroupedNumber(int64_t number);
// Columns that a text takes on a terminal: code points, combining marks not counted.
size_t DisplayWidth(absl::string_view text);
bool IsTerminal(int descriptor);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_OUTPUT_H_

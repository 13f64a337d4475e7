// SPDX-License-Identifier: Apache-2.0
// Tables, JSON, CSV, errors and progress: see output.h.
#include "client/command/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/problem.h"
#include "client/command/fixes.h"
#include "google/rpc/error_details.pb.h"
#include "nlohmann/json.hpp"

namespace aangan::client {
namespace {

using Json = nlohmann::ordered_json;

// What a terminal would obey instead of showing becomes "?": control characters but the end of a line. A text may come
// from another's server.
std::string Shown(absl::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are two bytes in UTF-8.
    const bool pair = byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0) == 0x80;
    const bool control = (byte < 0x20 && byte != '\n') || byte == 0x7F || pair;
    shown += control ? '?' : text[i];
    if (pair) ++i;
  }
  return shown;
}

std::string TextOf(const Value& value, bool grouped) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value))
    return grouped ? GroupedNumber(*number) : absl::StrCat(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  return "";
}

Json JsonOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  return nullptr;
}

// For people.
std::string CellOf(const Value& value) { return Shown(TextOf(value, true)); }

// A byte that is no UTF-8 becomes U+FFFD: messages of errors are not checked on their way.
std::string Written(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json JsonRows(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json object = Json::object();
    for (size_t i = 0; i < table.columns.size(); ++i) object[table.columns[i]] = JsonOf(row[i]);
    rows.push_back(std::move(object));
  }
  return rows;
}

// RFC 4180, and no cell that a spreadsheet takes for a formula.
std::string CsvCell(const Value& value) {
  std::string text = TextOf(value, false);
  if (std::holds_alternative<std::string>(value) && !text.empty() && absl::StrContains("=+-@\t\r", text.substr(0, 1))) {
    text.insert(0, "'");
  }
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string CsvText(const Table& table) {
  std::string text = absl::StrCat(absl::StrJoin(table.columns, ","), "\r\n");
  for (const auto& row : table.rows) {
    absl::StrAppend(&text, absl::StrJoin(row, ",", [](std::string* out, const Value& v) { *out += CsvCell(v); }),
                    "\r\n");
  }
  return text;
}

std::string Padded(const std::string& text, size_t width, bool right) {
  size_t have = DisplayWidth(text);
  std::string pad(width > have ? width - have : 0, ' ');
  return right ? pad + text : text + pad;
}

std::string Heading(std::string column) {
  std::replace(column.begin(), column.end(), '_', ' ');
  return column;
}

void PrintTable(const Table& table) {
  const size_t count = table.columns.size();
  std::vector<size_t> widths(count);
  std::vector<bool> numbers(count, !table.rows.empty());
  for (size_t i = 0; i < count; ++i) {
    widths[i] = DisplayWidth(Heading(table.columns[i]));
    for (const auto& row : table.rows) {
      widths[i] = std::max(widths[i], DisplayWidth(CellOf(row[i])));
      if (!std::holds_alternative<int64_t>(row[i]) && !std::holds_alternative<std::monostate>(row[i]))
        numbers[i] = false;
    }
  }
  auto line = [&](auto&& cell) {
    std::string out;
    for (size_t i = 0; i < count; ++i) absl::StrAppend(&out, i ? "  " : "", Padded(cell(i), widths[i], numbers[i]));
    std::cout << out.substr(0, out.find_last_not_of(' ') + 1) << "\n";
  };
  line([&](size_t i) { return Heading(table.columns[i]); });
  for (const auto& row : table.rows) line([&](size_t i) { return CellOf(row[i]); });
}

template <typename Detail>
bool Unpack(const absl::Status& status, absl::string_view type, Detail* detail) {
  auto payload = status.GetPayload(absl::StrCat("type.googleapis.com/google.rpc.", type));
  return payload.has_value() && detail->ParseFromString(std::string(*payload));
}

}  // namespace

std::string TextFor(OutputForm form, const Table& one_row) {
  if (form == OutputForm::kJson) return absl::StrCat(Written(JsonRows(one_row), 2), "\n");
  if (form == OutputForm::kCsv) return CsvText(one_row);
  size_t width = 0;
  for (const std::string& column : one_row.columns) width = std::max(width, column.size());
  std::string text;
  for (const auto& row : one_row.rows) {
    for (size_t i = 0; i < one_row.columns.size(); ++i) {
      if (std::holds_alternative<std::monostate>(row[i])) continue;
      absl::StrAppend(&text, Padded(Heading(one_row.columns[i]), width, false), "  ", CellOf(row[i]), "\n");
    }
  }
  return text;
}

bool IsTerminal(int descriptor) { return isatty(descriptor) == 1; }

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) ++width;
  }
  return width;
}

std::string GroupedNumber(int64_t number) {
  std::string digits = absl::StrCat(number < 0 ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number));
  std::string out;
  size_t group = 3;
  while (digits.size() > group) {
    out = "," + digits.substr(digits.size() - group) + out;
    digits.resize(digits.size() - group);
    group = 2;
  }
  return absl::StrCat(number < 0 ? "-" : "", digits, out);
}

const std::vector<std::pair<ExitCode, const char*>>& ExitCodes() {
  static const auto& codes =
      *new std::vector<std::pair<ExitCode, const char*>>{{kExitOk, "done"},
                                                         {kExitFailed, "refused or failed"},
                                                         {kExitUsage, "the words of the command are off"},
                                                         {kExitPartial, "done, some rows refused"},
                                                         {kExitUnavailable, "not reachable or busy, try later"},
                                                         {kExitNoPermission, "no token or not this role"},
                                                         {kExitConfig, "configuration or key files"}};
  return codes;
}

int ExitCodeOf(const absl::Status& status) {
  if (HasReason(status, Reason::kKeyMissing)) return kExitConfig;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kExitUnavailable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kExitNoPermission;
    default:
      return kExitFailed;
  }
}

void Output::Print(const Table& table) const {
  if (form_ != OutputForm::kTable) {
    std::cout << TextFor(form_, table);
  } else if (table.rows.empty()) {
    Say("Nothing to show.");
  } else {
    PrintTable(table);
  }
}

void Output::PrintObject(const Table& one_row) const { std::cout << TextFor(form_, one_row); }

void Output::PrintText(absl::string_view text) const { std::cout << text; }

void Output::Say(absl::string_view line) const { std::cerr << line << "\n"; }

int Output::Fail(const absl::Status& status) const {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  Unpack(status, "ErrorInfo", &info);
  Unpack(status, "BadRequest", &bad);
  if (form_ == OutputForm::kJson) {
    Json error = {{"code", absl::StatusCodeToString(status.code())},
                  {"reason", info.reason()},
                  {"message", status.message()},
                  {"fix", FixOf(info.reason(), status.code())}};
    for (const auto& [key, value] : info.metadata()) error["metadata"][key] = value;
    for (const auto& field : bad.field_violations()) {
      error["fields"].push_back({{"field", field.field()}, {"fix", field.description()}});
    }
    std::cerr << Written({{"error", error}}) << "\n";
    return ExitCodeOf(status);
  }
  std::cerr << "aangan: " << Shown(status.message());
  if (!info.reason().empty()) std::cerr << " (" << Shown(info.reason()) << ")";
  std::cerr << "\n";
  for (const auto& field : bad.field_violations()) {
    std::cerr << "  " << Shown(field.field()) << ": " << Shown(field.description()) << "\n";
  }
  for (const auto& [key, value] : info.metadata()) std::cerr << "  " << Shown(key) << " = " << Shown(value) << "\n";
  return ExitCodeOf(status);
}

Progress::Progress(std::string what, int64_t total)
    : what_(std::move(what)),
      total_(total),
      begun_(SystemClock().Now()),
      drawn_(absl::InfinitePast()),
      terminal_(IsTerminal(STDERR_FILENO)) {}

Progress::~Progress() { Draw(true); }

void Progress::Advance(int64_t done) {
  done_ = done;
  Draw(false);
}

void Progress::Draw(bool last) {
  absl::Time now = SystemClock().Now();
  if (!last && now - drawn_ < (terminal_ ? absl::Milliseconds(100) : absl::Seconds(1))) return;
  drawn_ = now;
  const int64_t percent = total_ > 0 ? std::min<int64_t>(100, done_ * 100 / total_) : 100;
  if (!terminal_) {
    std::cerr << Written({{"progress", what_}, {"done", done_}, {"total", total_}, {"percent", percent}}) << "\n";
    return;
  }
  std::string left = "            ";
  if (!last && done_ > 0) {
    const double times = static_cast<double>(total_ - done_) / static_cast<double>(done_);
    left = absl::StrCat(absl::FormatDuration(absl::Ceil((now - begun_) * times, absl::Seconds(1))), " left   ");
  }
  std::string bar;
  for (int i = 0; i < 30; ++i) bar += i * 100 < percent * 30 ? "█" : "░";
  std::cerr << "\r" << what_ << " " << bar << " " << percent << " %  " << left << (last ? "\n" : "") << std::flush;
}

}  // namespace aangan::client

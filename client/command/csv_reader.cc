// SPDX-License-Identifier: Apache-2.0
// CSV by libcsv, line by line, so that every row knows its line: see csv_reader.h.
#include "client/command/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/utf8.h"

namespace aangan::client {
namespace {

constexpr size_t kRowBytesMax = 1 << 20;
constexpr size_t kColumnsMax = 500;
constexpr absl::string_view kMalformed = "the quotes of this row do not pair up";
constexpr absl::string_view kNotText = "this row is not UTF-8 text";
constexpr absl::string_view kColumns = "this row has another number of columns than the header";
constexpr absl::string_view kTooLong = "this row is longer than 1 MiB; is a quote left open?";

absl::Status Refuse(Literal what) { return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, what); }

// The separator that the header line uses most, outside quotes.
char SeparatorOf(absl::string_view line) {
  std::array<std::pair<char, int>, 3> counts = {{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    for (auto& [separator, count] : counts) count += !quoted && c == separator;
  }
  auto* best = &counts[0];
  for (auto& candidate : counts) {
    if (candidate.second > best->second) best = &candidate;
  }
  return best->first;
}

class Parser {
 public:
  explicit Parser(char separator) : separator_(separator) { Begin(); }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // True while a row goes on over several physical lines.
  bool begun() const { return row_bytes_ > 0; }
  // Feeds one physical line; true when it completed a row, which is then in fields().
  bool Feed(const std::string& line) {
    row_bytes_ += line.size();
    if (csv_parse(&parser_, line.data(), line.size(), OnField, OnRow, this) != line.size() ||
        row_bytes_ > kRowBytesMax) {
      fault_ = row_bytes_ > kRowBytesMax ? kTooLong : kMalformed;
      complete_ = true;
    }
    return complete_;
  }
  // At the end of the file: a row without a last line break, or a quote left open.
  bool End() {
    if (csv_fini(&parser_, OnField, OnRow, this) != 0) {
      fault_ = kMalformed;
      complete_ = true;
    }
    return complete_ && (!fields_.empty() || !fault_.empty());
  }
  std::pair<std::vector<std::string>, absl::string_view> Take() {
    auto result = std::make_pair(std::move(fields_), fault_);
    if (!fault_.empty()) {
      csv_free(&parser_);
      Begin();
    }
    fields_.clear();
    fault_ = {};
    complete_ = false;
    row_bytes_ = 0;
    return result;
  }

 private:
  void Begin() {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser_, static_cast<unsigned char>(separator_));
  }
  static void OnField(void* field, size_t size, void* self) {
    const absl::string_view text(static_cast<const char*>(field), size);
    static_cast<Parser*>(self)->fields_.emplace_back(absl::StripAsciiWhitespace(text));
  }
  static void OnRow(int, void* self) { static_cast<Parser*>(self)->complete_ = true; }

  char separator_;
  csv_parser parser_{};
  std::vector<std::string> fields_;
  absl::string_view fault_;
  bool complete_ = false;
  size_t row_bytes_ = 0;
};

bool ReadLine(std::istream& in, std::string& line) {
  line.clear();
  if (!std::getline(in, line)) return false;
  if (!in.eof()) line += '\n';
  return true;
}

bool IsBlank(const std::string& line, char separator) {
  return line.find_first_not_of(separator == '\t' ? " \r\n" : " \t\r\n") == std::string::npos;
}

// An empty line, or one of separators alone, which spreadsheets write behind the last row: nobody, so never a row.
bool IsEmpty(const std::vector<std::string>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](const std::string& field) { return field.empty(); });
}

absl::Status CheckStart(std::string& first) {
  if (absl::StartsWith(first, "\xFF\xFE") || absl::StartsWith(first, "\xFE\xFF") ||
      first.find('\0') != std::string::npos) {
    return Refuse("the file is UTF-16; save it as \"CSV UTF-8\" in the spreadsheet");
  }
  if (absl::StartsWith(first, "\xEF\xBB\xBF")) first.erase(0, 3);
  if (!IsUtf8(first)) return Refuse("the header is not UTF-8 text; save the file as \"CSV UTF-8\" in the spreadsheet");
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadCsv(const std::string& path,
                     const std::function<absl::Status(const std::vector<std::string>&)>& header,
                     const std::function<absl::Status(CsvRow)>& row) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "the CSV file can not be read; check its path");
  std::string line;
  if (!ReadLine(in, line)) return Refuse("the CSV file is empty; its first line must name the columns");
  RETURN_IF_ERROR(CheckStart(line));
  const char separator = SeparatorOf(line);
  Parser parser(separator);
  size_t columns = 0;
  int64_t row_line = 1;
  auto take = [&]() -> absl::Status {
    auto [fields, fault] = parser.Take();
    if (columns == 0) {
      if (!fault.empty() || fields.empty() || fields.size() > kColumnsMax) {
        return Refuse("the first line must name the columns, at most 500, with quotes that pair up");
      }
      columns = fields.size();
      return header(fields);
    }
    if (fault.empty() && IsEmpty(fields)) return absl::OkStatus();
    CsvRow out{row_line, std::move(fields), fault};
    for (const std::string& field : out.fields) {
      if (out.fault.empty() && !IsUtf8(field)) out.fault = kNotText;
    }
    if (out.fault.empty() && out.fields.size() != columns) out.fault = kColumns;
    return row(std::move(out));
  };
  int64_t line_number = 1;
  do {
    ++line_number;
    if (parser.begun() || !IsBlank(line, separator)) {
      if (!parser.Feed(line)) continue;
      RETURN_IF_ERROR(take());
    }
    row_line = line_number;
  } while (ReadLine(in, line));
  if (parser.End()) RETURN_IF_ERROR(take());
  return absl::OkStatus();
}

}  // namespace aangan::client

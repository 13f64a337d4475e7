// SPDX-License-Identifier: Apache-2.0
// Reads a mapping file. toml++'s exceptions end here.
#include "client/command/csv_mapping.h"

#include <toml++/toml.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/nearest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::client {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
constexpr size_t kIdBytesMax = 60;
constexpr int kAgeMax = 120;

Problem At(const toml::source_region& place, Literal message) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, message);
  problem.Number("line", place.begin.line).Number("column", place.begin.column);
  return problem;
}

absl::Status UnknownKey(const toml::key& key, const std::vector<std::string>& known) {
  return At(key.source(), "the mapping has a key that is not known")
      .Field("mapping", "must have known keys alone")
      .Name("key", std::string(key.str()))
      .Name("nearest", NearestName(std::string(key.str()), known));
}

absl::Status CheckKeys(const toml::table& table, const std::vector<std::string>& known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) return UnknownKey(key, known);
  }
  return absl::OkStatus();
}

// A string, or a number as it is written: values of a CSV are text.
std::optional<std::string> TextOf(const toml::node* node) {
  if (node == nullptr) return std::nullopt;
  if (const auto text = node->value_exact<std::string>()) return *text;
  if (const auto number = node->value_exact<int64_t>()) return absl::StrCat(*number);
  return std::nullopt;
}

absl::Status ReadList(const toml::node* node, std::set<std::string>* out) {
  if (node == nullptr) return absl::OkStatus();
  const toml::array* array = node->as_array();
  if (array == nullptr)
    return At(node->source(), "not_recorded is no list").Field("not_recorded", "must be a list of texts");
  for (const toml::node& each : *array) {
    const std::optional<std::string> text = TextOf(&each);
    if (!text) return At(each.source(), "not_recorded is no list of texts").Field("not_recorded", "must be texts");
    out->insert(*text);
  }
  return absl::OkStatus();
}

absl::StatusOr<FieldPath> ReadField(const toml::node& node, const std::string& text) {
  absl::StatusOr<FieldPath> path = FieldPath::Parse(text);
  if (path.ok()) return path;
  return At(node.source(), "the mapping names a field that is not there")
      .Field("field", "must be a field as docs/OPERATING.md lists them")
      .Name("field", text)
      .Name("nearest", NearestName(text, FieldPath::All()));
}

absl::Status ReadKind(const toml::table& table, MappedColumn* column) {
  const std::string kind = TextOf(table.get("kind")).value_or("plain");
  if (kind == "age_range") {
    column->kind = ColumnKind::kAgeRange;
  } else if (kind != "plain") {
    return At(table.get("kind")->source(), "the mapping has a kind that is not known")
        .Field("kind", "must be plain or age_range");
  }
  const std::string form = TextOf(table.get("date_form")).value_or("yyyy-mm-dd");
  if (form == "dd/mm/yyyy") {
    column->day_form = DayForm::kDayFirst;
  } else if (form == "mm/dd/yyyy") {
    column->day_form = DayForm::kMonthFirst;
  } else if (form != "yyyy-mm-dd") {
    return At(table.get("date_form")->source(), "the mapping has a form of dates that is not known")
        .Field("date_form", "must be yyyy-mm-dd, dd/mm/yyyy or mm/dd/yyyy");
  }
  column->reference_year = static_cast<int>(
      table.get("reference_year") == nullptr ? 0 : table.get("reference_year")->value<int64_t>().value_or(0));
  if (column->kind == ColumnKind::kAgeRange && (column->reference_year < 1950 || !column->field.is_birth_year())) {
    return At(table.source(), "an age range makes a year of birth")
        .Field("reference_year", "must be the year that the ages are of, with field member.birth_year");
  }
  return absl::OkStatus();
}

absl::StatusOr<MappedColumn> ReadColumn(const toml::table& table, const std::set<std::string>& not_recorded) {
  RETURN_IF_ERROR(CheckKeys(table, {"name", "field", "kind", "not_recorded", "values", "reference_year", "date_form"}));
  MappedColumn column;
  column.not_recorded = not_recorded;
  const std::optional<std::string> name = TextOf(table.get("name"));
  const std::optional<std::string> field = TextOf(table.get("field"));
  if (!name || !field)
    return At(table.source(), "a column has no name or no field").Field("column", "must have name and field");
  column.name = *name;
  ASSIGN_OR_RETURN(column.field, ReadField(*table.get("field"), *field));
  RETURN_IF_ERROR(ReadKind(table, &column));
  RETURN_IF_ERROR(ReadList(table.get("not_recorded"), &column.not_recorded));
  const toml::node* values = table.get("values");
  if (values == nullptr) return column;
  if (values->as_table() == nullptr)
    return At(values->source(), "values is no table").Field("values", "must be value = \"code\"");
  for (const auto& [key, node] : *values->as_table()) {
    const std::optional<std::string> text = TextOf(&node);
    if (!text) return At(node.source(), "a value is no text").Field("values", "must be value = \"code\"");
    column.values[std::string(key.str())] = *text;
  }
  return column;
}

std::optional<std::string> YearOfAgeRange(const std::string& value, int reference_year) {
  std::vector<int> ages;
  std::string digits;
  for (const char c : value + " ") {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      digits += c;
    } else if (!digits.empty()) {
      int32_t age = 0;
      if (!absl::SimpleAtoi(digits, &age) || age > kAgeMax) return std::nullopt;
      ages.push_back(age);
      digits.clear();
    }
  }
  if (ages.empty() || ages.size() > 2 || ages.front() > ages.back()) return std::nullopt;
  return absl::StrCat(reference_year - (ages.front() + ages.back()) / 2);  // "48+" counts as 48
}

std::optional<std::string> YearFirst(const std::string& value, DayForm form) {
  if (form == DayForm::kYearFirst) return value;
  const std::vector<std::string> parts = absl::StrSplit(value, absl::ByAnyChar("/.-"));
  int32_t first = 0, second = 0, year = 0;
  if (parts.size() != 3 || parts[2].size() != 4 || !absl::SimpleAtoi(parts[0], &first) ||
      !absl::SimpleAtoi(parts[1], &second) || !absl::SimpleAtoi(parts[2], &year))
    return std::nullopt;
  if (form == DayForm::kDayFirst) std::swap(first, second);
  return absl::StrFormat("%04d-%02d-%02d", year, first, second);
}

absl::Status Refused(Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kImportRow, "a value of the row can not be")
      .Field("value", what);
}

}  // namespace

absl::StatusOr<CsvMapping> CsvMapping::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kFileBytesMax));
  return Parse(text);
}

absl::StatusOr<CsvMapping> CsvMapping::Parse(const std::string& text) {
  toml::table file;
  try {
    file = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return At(error.source(), "the mapping is no TOML").Field("mapping", "must be TOML; see line and column");
  }
  RETURN_IF_ERROR(CheckKeys(file, {"id", "not_recorded", "defaults", "column"}));
  CsvMapping mapping;
  mapping.id_ = TextOf(file.get("id")).value_or("");
  const bool id_fits = !mapping.id_.empty() && mapping.id_.size() <= kIdBytesMax &&
                       std::all_of(mapping.id_.begin(), mapping.id_.end(), [](unsigned char c) {
                         return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
                       });
  if (!id_fits) return At(file.source(), "the mapping has no id").Field("id", "must be 1 to 60 of a-z, 0-9, _ and -");
  std::set<std::string> not_recorded = {""};
  RETURN_IF_ERROR(ReadList(file.get("not_recorded"), &not_recorded));
  if (const toml::node* defaults = file.get("defaults"); defaults != nullptr) {
    if (defaults->as_table() == nullptr)
      return At(defaults->source(), "defaults is no table").Field("defaults", "must be \"field\" = \"value\"");
    for (const auto& [key, node] : *defaults->as_table()) {
      const std::optional<std::string> value = TextOf(&node);
      if (!value) return At(node.source(), "a default is no text").Field("defaults", "must be \"field\" = \"value\"");
      ASSIGN_OR_RETURN(FieldPath field, ReadField(node, std::string(key.str())));
      mapping.defaults_.push_back({std::move(field), *value});
    }
  }
  const toml::node* columns = file.get("column");
  if (columns == nullptr || columns->as_array() == nullptr)
    return At(file.source(), "the mapping maps no column").Field("column", "must be one or more [[column]]");
  for (const toml::node& each : *columns->as_array()) {
    if (each.as_table() == nullptr)
      return At(each.source(), "a column is no table").Field("column", "must be [[column]]");
    ASSIGN_OR_RETURN(MappedColumn column, ReadColumn(*each.as_table(), not_recorded));
    mapping.columns_.push_back(std::move(column));
  }
  return mapping;
}

absl::Status CsvMapping::Bind(const std::vector<std::string>& header) {
  for (MappedColumn& column : columns_) {
    const auto found = std::find(header.begin(), header.end(), column.name);
    if (found == header.end() || std::find(found + 1, header.end(), column.name) != header.end()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                     "the file does not have a column that the mapping names, or has it twice")
          .Field("column", "must be in the first line of the file, once")
          .Name("column", column.name)
          .Name("nearest", NearestName(column.name, header));
    }
    column.index = static_cast<size_t>(found - header.begin());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ValueFor(const MappedColumn& column, const std::string& value) {
  const std::string trimmed(absl::StripAsciiWhitespace(value));
  if (column.not_recorded.contains(trimmed)) return std::optional<std::string>();
  if (!column.values.empty()) {
    const auto found = column.values.find(trimmed);
    if (found == column.values.end()) return Refused("must be a value that the mapping lists for this column");
    return std::optional<std::string>(found->second);
  }
  if (column.kind == ColumnKind::kAgeRange) {
    std::optional<std::string> year = YearOfAgeRange(trimmed, column.reference_year);
    if (!year) return Refused("must be an age or a range of ages, for example 18-20");
    return year;
  }
  if (column.field.is_day()) {
    std::optional<std::string> day = YearFirst(trimmed, column.day_form);
    if (!day) return Refused("must be a day in the form that the mapping says");
    return day;
  }
  return std::optional<std::string>(trimmed);
}

}  // namespace aangan::client

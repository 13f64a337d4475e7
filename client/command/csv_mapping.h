// SPDX-License-Identifier: Apache-2.0
// The small file that says which column goes into which field, and what its values mean.
//
//   id = "ctdc"                        # required; part of every row's identity
//   not_recorded = ["0", "-99"]        # in every column, besides empty
//   [defaults]                         # fields that are the same in every row
//   "consent.be_counted.decision_date" = "2026-01-05"
//   [[column]]
//   name = "gender"                    # as the header has it
//   field = "member.gender"
//   values = { Female = "woman", Male = "man" }   # any other value refuses the row
//   [[column]]
//   name = "ageCategories"
//   field = "member.birth_year"
//   kind = "age_range"                 # "Age 9-17", "48+": the middle of the range
//   reference_year = 2026
//
// Threads: immutable once read. Errors: INVALID_ARGUMENT (INVALID_FIELD) with line and column of the file, and the
// nearest name for an unknown key, field or column.
#ifndef AANGAN_CLIENT_COMMAND_CSV_MAPPING_H_
#define AANGAN_CLIENT_COMMAND_CSV_MAPPING_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/command/field_path.h"

namespace aangan::client {

enum class ColumnKind { kPlain, kAgeRange };
enum class DayForm { kYearFirst, kDayFirst, kMonthFirst };  // 2026-08-03, 03/08/2026, 08/03/2026

struct MappedColumn {
  std::string name;
  FieldPath field;
  ColumnKind kind = ColumnKind::kPlain;
  DayForm day_form = DayForm::kYearFirst;
  int reference_year = 0;  // for kAgeRange: birth year = this less the age
  std::set<std::string> not_recorded;
  std::map<std::string, std::string> values;
  size_t index = 0;  // in the header, once Bind() has found it
};

struct DefaultValue {
  FieldPath field;
  std::string value;
};

class CsvMapping {
 public:
  static absl::StatusOr<CsvMapping> Read(const std::string& path);
  static absl::StatusOr<CsvMapping> Parse(const std::string& text);

  // Finds each mapped column in the header. A column that is not there, or twice, is an error with the nearest name.
  absl::Status Bind(const std::vector<std::string>& header);

  const std::string& id() const { return id_; }
  const std::vector<MappedColumn>& columns() const { return columns_; }
  const std::vector<DefaultValue>& defaults() const { return defaults_; }

 private:
  std::string id_;
  std::vector<MappedColumn> columns_;
  std::vector<DefaultValue> defaults_;
};

// The text that goes into the field: none when it is not recorded. INVALID_ARGUMENT (IMPORT_ROW) for a value that the
// column does not have.
absl::StatusOr<std::optional<std::string>> ValueFor(const MappedColumn& column, const std::string& value);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_CSV_MAPPING_H_

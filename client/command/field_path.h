// SPDX-License-Identifier: Apache-2.0
// Where a value of a file goes in a row of an import: "member.gender", "member.details.full_name",
// "consent.be_counted.decision_date", "service.1.received_date", "assessment.2.score", "member_name".
//
// What fields there are is read from the API's own messages, so a new field needs nothing here. Threads: pure.
// Errors: INVALID_ARGUMENT (INVALID_FIELD) for a path that names no field.
#ifndef AANGAN_CLIENT_COMMAND_FIELD_PATH_H_
#define AANGAN_CLIENT_COMMAND_FIELD_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace aangan::client {

class FieldPath {
 public:
  static absl::StatusOr<FieldPath> Parse(const std::string& text);
  // Every path, with the first number of each group: for the nearest name.
  static std::vector<std::string> All();

  const std::string& text() const { return text_; }
  // Which record of the row: "member", "consent.be_counted", "service.1"; empty for member_name.
  const std::string& group() const { return group_; }
  bool is_day() const;
  bool is_birth_year() const { return text_ == "member.birth_year"; }

  // Sets the field in the group's message. INVALID_ARGUMENT (IMPORT_ROW) when the text is no number, day or word of it.
  absl::Status Set(google::protobuf::Message* record, absl::string_view value) const;

 private:
  std::string text_;
  std::string group_;
  std::vector<const google::protobuf::FieldDescriptor*> fields_;  // from the record inwards
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_FIELD_PATH_H_

// SPDX-License-Identifier: Apache-2.0
// Where a value of a file goes in a row of an import.
#include "client/command/field_path.h"

#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/nearest.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kRecordsMax = 50;

// What the node fills in, and what the group's name says already.
bool IsOfTheNode(const std::string& name) {
  return name == "name" || name == "etag" || name == "create_time" || name == "update_time" || name == "purpose" ||
         name == "recorded_by" || name == "notice_digest";
}

const Descriptor* RecordOf(absl::string_view group) {
  if (group == "member") return node::v1::Member::descriptor();
  if (group == "consent") return node::v1::Consent::descriptor();
  if (group == "service") return node::v1::Service::descriptor();
  if (group == "assessment") return node::v1::Assessment::descriptor();
  return nullptr;
}

bool IsDay(const FieldDescriptor& field) {
  return field.message_type() != nullptr && field.message_type()->full_name() == "google.type.Date";
}

void AddPaths(const std::string& prefix, const Descriptor& record, std::vector<std::string>* paths) {
  for (int i = 0; i < record.field_count(); ++i) {
    const FieldDescriptor& field = *record.field(i);
    if (IsOfTheNode(field.name())) continue;
    if (field.message_type() != nullptr && !IsDay(field)) {
      AddPaths(absl::StrCat(prefix, field.name(), "."), *field.message_type(), paths);
    } else {
      paths->push_back(absl::StrCat(prefix, field.name()));
    }
  }
}

absl::Status NoSuchField(const std::string& text) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "the mapping names a field that is not there")
      .Field("field", "must be a field as docs/OPERATING.md lists them")
      .Name("field", text)
      .Name("nearest", NearestName(text, FieldPath::All()));
}

absl::Status Wrong(Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kImportRow, "a value of the row can not be")
      .Field("value", what);
}

}  // namespace

std::vector<std::string> FieldPath::All() {
  std::vector<std::string> paths = {"member_name"};
  AddPaths("member.", *node::v1::Member::descriptor(), &paths);
  for (const std::string& purpose : WordsOf(node::v1::ConsentPurpose_descriptor()))
    AddPaths(absl::StrCat("consent.", purpose, "."), *node::v1::Consent::descriptor(), &paths);
  AddPaths("service.1.", *node::v1::Service::descriptor(), &paths);
  AddPaths("assessment.1.", *node::v1::Assessment::descriptor(), &paths);
  return paths;
}

absl::StatusOr<FieldPath> FieldPath::Parse(const std::string& text) {
  FieldPath path;
  path.text_ = text;
  if (text == "member_name") return path;
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  const Descriptor* record = RecordOf(parts[0]);
  size_t at = 1;
  path.group_ = parts[0];
  if (record == nullptr || parts.size() < 2) return NoSuchField(text);
  if (parts[0] != "member") {
    int32_t number = 0;
    const bool known = parts[0] == "consent"
                           ? NumberOf(node::v1::ConsentPurpose_descriptor(), parts[1], "field").ok()
                           : absl::SimpleAtoi(parts[1], &number) && number >= 1 && number <= kRecordsMax;
    if (!known) return NoSuchField(text);
    absl::StrAppend(&path.group_, ".", parts[1]);
    at = 2;
  }
  for (; at < parts.size(); ++at) {
    const FieldDescriptor* field = record == nullptr ? nullptr : record->FindFieldByName(parts[at]);
    if (field == nullptr || IsOfTheNode(field->name())) return NoSuchField(text);
    path.fields_.push_back(field);
    record = IsDay(*field) ? nullptr : field->message_type();
  }
  // A path ends at a value, not at a message.
  if (path.fields_.empty() || record != nullptr) return NoSuchField(text);
  return path;
}

bool FieldPath::is_day() const { return !fields_.empty() && IsDay(*fields_.back()); }

absl::Status FieldPath::Set(google::protobuf::Message* record, absl::string_view value) const {
  for (size_t i = 0; i + 1 < fields_.size(); ++i) record = record->GetReflection()->MutableMessage(record, fields_[i]);
  const FieldDescriptor& field = *fields_.back();
  const google::protobuf::Reflection& reflection = *record->GetReflection();
  if (IsDay(field)) {
    ASSIGN_OR_RETURN(const google::type::Date day, ParseDay(value, "value"));
    reflection.MutableMessage(record, &field)->CopyFrom(day);
    return absl::OkStatus();
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    int32_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) return Wrong("must be a whole number");
    reflection.SetInt32(record, &field, number);
    return absl::OkStatus();
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const absl::StatusOr<int> number = NumberOf(field.enum_type(), value, "value");
    if (!number.ok()) return Wrong("must be a word of this field; give it under [column.values]");
    reflection.SetEnumValue(record, &field, *number);
    return absl::OkStatus();
  }
  if (field.is_repeated()) {
    reflection.AddString(record, &field, std::string(value));
  } else {
    reflection.SetString(record, &field, std::string(value));
  }
  return absl::OkStatus();
}

}  // namespace aangan::client

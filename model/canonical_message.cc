// SPDX-License-Identifier: Apache-2.0
// Canonical bytes by walking a message's schema: see canonical_message.h.
#include "model/canonical_message.h"

#include <algorithm>
#include <vector>

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::model {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status WriteMessage(const Message& message, CanonicalWriter& out);

std::vector<const FieldDescriptor*> FieldsByNumber(const google::protobuf::Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return a->number() < b->number(); });
  return fields;
}

absl::Status WriteOne(const Message& message, const FieldDescriptor& field, CanonicalWriter& out) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      out.I64(reflection.GetInt32(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      out.I64(reflection.GetInt64(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      out.I64(reflection.GetEnumValue(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      out.U8(reflection.GetBool(message, &field) ? 1 : 0);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      out.Bytes(reflection.GetString(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteMessage(reflection.GetMessage(message, &field), out);
    default:
      AANGAN_CHECK(false && "this type of field has no canonical form");
  }
  return absl::OkStatus();
}

absl::Status WriteElement(const Message& message, const FieldDescriptor& field, int index, CanonicalWriter& out) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      out.I64(reflection.GetRepeatedInt64(message, &field, index));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      out.I64(reflection.GetRepeatedEnumValue(message, &field, index));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      out.Bytes(reflection.GetRepeatedString(message, &field, index));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteMessage(reflection.GetRepeatedMessage(message, &field, index), out);
    default:
      AANGAN_CHECK(false && "this type of element has no canonical form");
  }
  return absl::OkStatus();
}

absl::Status WriteMessage(const Message& message, CanonicalWriter& out) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "The message holds fields that this version of the program does not know; update the program.")
        .ToStatus();
  }
  for (const FieldDescriptor* field : FieldsByNumber(*message.GetDescriptor())) {
    if (field->is_repeated()) {
      AANGAN_CHECK(!field->is_map());
      const int count = reflection.FieldSize(message, field);
      out.U32(static_cast<uint32_t>(count));
      for (int i = 0; i < count; ++i) RETURN_IF_ERROR(WriteElement(message, *field, i, out));
      continue;
    }
    if (field->has_presence()) {
      const bool present = reflection.HasField(message, field);
      out.U8(present ? 1 : 0);
      if (!present) continue;
    }
    RETURN_IF_ERROR(WriteOne(message, *field, out));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CanonicalMessage(const Message& message) {
  CanonicalWriter out;
  RETURN_IF_ERROR(WriteMessage(message, out));
  return std::move(out).Take();
}

}  // namespace aangan::model

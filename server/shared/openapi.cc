// SPDX-License-Identifier: Apache-2.0
// OpenAPI from descriptors.
#include "server/shared/openapi.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "google/protobuf/descriptor.pb.h"

namespace aangan::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using json = nlohmann::ordered_json;

constexpr char kError[] = "connect.Error";
constexpr char kSchemas[] = "#/components/schemas/";

// The comment before a thing, on one line; empty when the descriptor has none.
template <typename T>
std::string CommentOf(const T& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string text = absl::StrReplaceAll(location.leading_comments, {{"\n", " "}});
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

json Described(json schema, const std::string& comment) {
  if (!comment.empty()) schema["description"] = comment;
  return schema;
}

// Types that protobuf writes in JSON in a way of their own; null for others.
json WellKnown(const std::string& name) {
  static const auto& kTypes = *new std::map<std::string, json>{
      {"google.protobuf.Timestamp", {{"type", "string"}, {"format", "date-time"}}},
      {"google.protobuf.Duration", {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$"}}},
      {"google.protobuf.FieldMask", {{"type", "string"}, {"description", "Paths with commas, fields in camelCase."}}},
      {"google.protobuf.Empty", {{"type", "object"}, {"additionalProperties", false}}},
      {"google.protobuf.Any",
       {{"type", "object"}, {"properties", {{"@type", {{"type", "string"}}}}}, {"required", {"@type"}}}}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? json() : found->second;
}

class Writer {
 public:
  json PathOf(const MethodDescriptor& method) {
    const std::string comment = CommentOf(method);
    json operation = {{"operationId", absl::StrCat(method.service()->name(), "_", method.name())},
                      {"tags", {method.service()->name()}}};
    if (!comment.empty()) operation["description"] = comment;
    operation["parameters"] = {{{"$ref", "#/components/parameters/protocol"}},
                               {{"$ref", "#/components/parameters/timeout"}}};
    operation["requestBody"] = {{"required", true}, {"content", InJson(MessageSchema(*method.input_type()))}};
    operation["responses"] = {
        {"200", {{"description", "OK"}, {"content", InJson(MessageSchema(*method.output_type()))}}},
        {"default", {{"$ref", "#/components/responses/error"}}}};
    return {{"post", std::move(operation)}};
  }
  json TakeSchemas() { return std::move(schemas_); }

 private:
  static json InJson(json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

  json MessageSchema(const Descriptor& message) {
    json own = WellKnown(message.full_name());
    if (!own.is_null()) return own;
    if (!schemas_.contains(message.full_name())) {
      schemas_[message.full_name()] = nullptr;  // known from here on, so that it may hold itself
      json properties = json::object();
      for (int i = 0; i < message.field_count(); ++i)
        properties[message.field(i)->json_name()] = FieldSchema(*message.field(i));
      schemas_[message.full_name()] =
          Described({{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}},
                    CommentOf(message));
    }
    return {{"$ref", kSchemas + message.full_name()}};
  }

  json EnumSchema(const EnumDescriptor& type) {
    if (!schemas_.contains(type.full_name())) {
      json names = json::array();
      std::string text = CommentOf(type);
      for (int i = 0; i < type.value_count(); ++i) {
        names.push_back(type.value(i)->name());
        const std::string comment = CommentOf(*type.value(i));
        if (!comment.empty()) absl::StrAppend(&text, " ", type.value(i)->name(), ": ", comment);
      }
      schemas_[type.full_name()] = Described({{"type", "string"}, {"enum", std::move(names)}}, text);
    }
    return {{"$ref", kSchemas + type.full_name()}};
  }

  json FieldSchema(const FieldDescriptor& field) {
    json schema;
    if (field.is_map()) {
      schema = {{"type", "object"}, {"additionalProperties", ValueSchema(*field.message_type()->map_value())}};
    } else if (field.is_repeated()) {
      schema = {{"type", "array"}, {"items", ValueSchema(field)}};
    } else {
      schema = ValueSchema(field);
    }
    std::string comment = CommentOf(field);
    if (const auto* oneof = field.real_containing_oneof(); oneof != nullptr)
      absl::StrAppend(&comment, comment.empty() ? "" : " ", "At most one of the fields of \"", oneof->name(), "\".");
    return Described(std::move(schema), comment);
  }

  json ValueSchema(const FieldDescriptor& field) {
    switch (field.type()) {
      case FieldDescriptor::TYPE_MESSAGE:
      case FieldDescriptor::TYPE_GROUP:
        return MessageSchema(*field.message_type());
      case FieldDescriptor::TYPE_ENUM:
        return EnumSchema(*field.enum_type());
      case FieldDescriptor::TYPE_BYTES:
        return {{"type", "string"}, {"contentEncoding", "base64"}};
      case FieldDescriptor::TYPE_STRING:
        return {{"type", "string"}};
      case FieldDescriptor::TYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::TYPE_DOUBLE:
      case FieldDescriptor::TYPE_FLOAT:
        return {{"type", "number"}};
      case FieldDescriptor::TYPE_INT32:
      case FieldDescriptor::TYPE_SINT32:
      case FieldDescriptor::TYPE_SFIXED32:
        return {{"type", "integer"}, {"format", "int32"}};
      case FieldDescriptor::TYPE_UINT32:
      case FieldDescriptor::TYPE_FIXED32:
        return {{"type", "integer"}, {"minimum", 0}};
      case FieldDescriptor::TYPE_UINT64:
      case FieldDescriptor::TYPE_FIXED64:
        return {{"type", {"string", "integer"}}, {"format", "uint64"}};  // written as a string, read from either
      case FieldDescriptor::TYPE_INT64:
      case FieldDescriptor::TYPE_SINT64:
      case FieldDescriptor::TYPE_SFIXED64:
        return {{"type", {"string", "integer"}}, {"format", "int64"}};
    }
    return {};
  }

  json schemas_ = json::object();
};

json ErrorSchema() {
  json detail = {{"type", "object"},
                 {"properties",
                  {{"type", {{"type", "string"}, {"description", "google.rpc.ErrorInfo or google.rpc.BadRequest."}}},
                   {"value", {{"type", "string"}, {"description", "The detail's bytes in base64, unpadded."}}},
                   {"debug", {{"type", "object"}, {"description", "The same, to be read."}}}}}};
  return {{"type", "object"},
          {"properties",
           {{"code", {{"type", "string"}}},
            {"message", {{"type", "string"}, {"description", "What is wrong and what to do, for developers."}}},
            {"details", {{"type", "array"}, {"items", std::move(detail)}}}}}};
}

json HeaderParameter(const char* name, json schema) {
  return {{"name", name}, {"in", "header"}, {"required", false}, {"schema", std::move(schema)}};
}

std::unique_ptr<google::protobuf::DescriptorPool> DescribedPool(absl::Span<const uint8_t> set) {
  google::protobuf::FileDescriptorSet files;
  AANGAN_CHECK(files.ParseFromArray(set.data(), static_cast<int>(set.size())));
  auto pool = std::make_unique<google::protobuf::DescriptorPool>();
  for (const auto& file : files.file()) AANGAN_CHECK(pool->BuildFile(file) != nullptr);
  return pool;
}

std::vector<const MethodDescriptor*> UnaryMethods(const Door& door, const google::protobuf::DescriptorPool& pool) {
  std::vector<const MethodDescriptor*> methods;
  for (const auto& [path, method] : door.methods()) {
    if (method.descriptor->client_streaming()) continue;
    const MethodDescriptor* described = pool.FindMethodByName(method.descriptor->full_name());
    AANGAN_CHECK(described != nullptr);
    methods.push_back(described);
  }
  return methods;
}

}  // namespace

std::string OpenApiJson(absl::string_view title, const std::vector<const MethodDescriptor*>& methods) {
  Writer writer;
  json paths = json::object();
  for (const MethodDescriptor* method : methods)
    paths[absl::StrCat("/", method->service()->full_name(), "/", method->name())] = writer.PathOf(*method);
  json schemas = writer.TakeSchemas();
  schemas[kError] = ErrorSchema();
  const json error = {{"description", "An error"},
                      {"content", {{"application/json", {{"schema", {{"$ref", absl::StrCat(kSchemas, kError)}}}}}}}};
  const json document = {
      {"openapi", "3.1.0"},
      {"info", {{"title", std::string(title)}, {"version", "v1"}}},
      {"security", {{{"token", json::array()}}, {{"cookie", json::array()}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"securitySchemes",
         {{"token", {{"type", "http"}, {"scheme", "bearer"}}},
          {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-aangan"}}}}},
        {"parameters",
         {{"protocol", HeaderParameter("Connect-Protocol-Version", {{"type", "string"}, {"const", "1"}})},
          {"timeout", HeaderParameter("Connect-Timeout-Ms", {{"type", "integer"}, {"minimum", 0}})}}},
        {"responses", {{"error", error}}},
        {"schemas", std::move(schemas)}}}};
  return document.dump();
}

std::string DescribeRpcs(absl::string_view title, const Door& door, absl::Span<const uint8_t> set) {
  const auto pool = DescribedPool(set);
  return OpenApiJson(title, UnaryMethods(door, *pool));
}

}  // namespace aangan::server

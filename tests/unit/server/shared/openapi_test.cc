// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document names every unary method and every field that such a method takes or gives, and no reference in
// it leads nowhere.
#include "server/shared/openapi.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/node/v1/operator.pb.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.pb.h"

namespace aangan::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using nlohmann::json;

std::vector<const MethodDescriptor*> SomeMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const Descriptor* of :
       {node::v1::Member::descriptor(), node::v1::Service::descriptor(), node::v1::ImportRow::descriptor()}) {
    for (int s = 0; s < of->file()->service_count(); ++s) {
      for (int i = 0; i < of->file()->service(s)->method_count(); ++i) {
        const MethodDescriptor* method = of->file()->service(s)->method(i);
        if (!method->client_streaming()) methods.push_back(method);
      }
    }
  }
  return methods;
}

// Every message that can be reached from this one.
void Reach(const Descriptor& message, std::set<const Descriptor*>& reached) {
  if (absl::StartsWith(message.full_name(), "google.protobuf.") || !reached.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->message_type() != nullptr) Reach(*message.field(i)->message_type(), reached);
  }
}

void ExpectReferencesLead(const json& node, const json& document) {
  if (node.is_object() && node.contains("$ref")) {
    const std::string pointer = node["$ref"].get<std::string>().substr(1);
    EXPECT_TRUE(document.contains(json::json_pointer(pointer))) << pointer;
  }
  for (const auto& child : node) {
    if (child.is_structured()) ExpectReferencesLead(child, document);
  }
}

TEST(OpenApi, HasEveryUnaryMethodAndField) {
  const std::vector<const MethodDescriptor*> methods = SomeMethods();
  ASSERT_GT(methods.size(), 20u);
  const json document = json::parse(OpenApiJson("Aangan node", methods));
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<const Descriptor*> messages;
  for (const MethodDescriptor* method : methods) {
    const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
    ASSERT_TRUE(document["paths"].contains(path)) << path;
    EXPECT_TRUE(document["paths"][path]["post"]["responses"].contains("default"));
    Reach(*method->input_type(), messages);
    Reach(*method->output_type(), messages);
  }
  EXPECT_EQ(document["paths"].size(), methods.size());
  for (const Descriptor* message : messages) {
    if (message->options().map_entry()) continue;
    ASSERT_TRUE(document["components"]["schemas"].contains(message->full_name())) << message->full_name();
    const json& properties = document["components"]["schemas"][message->full_name()]["properties"];
    EXPECT_EQ(properties.size(), static_cast<size_t>(message->field_count())) << message->full_name();
    for (int i = 0; i < message->field_count(); ++i)
      EXPECT_TRUE(properties.contains(message->field(i)->json_name())) << message->field(i)->full_name();
  }
  ExpectReferencesLead(document, document);
}

TEST(OpenApi, TypesAreThoseOfProtobufsJson) {
  const json document = json::parse(OpenApiJson("Aangan node", SomeMethods()));
  const json& member = document["components"]["schemas"]["aangan.node.v1.Member"]["properties"];
  EXPECT_EQ(member["name"]["type"], "string");
  EXPECT_EQ(member["birthYear"]["type"], "integer");
  EXPECT_EQ(member["createTime"]["format"], "date-time");
}

}  // namespace
}  // namespace aangan::server

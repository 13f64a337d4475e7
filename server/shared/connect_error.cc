// SPDX-License-Identifier: Apache-2.0
// Errors of the Connect protocol.
#include "server/shared/connect_error.h"

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/status.pb.h"
#include "server/shared/rich_status.h"

namespace aangan::server {
namespace {

using nlohmann::json;

struct Code {
  const char* name;
  int http;
};
// By absl::StatusCode, which counts as gRPC does.
constexpr std::array<Code, 17> kCodes = {{{"ok", 200},
                                          {"canceled", 499},
                                          {"unknown", 500},
                                          {"invalid_argument", 400},
                                          {"deadline_exceeded", 504},
                                          {"not_found", 404},
                                          {"already_exists", 409},
                                          {"permission_denied", 403},
                                          {"resource_exhausted", 429},
                                          {"failed_precondition", 400},
                                          {"aborted", 409},
                                          {"out_of_range", 400},
                                          {"unimplemented", 501},
                                          {"internal", 500},
                                          {"unavailable", 503},
                                          {"data_loss", 500},
                                          {"unauthenticated", 401}}};

// The detail in JSON, for people; null when its type is not known.
json Readable(const std::string& type, const std::string& bytes) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* descriptor = pool->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  std::string text;
  if (!message->ParseFromString(bytes) || !google::protobuf::util::MessageToJsonString(*message, &text).ok())
    return nullptr;
  return json::parse(text, nullptr, false);
}

}  // namespace

HttpResponse ConnectError(const absl::Status& status) {
  const auto number = static_cast<size_t>(status.code());
  const Code& code = kCodes[number < kCodes.size() ? number : static_cast<size_t>(absl::StatusCode::kUnknown)];
  json body = {{"code", code.name}, {"message", std::string(status.message())}};
  const google::rpc::Status rich = RichStatusOf(status);
  for (const auto& detail : rich.details()) {
    const std::string type(absl::StripPrefix(detail.type_url(), "type.googleapis.com/"));
    json each = {
        {"type", type},
        {"value", std::string(absl::StripSuffix(absl::StripSuffix(absl::Base64Escape(detail.value()), "="), "="))}};
    json readable = Readable(type, detail.value());
    if (readable.is_object()) each["debug"] = std::move(readable);
    body["details"].push_back(std::move(each));
  }
  HttpResponse response;
  response.status = code.http;
  response.content_type = "application/json";
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return response;
}

}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// The Connect protocol's unary form.
#include "server/shared/connect.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "google/protobuf/util/json_util.h"
#include "server/shared/connect_error.h"
#include "server/shared/http_rules.h"
#include "server/shared/sign_in.h"
#include "server/shared/strict_json.h"

namespace aangan::server {
namespace {

using google::protobuf::Message;

constexpr size_t kTimeoutDigitsMax = 10;

enum class Codec { kJson, kBinary };

std::optional<Codec> CodecOf(absl::string_view content_type) {
  std::string type = absl::AsciiStrToLower(absl::StripAsciiWhitespace(content_type));
  if (type == "application/proto") return Codec::kBinary;
  type.erase(std::remove(type.begin(), type.end(), ' '), type.end());
  if (type == "application/json" || type == "application/json;charset=utf-8") return Codec::kJson;
  return std::nullopt;
}

absl::Status Malformed(Literal words) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, words);
}

absl::Status Parse(Codec codec, const std::string& body, Message* message) {
  if (codec == Codec::kBinary)
    return message->ParseFromString(body) ? absl::OkStatus() : Malformed("The request does not parse.");
  RETURN_IF_ERROR(CheckJson(body));
  // Its own words quote the body and are dropped.
  if (google::protobuf::util::JsonStringToMessage(body, message).ok()) return absl::OkStatus();
  return Malformed(
      "The JSON is not a request of this rpc: a field is unknown or of another type. /openapi.json lists them.");
}

absl::StatusOr<HttpResponse> Write(Codec codec, const Message& message) {
  HttpResponse response;
  response.content_type = codec == Codec::kJson ? "application/json" : "application/proto";
  const bool written = codec == Codec::kJson ? google::protobuf::util::MessageToJsonString(message, &response.body).ok()
                                             : message.SerializeToString(&response.body);
  if (written) return response;
  return Problem(absl::StatusCode::kInternal, Reason::kInternal, "The answer can not be written in this form.")
      .ToStatus();
}

// The deadline that the caller set, by our clock.
absl::StatusOr<absl::Time> DeadlineOf(const HttpRequest& request, absl::Time now) {
  const absl::string_view text = request.Header("connect-timeout-ms");
  if (text.empty()) return absl::InfiniteFuture();
  int64_t timeout_ms = 0;
  if (text.size() > kTimeoutDigitsMax || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &timeout_ms))
    return Malformed("Connect-Timeout-Ms must be a whole number of at most ten digits.");
  return now + absl::Milliseconds(timeout_ms);
}

// What HTTP itself refuses; none when the request may be tried.
std::optional<HttpResponse> RefusedByHttp(const HttpRequest& request) {
  if (request.method != "POST") return WrongMethod("An rpc is called by POST.", "POST");
  if (CodecOf(request.Header("content-type"))) return std::nullopt;
  HttpResponse refused = InWords(
      415, absl::StartsWith(request.Header("content-type"), "application/connect+")
               ? "There are no streams over HTTPS. Call a client stream by gRPC; ask for progress again and again."
               : "The body must be application/json or application/proto.");
  refused.headers.emplace_back("Accept-Post", "application/json, application/proto");
  return refused;
}

// What the protocol refuses before the door is asked.
absl::Status CheckProtocol(const HttpRequest& request) {
  const absl::string_view version = request.Header("connect-protocol-version");
  if (!version.empty() && version != "1") return Malformed("Connect-Protocol-Version must be 1.");
  const absl::string_view encoding = request.Header("content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    return Problem(absl::StatusCode::kUnimplemented, Reason::kInvalidField,
                   "Compressed bodies are not taken. Send it as it is.");
  }
  return absl::OkStatus();
}

}  // namespace

bool Connect::IsRpc(absl::string_view path) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  if (parts.size() != 3 || !absl::StrContains(parts[1], '.')) return false;
  const auto is_name = [](absl::string_view text) {
    return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '.'; });
  };
  return is_name(parts[1]) && is_name(parts[2]);
}

void Connect::Answer(HttpRequest request, HttpReply reply) const {
  if (std::optional<HttpResponse> refused = RefusedByHttp(request)) return reply(*std::move(refused));
  const Codec codec = *CodecOf(request.Header("content-type"));
  const absl::Status checked = CheckProtocol(request);
  if (!checked.ok()) return reply(ConnectError(checked));
  const absl::StatusOr<absl::Time> deadline = DeadlineOf(request, clock_->Now());
  if (!deadline.ok()) return reply(ConnectError(deadline.status()));
  const absl::StatusOr<std::string> credential = CredentialOf(request);
  if (!credential.ok()) return reply(ConnectError(credential.status()));
  const auto method = door_->methods().find(request.path);
  if (method != door_->methods().end() && method->second.handler.client_streaming) {
    return reply(ConnectError(
        Problem(absl::StatusCode::kUnimplemented, Reason::kInvalidField, "This rpc takes a stream. Call it by gRPC.")));
  }
  const Peer peer = PeerOf(request);
  const Header header = [&](absl::string_view name) -> absl::string_view {
    return name == "authorization" ? absl::string_view(*credential) : request.Header(name);
  };
  absl::StatusOr<CallPtr> call =
      door_->Enter(request.path, peer, header, *deadline, [gone = request.gone] { return gone && gone->load(); });
  if (!call.ok()) {
    HttpResponse refused = ConnectError(call.status());
    refused.delay = door_->RefuseAfter(peer, call.status());
    return reply(std::move(refused));
  }
  std::unique_ptr<Message> message = door_->NewRequest(**call);
  const absl::Status parsed = Parse(codec, request.body, message.get());
  Wipe(request.body);
  if (!parsed.ok()) {
    door_->Leave(*call);
    return reply(ConnectError(parsed));
  }
  door_->Run(*std::move(call), std::move(message),
             [codec, reply = std::move(reply)](const absl::Status& status, std::unique_ptr<Message> answer) {
               if (!status.ok()) return reply(ConnectError(status));
               absl::StatusOr<HttpResponse> written = Write(codec, *answer);
               reply(written.ok() ? *std::move(written) : ConnectError(written.status()));
             });
}

}  // namespace aangan::server

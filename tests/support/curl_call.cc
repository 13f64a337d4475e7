// SPDX-License-Identifier: Apache-2.0
// The same call by curl in JSON and by gRPC.
#include "tests/support/curl_call.h"

#include <fstream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "tests/support/command_line.h"
#include "tests/support/generic_call.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using nlohmann::json;

std::unique_ptr<Message> Make(const Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// A detail by its type's full name, as text.
std::string DetailInWords(const std::string& type, const std::string& bytes) {
  const Descriptor* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return absl::StrCat(type, " ", absl::BytesToHexString(bytes));
  const auto message = Make(descriptor);
  AANGAN_CHECK(message->ParseFromString(bytes));
  return absl::StrCat(type, " { ", message->ShortDebugString(), " }");
}

std::string InWords(const std::string& code, const std::string& words, const std::set<std::string>& details) {
  return absl::StrCat(code, " ", words, " ", absl::StrJoin(details, " "));
}

}  // namespace

HttpsAnswer Curl(const HttpsPeer& peer, const HttpsRequest& request) {
  const TempDir folder;
  std::ofstream(folder / "headers") << absl::StrJoin(request.headers, "\n") << "\n";
  std::ofstream(folder / "body", std::ios::binary) << request.body;
  std::string line =
      absl::StrCat("curl --silent --show-error --cacert ", peer.authority_path, " --header @", folder / "headers",
                   " --data-binary @", folder / "body", " --write-out '\\n%{http_code}\\n' https://localhost",
                   peer.address.substr(peer.address.rfind(':')), request.path);
  if (!peer.certificate_path.empty())
    absl::StrAppend(&line, " --cert ", peer.certificate_path, " --key ", peer.key_path);
  HttpsAnswer answer;
  answer.body = Printed(line);
  // The body, the status of HTTP on a line of its own, curl's exit code.
  const size_t end = answer.body.rfind("\ncode 0\n");
  if (end == std::string::npos) return answer;
  const size_t at = answer.body.rfind('\n', end - 1);
  if (at == std::string::npos || !absl::SimpleAtoi(answer.body.substr(at + 1, end - at - 1), &answer.status))
    return answer;
  answer.body.resize(at);
  return answer;
}

absl::StatusOr<json> GrpcInJson(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                                const std::string& token, const std::string& body) {
  const auto* method = DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(absl::StripPrefix(path, "/"), {{"/", "."}}));
  AANGAN_CHECK(method != nullptr);
  const auto request = Make(method->input_type()), response = Make(method->output_type());
  AANGAN_CHECK(google::protobuf::util::JsonStringToMessage(body, request.get()).ok());
  ASSIGN_OR_RETURN(const std::string bytes, CallGenerically(channel, {path, token, request->SerializeAsString()}));
  std::string text;
  AANGAN_CHECK(response->ParseFromString(bytes) && google::protobuf::util::MessageToJsonString(*response, &text).ok());
  return json::parse(text);
}

std::string InWords(const absl::Status& status) {
  if (status.ok()) return "OK";
  std::set<std::string> details;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& bytes) {
    details.insert(DetailInWords(std::string(absl::StripPrefix(url, "type.googleapis.com/")), std::string(bytes)));
  });
  return InWords(absl::StatusCodeToString(status.code()), std::string(status.message()), details);
}

std::string InWords(const HttpsAnswer& answer) {
  if (answer.status == 200) return "OK";
  const json body = json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return absl::StrCat(answer.status, " ", answer.body);
  std::set<std::string> details;
  for (const json& detail : body.value("details", json::array())) {
    std::string bytes;
    AANGAN_CHECK(absl::Base64Unescape(detail.value("value", ""), &bytes));
    details.insert(DetailInWords(detail.value("type", ""), bytes));
  }
  return InWords(absl::AsciiStrToUpper(body.value("code", "")), body.value("message", ""), details);
}

}  // namespace aangan::tests

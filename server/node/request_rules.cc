// SPDX-License-Identifier: Apache-2.0
// What every request about a member's records has in common.
#include "server/node/request_rules.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kRequestIdField = "request_id";

// 8-4-4-4-12 hexadecimal digits, RFC 4122.
bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace

std::string ActorOf(const server::Call& call) { return absl::StrCat("tokens/", call.caller().id); }

absl::Status CheckOwn(const server::Call& call, const model::Id& member) {
  if (call.caller().role != server::Role::kMember) return absl::OkStatus();
  if (call.caller().member == absl::StrCat("members/", model::IdText(member))) return absl::OkStatus();
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "This token opens the record of its own member alone.");
}

absl::StatusOr<model::RecordName> NameFor(const server::Call& call, model::RecordKind kind, absl::string_view name,
                                          absl::string_view field) {
  ASSIGN_OR_RETURN(const model::RecordName parsed, model::ParseRecordName(kind, name, field));
  RETURN_IF_ERROR(CheckOwn(call, parsed.member));
  return parsed;
}

absl::StatusOr<model::Id> IdOrNew(absl::string_view id, absl::string_view field, RandomSource& random) {
  if (id.empty()) return model::RandomId(random);
  return model::ParseId(id, field);
}

std::string Deterministic(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  AANGAN_CHECK(message.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

absl::StatusOr<std::optional<storage::node::RequestKey>> RequestKeyOf(const server::Call& call,
                                                                      const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName(std::string(kRequestIdField));
  AANGAN_CHECK(field != nullptr);
  const std::string id = request.GetReflection()->GetString(request, field);
  if (id.empty()) return std::nullopt;
  if (!IsUuid(id)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The request_id is not a UUID.")
        .Field(kRequestIdField, "must be a UUID in its usual form, or empty");
  }
  const std::unique_ptr<google::protobuf::Message> content(request.New());
  content->CopyFrom(request);
  content->GetReflection()->ClearField(content.get(), field);
  return storage::node::RequestKey{call.caller().id, call.path(), absl::AsciiStrToLower(id),
                                   Sha256(Deterministic(*content))};
}

storage::node::Done FinishEmpty(server::Done<google::protobuf::Empty> done) {
  return [done = std::move(done)](absl::StatusOr<storage::node::Committed> committed) {
    if (!committed.ok()) return done(committed.status());
    done(google::protobuf::Empty());
  };
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Errors with google.rpc details: see problem.h.
#include "base/problem.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace aangan {
namespace {

constexpr absl::string_view kErrorInfoType = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kBadRequestType = "type.googleapis.com/google.rpc.BadRequest";
constexpr absl::string_view kDomain = "aangan";
constexpr size_t kFieldsMax = 20;
constexpr size_t kDetailBytesMax = 3500;  // leaves room under 4 KiB for the rest of google.rpc.Status
constexpr size_t kNameBytesMax = 200;

// In the order of the enum.
constexpr std::array<absl::string_view, static_cast<size_t>(Reason::kInternal) + 1> kReasonNames = {
    "INVALID_FIELD",
    "UNKNOWN_CODE",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "ERASED_ID",
    "STALE_ETAG",
    "MISSING_ETAG",
    "REQUEST_ID_REUSED",
    "BAD_PAGE_TOKEN",
    "NO_CREDENTIAL",
    "BAD_TOKEN",
    "BAD_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_ENDED",
    "NOT_ALLOWED",
    "GRANT_NEEDED",
    "PERMIT_NEEDED",
    "TOO_MANY",
    "TOO_LARGE",
    "BUSY",
    "DISK_RESERVE",
    "STOPPING",
    "DEADLINE",
    "DAMAGED",
    "LOG_SHORTENED",
    "NEWER_FORMAT",
    "LOCKED",
    "KEY_MISSING",
    "BAD_PASSPHRASE",
    "BAD_PART",
    "NOT_ENOUGH_PARTS",
    "BAD_SIGNATURE",
    "NOT_ENOUGH_KEYS",
    "NOT_ENOUGH_SIGNATURES",
    "CATALOGUE_REFUSED",
    "NO_CATALOGUE",
    "NO_ROSTER",
    "PERIOD_NOT_ENDED",
    "PERIOD_CLOSED",
    "PERIOD_TOO_OLD",
    "BUDGET",
    "PROPOSAL_CHANGED",
    "WRONG_STATE",
    "REHEARSAL_NOT_ALLOWED",
    "WRONG_LENGTH",
    "OUT_OF_RANGE",
    "ROUND_FROZEN",
    "BAD_OFFSET",
    "JOIN_TOKEN_USED",
    "NO_LINK",
    "CLOCK_WRONG",
    "IMPORT_ROW",
    "SEALED",
    "UNKNOWN_NOTICE",
    "INTERNAL"};

std::string SafeName(absl::string_view name, absl::string_view allowed = "/_.:-") {
  std::string safe(name.substr(0, kNameBytesMax));
  for (char& c : safe) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && allowed.find(c) == absl::string_view::npos) c = '?';
  }
  return safe;
}

template <typename Message>
absl::Cord Packed(const Message& message) {
  return absl::Cord(message.SerializeAsString());
}

bool ReadInfo(const absl::Status& status, google::rpc::ErrorInfo* info) {
  auto payload = status.GetPayload(kErrorInfoType);
  return payload.has_value() && info->ParseFromString(std::string(*payload)) && info->domain() == kDomain;
}

}  // namespace

absl::string_view ReasonName(Reason reason) { return kReasonNames[static_cast<size_t>(reason)]; }

Problem::Problem(absl::StatusCode code, Reason reason, Literal message)
    : code_(code), reason_(reason), message_(message) {}

Problem& Problem::Field(absl::string_view path, Literal what) {
  fields_.emplace_back(SafeName(path, "/_.:-[]"), what.text());  // "tables[2].id"
  return *this;
}

Problem& Problem::Number(Literal key, int64_t value) {
  metadata_.emplace_back(key.text(), absl::StrCat(value));
  return *this;
}

Problem& Problem::Name(Literal key, absl::string_view resource_name) {
  metadata_.emplace_back(key.text(), SafeName(resource_name));
  return *this;
}

Problem& Problem::Text(Literal key, Literal value) {
  metadata_.emplace_back(key.text(), std::string(value.text()));
  return *this;
}

absl::Status Problem::ToStatus() const {
  google::rpc::BadRequest bad;
  size_t left_out = 0;
  for (const auto& [path, what] : fields_) {
    if (bad.field_violations_size() >= static_cast<int>(kFieldsMax)) {
      ++left_out;
      continue;
    }
    auto* violation = bad.add_field_violations();
    violation->set_field(path);
    violation->set_description(std::string(what));
    if (bad.ByteSizeLong() > kDetailBytesMax / 2) {
      bad.mutable_field_violations()->RemoveLast();
      ++left_out;
    }
  }
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(ReasonName(reason_)));
  info.set_domain(std::string(kDomain));
  for (const auto& [key, value] : metadata_) {
    if (info.ByteSizeLong() + key.size() + value.size() < kDetailBytesMax / 2)
      (*info.mutable_metadata())[std::string(key)] = value;
  }
  if (left_out > 0) (*info.mutable_metadata())["violationsLeftOut"] = absl::StrCat(left_out);
  absl::Status status(code_, message_.text());
  status.SetPayload(kErrorInfoType, Packed(info));
  if (bad.field_violations_size() > 0) status.SetPayload(kBadRequestType, Packed(bad));
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return ReadInfo(status, &info) ? info.reason() : "";
}

bool HasReason(const absl::Status& status, Reason reason) { return ReasonOf(status) == ReasonName(reason); }

}  // namespace aangan

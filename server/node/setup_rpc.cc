// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.SetupService.
#include "server/node/setup_rpc.h"

#include <utility>

#include "absl/strings/match.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "privacy/key_split.h"
#include "server/node/first_start.h"

namespace aangan::node {
namespace {

constexpr size_t kPathBytesMax = 1000;
constexpr size_t kPassphraseBytesMax = 1024;
constexpr size_t kPartBytesMax = 4096;

absl::Status SetUp() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "This node has been set up. To begin anew, stop it and move its folder away.");
}

// Leaves nothing of it behind.
SecretBytes Taken(std::string& text) {
  SecretBytes secret = SecretBytes::Copy(AsBytes(text));
  Wipe(text);
  return secret;
}

absl::Status Check(const v1::RestoreBackupRequest& request) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The restore needs other words.");
  const auto is_path = [](const std::string& text) {
    return absl::StartsWith(text, "/") && text.size() <= kPathBytesMax;
  };
  if (!is_path(request.folder())) problem.Field("folder", "must be the folder of the backup, from / on");
  if (!is_path(request.keys_from())) problem.Field("keys_from", "must be the key file or its folder, from / on");
  if (request.passphrase().size() > kPassphraseBytesMax)
    problem.Field("passphrase", "must have at most 1,024 characters");
  if (request.parts_size() > privacy::kKeyPartsMax) problem.Field("parts", "must be at most 14");
  for (const std::string& part : request.parts()) {
    if (part.size() > kPartBytesMax) problem.Field("parts", "must each be the eight lines of a part");
  }
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

}  // namespace

const google::protobuf::ServiceDescriptor* SetupRpc::Service() {
  return v1::GetSetupRequest::descriptor()->file()->FindServiceByName("SetupService");
}

std::map<std::string, server::Handler> SetupRpc::Handlers() {
  return {{"GetSetup", server::Handle(this, &SetupRpc::GetSetup)},
          {"StartNewNode", server::Handle(this, &SetupRpc::StartNewNode)},
          {"RestoreBackup", server::Handle(this, &SetupRpc::RestoreBackup)}};
}

absl::StatusOr<v1::GetSetupResponse> SetupRpc::GetSetup(const server::Call&, const v1::GetSetupRequest&) {
  if (first_start_ != nullptr) return first_start_->Describe();
  v1::GetSetupResponse serves;
  serves.set_state(v1::SETUP_STATE_DONE);
  return serves;
}

void SetupRpc::StartNewNode(server::CallPtr, v1::StartNewNodeRequest request,
                            server::Done<v1::StartNewNodeResponse> done) {
  SecretBytes passphrase = Taken(*request.mutable_passphrase());
  if (first_start_ == nullptr) return done(SetUp());
  if (passphrase.size() > kPassphraseBytesMax) {
    return done(Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The passphrase is too long.")
                    .Field("passphrase", "must have at most 1,024 characters")
                    .ToStatus());
  }
  if (const absl::Status made = first_start_->StartNewNode(std::move(passphrase)); !made.ok()) return done(made);
  done(v1::StartNewNodeResponse());
}

void SetupRpc::RestoreBackup(server::CallPtr, v1::RestoreBackupRequest request,
                             server::Done<v1::RestoreBackupResponse> done) {
  const absl::Status checked = first_start_ == nullptr ? SetUp() : Check(request);
  FirstStart::Wish wish;
  wish.passphrase = Taken(*request.mutable_passphrase());
  for (std::string& part : *request.mutable_parts()) wish.parts.push_back(Taken(part));
  if (!checked.ok()) return done(checked);
  wish.folder = request.folder();
  wish.keys_from = request.keys_from();
  wish.accept_older = request.accept_older();
  wish.lose_members_without_key = request.lose_members_without_key();
  if (const absl::Status begun = first_start_->BeginRestore(std::move(wish)); !begun.ok()) return done(begun);
  done(v1::RestoreBackupResponse());
}

}  // namespace aangan::node

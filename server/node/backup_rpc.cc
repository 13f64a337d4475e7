// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.BackupService.
#include "server/node/backup_rpc.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/signing.h"
#include "base/status.h"
#include "server/node/convert.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"
#include "storage/node/erasure.h"
#include "storage/node/seals.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::BackupNote;
using storage::node::ErasureReceipt;
using storage::node::KeyCopyNote;
using storage::node::ReadBackupNotes;
using storage::node::ReadKeyCopyNotes;

constexpr absl::Duration kBackupWarning = absl::Hours(24 * 7);
constexpr int kKeepDefault = 8;
constexpr int kKeepMax = 1000;
constexpr size_t kPathBytesMax = 1000;

v1::Backup BackupMessage(const BackupJob& job) {
  v1::Backup message;
  message.set_name(absl::StrCat("backups/", job.note.number));
  message.set_state(static_cast<v1::BackupState>(job.state));
  *message.mutable_create_time() = TimestampFromMicros(job.note.time_us);
  message.set_sequence(static_cast<int64_t>(job.note.sequence));
  message.set_done_bytes(static_cast<int64_t>(job.done_bytes));
  message.set_total_bytes(static_cast<int64_t>(job.total_bytes));
  message.set_written_bytes(static_cast<int64_t>(job.written_bytes));
  message.set_reason(job.reason);
  return message;
}

v1::KeyCopy KeyCopyMessage(const KeyCopyNote& note) {
  v1::KeyCopy message;
  message.set_name(absl::StrCat("keyCopies/", note.generation));
  message.set_label(note.label);
  *message.mutable_create_time() = TimestampFromMicros(note.time_us);
  if (note.overwritten_us != 0) *message.mutable_overwrite_time() = TimestampFromMicros(note.overwritten_us);
  return message;
}

v1::ErasureReceipt ReceiptMessage(const ErasureReceipt& receipt) {
  v1::ErasureReceipt message;
  const storage::node::ErasureNote& note = receipt.note;
  message.set_name(absl::StrCat("erasureReceipts/", model::IdText(note.member)));
  if (note.enrolled_us != 0) *message.mutable_enrol_time() = TimestampFromMicros(note.enrolled_us);
  if (note.destroyed_us != 0) *message.mutable_destroy_time() = TimestampFromMicros(note.destroyed_us);
  if (note.cleared_us != 0) *message.mutable_clear_time() = TimestampFromMicros(note.cleared_us);
  message.set_destroyed_sequence(static_cast<int64_t>(note.destroyed_sequence));
  for (const KeyCopyNote& copy : receipt.key_copies) *message.add_key_copies() = KeyCopyMessage(copy);
  for (const BackupNote& backup : receipt.backups) {
    v1::Backup& shown = *message.add_backups();
    shown.set_name(absl::StrCat("backups/", backup.number));
    *shown.mutable_create_time() = TimestampFromMicros(backup.time_us);
    shown.set_sequence(static_cast<int64_t>(backup.sequence));
  }
  return message;
}

absl::StatusOr<uint64_t> NumberOf(absl::string_view name) {
  uint64_t number = 0;
  if (absl::ConsumePrefix(&name, "backups/") && absl::SimpleAtoi(name, &number) && number > 0) return number;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a backup.")
      .Field("name", "must be backups/{number}");
}

// A page of what is listed by number: the position is the last number shown.
template <typename Item, typename Number, typename Show>
std::string PageByNumber(const std::vector<Item>& items, const Page& page, Number number, Show show) {
  uint64_t after = 0;
  if (!absl::SimpleAtoi(page.after, &after)) after = 0;
  size_t shown = 0;
  for (const Item& item : items) {
    if (number(item) <= after) continue;
    if (shown++ == page.size) return absl::StrCat(after);
    show(item);
    after = number(item);
  }
  return "";
}

}  // namespace

bool WantsBackup(const storage::node::NodeStore& store, absl::Time now) {
  const std::unique_ptr<storage::Reader> snapshot = store.TakeSnapshot();
  const auto notes = ReadBackupNotes(*snapshot);
  absl::StatusOr<int64_t> since = storage::node::FirstAuditTime(*snapshot);
  if (!notes.ok() || !since.ok()) return true;
  for (const BackupNote& note : *notes) {
    if (note.bytes > 0) since = std::max(*since, note.time_us);
  }
  return now - absl::FromUnixMicros(*since) > kBackupWarning;
}

std::map<std::string, server::Handler> BackupRpc::Handlers() {
  return {{"CreateBackup", server::Handle(this, &BackupRpc::CreateBackup)},
          {"GetBackup", server::Handle(this, &BackupRpc::GetBackup)},
          {"ListBackups", server::Handle(this, &BackupRpc::ListBackups)},
          {"VerifyBackup", server::Handle(this, &BackupRpc::VerifyBackup)},
          {"CreateKeyCopy", server::Handle(this, &BackupRpc::CreateKeyCopy)},
          {"ListKeyCopies", server::Handle(this, &BackupRpc::ListKeyCopies)},
          {"GetErasureReceipt", server::Handle(this, &BackupRpc::GetErasureReceipt)},
          {"PreviewErasure", server::Handle(this, &BackupRpc::PreviewErasure)}};
}

absl::Status BackupRpc::CheckFolder(const std::string& folder) const {
  std::error_code error;
  const auto below = [&](const std::string& path) {
    return absl::StrCat(std::filesystem::weakly_canonical(path, error).string(), "/");
  };
  const bool absolute = !folder.empty() && folder[0] == '/' && folder.size() <= kPathBytesMax;
  // A stick that is not plugged in must not become a folder of this disk.
  const bool is_there = absolute && std::filesystem::is_directory(std::filesystem::path(folder).parent_path(), error);
  if (is_there && !absl::StartsWith(below(folder), below(rooms_.data)) && !error) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "A copy goes to a folder outside the node's own, best on another medium.")
      .Field("folder", "must be an absolute path outside the data folder, in a folder that is there");
}

absl::StatusOr<v1::Backup> BackupRpc::CreateBackup(const server::Call& call, const v1::CreateBackupRequest& request) {
  RETURN_IF_ERROR(CheckFolder(request.folder()));
  if (request.keep_generations() < 0 || request.keep_generations() > kKeepMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "At least one generation stays.")
        .Field("keep_generations", "must be 1 to 1,000, or 0 for 8");
  }
  const int keep = request.keep_generations() == 0 ? kKeepDefault : request.keep_generations();
  ASSIGN_OR_RETURN(const BackupJob job,
                   rooms_.agent->Create(request.folder(), static_cast<size_t>(keep), ActorOf(call)));
  return BackupMessage(job);
}

absl::StatusOr<v1::Backup> BackupRpc::GetBackup(const server::Call&, const v1::GetBackupRequest& request) {
  ASSIGN_OR_RETURN(const uint64_t number, NumberOf(request.name()));
  ASSIGN_OR_RETURN(const BackupJob job, rooms_.agent->Get(number));
  return BackupMessage(job);
}

absl::StatusOr<v1::ListBackupsResponse> BackupRpc::ListBackups(const server::Call& call,
                                                               const v1::ListBackupsRequest& request) {
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(*rooms_.records.page_tokens, call, "backups", request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const std::vector<BackupJob> jobs, rooms_.agent->List());
  v1::ListBackupsResponse response;
  const std::string last = PageByNumber(
      jobs, page, [](const BackupJob& job) { return job.note.number; },
      [&](const BackupJob& job) { *response.add_backups() = BackupMessage(job); });
  if (!last.empty()) response.set_next_page_token(server::NextPage(*rooms_.records.page_tokens, call, "backups", last));
  return response;
}

absl::StatusOr<v1::Backup> BackupRpc::VerifyBackup(const server::Call&, const v1::VerifyBackupRequest& request) {
  ASSIGN_OR_RETURN(const uint64_t number, NumberOf(request.name()));
  RETURN_IF_ERROR(CheckFolder(request.folder()));
  ASSIGN_OR_RETURN(const BackupJob job, rooms_.agent->Verify(number, request.folder()));
  return BackupMessage(job);
}

absl::StatusOr<v1::KeyCopy> BackupRpc::CreateKeyCopy(const server::Call& call,
                                                     const v1::CreateKeyCopyRequest& request) {
  RETURN_IF_ERROR(CheckFolder(request.folder()));
  std::error_code ignored;
  if (std::filesystem::exists(absl::StrCat(request.folder(), "/generations"), ignored)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "The key file is kept apart from the backups: together they open everything.")
        .Field("folder", "must not be the folder of a backup");
  }
  if (!model::IsSlug(request.label())) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "A receipt names the place of each copy by its label.")
        .Field("label", "must be a slug, for example red_stick");
  }
  ASSIGN_OR_RETURN(const KeyCopyNote note, rooms_.agent->CopyKeys(request.folder(), request.label(), ActorOf(call)));
  return KeyCopyMessage(note);
}

absl::StatusOr<v1::ListKeyCopiesResponse> BackupRpc::ListKeyCopies(const server::Call& call,
                                                                   const v1::ListKeyCopiesRequest& request) {
  ASSIGN_OR_RETURN(const Page page,
                   PageOf(*rooms_.records.page_tokens, call, "keyCopies", request.page_size(), request.page_token()));
  ASSIGN_OR_RETURN(const std::vector<KeyCopyNote> copies, ReadKeyCopyNotes(*rooms_.records.store->TakeSnapshot()));
  v1::ListKeyCopiesResponse response;
  const std::string last = PageByNumber(
      copies, page, [](const KeyCopyNote& copy) { return copy.generation; },
      [&](const KeyCopyNote& copy) { *response.add_key_copies() = KeyCopyMessage(copy); });
  if (!last.empty())
    response.set_next_page_token(server::NextPage(*rooms_.records.page_tokens, call, "keyCopies", last));
  return response;
}

absl::StatusOr<v1::ErasureReceipt> BackupRpc::SignedReceipt(const model::Id& member) const {
  ASSIGN_OR_RETURN(const ErasureReceipt receipt,
                   storage::node::ReceiptFor(*rooms_.records.store->TakeSnapshot(), member));
  v1::ErasureReceipt message = ReceiptMessage(receipt);
  const int64_t issued_us = absl::ToUnixMicros(rooms_.records.clock->Now());
  *message.mutable_issue_time() = TimestampFromMicros(issued_us);
  message.set_signed_bytes(storage::node::ReceiptBytes(receipt, AsText(rooms_.once->incarnation()), issued_us));
  const SigningKey& key = rooms_.identity->key();
  message.set_signature(std::string(AsText(key.Sign("aangan/v1/erasure receipt", message.signed_bytes()))));
  message.set_signing_key(std::string(AsText(key.public_key())));
  return message;
}

void BackupRpc::GetErasureReceipt(server::CallPtr call, v1::GetErasureReceiptRequest request,
                                  server::Done<v1::ErasureReceipt> done) {
  OrFail(done, [&]() -> absl::Status {
    absl::string_view id = request.name();
    if (!absl::ConsumePrefix(&id, "erasureReceipts/")) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a receipt.")
          .Field("name", "must be erasureReceipts/{member}");
    }
    ASSIGN_OR_RETURN(const model::Id member, model::ParseId(id, "name"));
    ASSIGN_OR_RETURN(v1::ErasureReceipt receipt, SignedReceipt(member));
    AnswerWhenNoted<v1::ErasureReceipt>(
        rooms_.records.store, {Action::kRead, ActorOf(*call), {{request.name(), member}}}, std::move(receipt), done);
    return absl::OkStatus();
  });
}

void BackupRpc::PreviewErasure(server::CallPtr call, v1::PreviewErasureRequest request,
                               server::Done<v1::ErasureReceipt> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const model::RecordName name,
                     model::ParseRecordName(model::RecordKind::kMember, request.member(), "member"));
    const std::unique_ptr<storage::Reader> snapshot = rooms_.records.store->TakeSnapshot();
    RETURN_IF_ERROR(storage::node::RefuseSealed(*snapshot, name.member));
    ASSIGN_OR_RETURN(const ErasureReceipt receipt, storage::node::PreviewReceipt(*snapshot, name.member));
    v1::ErasureReceipt message = ReceiptMessage(receipt);
    *message.mutable_issue_time() = TimestampFromTime(rooms_.records.clock->Now());
    const std::string resource = message.name();
    AnswerWhenNoted<v1::ErasureReceipt>(
        rooms_.records.store, {Action::kRead, ActorOf(*call), {{resource, name.member}}}, std::move(message), done);
    return absl::OkStatus();
  });
}

}  // namespace aangan::node

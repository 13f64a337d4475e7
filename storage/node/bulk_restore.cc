// SPDX-License-Identifier: Apache-2.0
// A store from a backup: see bulk_restore.h.
#include "storage/node/bulk_restore.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "storage/engine/database.h"
#include "storage/engine/durable_head.h"
#include "storage/node/audit_log.h"
#include "storage/node/bulk.h"
#include "storage/node/record_codec.h"
#include "storage/node/revisions.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kBatchBytes = 8u << 20;

absl::Status Unknown() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                 "the backup holds something that this program does not know: it was written by a newer one. Install "
                 "that version");
}

absl::Status NotWhole() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "this generation of the backup does not hold what its list says; take another one");
}

class Restoring {
 public:
  explicit Restoring(const RestoreWish& wish) : wish_(wish) {}

  absl::StatusOr<RestoreReport> Run(absl::FunctionRef<void(uint64_t)> done_bytes) {
    DatabaseOptions options;
    options.folder = absl::StrCat(wish_.data_folder, "/main");
    options.families = kNodeMainFamilies;
    ASSIGN_OR_RETURN(database_, Database::Open(options));
    uint64_t done = 0;
    for (const BackupPart& part : wish_.generation->parts) {
      RETURN_IF_ERROR(TakePart(part));
      done += part.size_bytes;
      done_bytes(done);
    }
    RETURN_IF_ERROR(Flush());
    RETURN_IF_ERROR(wish_.keyring->BindTo(*database_));
    if (without_key_.size() > 0 && !wish_.lose_members_without_key) {
      return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                     "the backup is newer than the key file: some members' records have no key and can not be read. "
                     "Bring a newer key file, or say that they are to be lost: --lose-members-without-key")
          .Number("members", static_cast<int64_t>(without_key_.size()));
    }
    RETURN_IF_ERROR(End());
    report_.erased_since = static_cast<int64_t>(erased_since_.size());
    report_.members_without_key = static_cast<int64_t>(without_key_.size());
    report_.members = static_cast<int64_t>(with_key_.size());
    report_.keys_without_member = static_cast<int64_t>(wish_.keys->wrapped.size()) - report_.members;
    return report_;
  }

 private:
  absl::Status TakePart(const BackupPart& part) {
    absl::string_view what = part.what;
    ASSIGN_OR_RETURN(std::string bytes, wish_.folder->ReadPart(part));
    if (absl::ConsumePrefix(&what, kFilePart)) {
      absl::Status status = TakeFile(what, bytes);
      Wipe(bytes);
      return status;
    }
    if (!absl::ConsumePrefix(&what, kFamilyPart)) return Unknown();
    const auto* row = std::find_if(kNodeMainFamilies.begin(), kNodeMainFamilies.end(),
                                   [what](const FamilyRow& each) { return each.name == what; });
    if (row == kNodeMainFamilies.end()) return Unknown();
    return ForEachEntry(
        bytes, [&](absl::string_view key, absl::string_view value) { return TakeEntry(row->family, key, value); });
  }

  absl::Status TakeFile(absl::string_view path, absl::string_view bytes) {
    if (!IsFileInBulk(path)) return Unknown();
    if (absl::StartsWith(path, "tls/")) RETURN_IF_ERROR(MakeFolders(absl::StrCat(wish_.data_folder, "/tls"), 0700));
    return WriteFileDurably(absl::StrCat(wish_.data_folder, "/", path), bytes, 0600);
  }

  absl::Status TakeEntry(Family family, absl::string_view key, absl::string_view value) {
    if (family == Family::kRecords) {
      ASSIGN_OR_RETURN(const model::RecordName name, NameOfKey(key));
      if (!Stays(name.member)) return absl::OkStatus();
      ++report_.records;
    }
    if (family == Family::kRevisions) {
      ASSIGN_OR_RETURN(const model::RecordName name, NameOfRevisionKey(key));
      if (!Stays(name.member)) return absl::OkStatus();
    }
    const auto left = [key](const std::string& prefix) { return absl::StartsWith(key, prefix); };
    if (family == Family::kSettings && std::any_of(wish_.settings_left.begin(), wish_.settings_left.end(), left))
      return absl::OkStatus();
    batch_.Put(family, key, value);
    return batch_.size_bytes() >= kBatchBytes ? Flush() : absl::OkStatus();
  }

  // Her key comes with the first of her records.
  bool Stays(const model::Id& member) {
    if (wish_.keys->erased.count(member) > 0) {
      erased_since_.insert(member);
      return false;
    }
    const auto wrapped = wish_.keys->wrapped.find(member);
    if (wrapped == wish_.keys->wrapped.end()) {
      without_key_.insert(member);
      return false;
    }
    if (with_key_.insert(member).second) batch_.Put(Family::kMemberKeys, AsText(member.bytes), wrapped->second);
    return true;
  }

  absl::Status Flush() {
    if (batch_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(database_->Write(batch_));
    batch_.Clear();
    return absl::OkStatus();
  }

  // What goes beside the backup, and the commit that says so.
  absl::Status End() {
    ASSIGN_OR_RETURN(const BulkFacts facts, DecodeBulkFacts(wish_.generation->facts));
    ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(*database_));
    if (commits.last.sequence != facts.sequence || commits.last.hash != facts.audit_head) return NotWhole();
    const uint64_t sequence = std::max(facts.sequence, wish_.keys->sequence) + 1;
    for (const model::Id& member : wish_.keys->erased) batch_.Put(Family::kErasedIds, AsText(member.bytes), "");
    for (const KeyCopyNote& copy : wish_.keys->copies)
      batch_.Put(Family::kSettings, KeyCopyKey(copy.generation), EncodeKeyCopy(copy));
    const Generation& generation = *wish_.generation;
    uint64_t bytes = 0;
    for (const BackupPart& part : generation.parts) bytes += part.size_bytes;
    for (const BackupNote& note :
         {wish_.keys->newest_backup, BackupNote{generation.number, generation.time_us, facts.sequence, bytes}}) {
      if (note.number == 0) continue;
      const NoteChange change = NoteOf(note, "node");
      batch_.Put(Family::kSettings, change.settings_key, change.settings_value);
    }
    std::vector<AuditNote> notes = {
        {Action::kRestored, "node", absl::StrCat("backups/", generation.number), std::nullopt}};
    for (const std::set<model::Id>* gone : {&erased_since_, &without_key_}) {
      for (const model::Id& member : *gone) {
        notes.push_back(
            {Action::kDeleted, "node", model::RecordNameText({model::RecordKind::kMember, member, member}), member});
      }
    }
    const CommitMark last = {sequence, AppendAudit(sequence, 0, wish_.now_us, notes, facts.audit_head, batch_)};
    PutLastCommits({last, {facts.sequence, facts.audit_head}}, batch_);
    RETURN_IF_ERROR(Flush());
    ASSIGN_OR_RETURN(const std::unique_ptr<DurableHead> head,
                     DurableHead::Open(absl::StrCat(wish_.data_folder, "/durable_head")));
    return head->Write(last);
  }

  const RestoreWish& wish_;
  std::unique_ptr<Database> database_;
  Batch batch_{nullptr};
  absl::flat_hash_set<model::Id> with_key_;
  std::set<model::Id> without_key_;
  std::set<model::Id> erased_since_;
  RestoreReport report_;
};

}  // namespace

absl::StatusOr<RestoreReport> RestoreBulk(const RestoreWish& wish, absl::FunctionRef<void(uint64_t)> done_bytes) {
  return Restoring(wish).Run(done_bytes);
}

}  // namespace aangan::storage::node

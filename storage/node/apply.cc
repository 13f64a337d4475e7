// SPDX-License-Identifier: Apache-2.0
// Changes to one batch: see apply.h.
#include "storage/node/apply.h"

#include <algorithm>

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/node/record_codec.h"
#include "storage/node/request_ids.h"
#include "storage/node/revisions.h"
#include "storage/node/seals.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kCachedMembersMax = 20000;
constexpr char kConsentOrderKey[] = "consent_order";

absl::Status NotFound() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such resource; it may have been deleted");
}

// An import row is one note; otherwise each record has its own.
std::vector<AuditNote> NotesOf(const RecordsChange& change) {
  const model::Id& member = change.writes.front().name.member;
  if (change.action == Action::kImported) {
    return {{change.action, change.actor, model::RecordNameText({model::RecordKind::kMember, member, member}), member}};
  }
  std::vector<AuditNote> notes;
  for (const RecordWrite& write : change.writes) {
    notes.push_back({change.action, change.actor, model::RecordNameText(write.name), member});
  }
  return notes;
}

}  // namespace

absl::StatusOr<uint64_t> ReadConsentOrder(const Reader& reader) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kMeta, kConsentOrderKey));
  if (!value.has_value()) return 0;
  return CanonicalReader(*value).U64();
}

// Reading goes on when nothing else is written, and access is taken away: from whoever filled the disk, too.
bool ChangeItem::may_use_reserve() const { return std::holds_alternative<ReadNote>(change) || passes_full_queue(); }

// Access is taken away: from whoever filled the queue, too.
bool ChangeItem::passes_full_queue() const {
  const auto* note = std::get_if<NoteChange>(&change);
  return note != nullptr && (note->action == Action::kTokenDeleted || note->action == Action::kGrantDeleted ||
                             note->action == Action::kAccessEnded);
}

void ChangeItem::Done(absl::StatusOr<uint64_t> sequence) {
  if (!sequence.ok()) return done(sequence.status());
  if (!result.repeated) result.sequence = *sequence;
  done(std::move(result));
}

absl::Status Sequencer::Apply(uint64_t sequence, CommitItem& item, Batch& batch) {
  if (auto* task = dynamic_cast<TaskItem*>(&item)) return task->task(*this, batch);
  auto& change_item = static_cast<ChangeItem&>(item);
  if (const auto* records = std::get_if<RecordsChange>(&change_item.change)) {
    return ApplyRecords(sequence, change_item, *records, batch);
  }
  if (const auto* read = std::get_if<ReadNote>(&change_item.change)) {
    std::vector<AuditNote> notes;
    for (const ReadNote::Shown& shown : read->shown) {
      notes.push_back({read->action, read->actor, shown.resource, shown.member});
    }
    Audit(sequence, notes, batch);
    return absl::OkStatus();
  }
  return ApplyNote(sequence, std::get<NoteChange>(change_item.change), batch);
}

absl::Status Sequencer::ApplyNote(uint64_t sequence, const NoteChange& change, Batch& batch) {
  Audit(sequence, {{change.action, change.actor, change.resource, change.member}}, batch);
  if (change.settings_key.empty()) return absl::OkStatus();
  if (change.settings_value.empty()) {
    batch.Delete(Family::kSettings, change.settings_key);
  } else {
    batch.Put(Family::kSettings, change.settings_key, change.settings_value);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Sequencer::Repeats(ChangeItem& item, const RequestKey& request, Batch& batch) {
  ASSIGN_OR_RETURN(const std::optional<RememberedRequest> first, FindRequest(batch, request));
  if (!first.has_value()) return false;
  if (first->content != request.content) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kRequestIdReused,
                   "this request_id was used for another request; make a new one for each new request")
        .Field("request_id", "must be new for a request with other content");
  }
  item.result = first->result;
  item.result.repeated = true;
  return true;
}

absl::StatusOr<std::optional<model::MemberFacts>> Sequencer::FactsBefore(const model::Id& member, const Batch& batch) {
  if (auto found = cache_.find(member); found != cache_.end()) return std::optional<model::MemberFacts>(found->second);
  return loader_.Load(batch, member);
}

absl::StatusOr<std::optional<model::MemberFacts>> Sequencer::FactsAfter(const std::optional<model::MemberFacts>& before,
                                                                        const RecordsChange& change,
                                                                        const Batch& batch) const {
  const bool by_themselves = std::all_of(change.writes.begin(), change.writes.end(), [](const RecordWrite& write) {
    return write.name.kind == model::RecordKind::kService || write.name.kind == model::RecordKind::kAssessment;
  });
  // Of a sealed member the facts do not say what she has.
  if (!by_themselves || change.past_seal || !before) return loader_.Load(batch, change.writes.front().name.member);
  ASSIGN_OR_RETURN(model::MemberFacts after, loader_.LoadAfter(batch, *before, change.writes));
  return std::optional<model::MemberFacts>(std::move(after));
}

absl::Status Sequencer::CheckNew(const RecordWrite& write, bool skip_if_present, Batch& batch, bool* repeated) {
  const bool is_member = write.name.kind == model::RecordKind::kMember;
  if (is_member) {
    ASSIGN_OR_RETURN(const std::optional<std::string> erased,
                     batch.Get(Family::kErasedIds, AsText(write.name.member.bytes)));
    if (erased.has_value()) {
      return Problem(absl::StatusCode::kAlreadyExists, Reason::kErasedId,
                     "this id belonged to a member who was erased, and stays refused");
    }
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> present, batch.Get(Family::kRecords, RecordKey(write.name)));
  if (!present.has_value()) return absl::OkStatus();
  *repeated = true;
  if (skip_if_present) return absl::OkStatus();
  return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                 "this id is taken; choose another or leave it out");
}

absl::Status Sequencer::ApplyWrite(const ChangeItem& item, const RecordWrite& write, size_t index, Batch& batch,
                                   bool* repeated) {
  const auto& change = std::get<RecordsChange>(item.change);
  const std::string key = RecordKey(write.name);
  const absl::string_view member = AsText(write.name.member.bytes);
  const bool is_member = write.name.kind == model::RecordKind::kMember;
  if (write.kind == WriteKind::kCreate) {
    RETURN_IF_ERROR(CheckNew(write, change.skip_if_present, batch, repeated));
    if (*repeated) return absl::OkStatus();
    if (is_member) batch.Put(Family::kMemberKeys, member, item.wrapped_key);
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, batch.Get(Family::kMemberKeys, member));
  if (!wrapped.has_value()) return NotFound();
  if (write.kind != WriteKind::kCreate) {
    ASSIGN_OR_RETURN(const std::optional<std::string> present, batch.Get(Family::kRecords, key));
    if (!present.has_value()) return NotFound();
    ASSIGN_OR_RETURN(const uint64_t version, VersionOf(*present));
    if (version != write.version && !(change.past_seal && is_member)) {
      return Problem(absl::StatusCode::kAborted, Reason::kStaleEtag,
                     "somebody changed this record since it was read; read it again and repeat the change");
    }
    // What stood here before stays, as it was sealed: under her key, bound to its name and version.
    if (write.kind == WriteKind::kUpdate) batch.Put(Family::kRevisions, RevisionKey(write.name, version), *present);
  }
  if (write.kind != WriteKind::kDelete) {
    batch.Put(Family::kRecords, key, item.sealed[index]);
  } else if (is_member) {
    batch.DeleteRange(Family::kRecords, MemberRange(write.name.member));
    batch.DeleteRange(Family::kRevisions, MemberRange(write.name.member));
    batch.Delete(Family::kMemberKeys, member);
    batch.Put(Family::kErasedIds, member, "");
    erased_.push_back(write.name.member);
  } else {
    batch.Delete(Family::kRecords, key);
    batch.DeleteRange(Family::kRevisions, RevisionRange(write.name));
  }
  return absl::OkStatus();
}

// Nothing can fail any more when this is called: the chain's head is not taken back.
void Sequencer::Audit(uint64_t sequence, const std::vector<AuditNote>& notes, Batch& batch) {
  audit_head_ = AppendAudit(sequence, audit_number_, absl::ToUnixMicros(clock_->Now()), notes, audit_head_, batch);
  audit_number_ += static_cast<uint32_t>(notes.size());
}

absl::Status Sequencer::ApplyRecords(uint64_t sequence, ChangeItem& item, const RecordsChange& change, Batch& batch) {
  AANGAN_CHECK(!change.writes.empty());
  if (change.request.has_value()) {
    ASSIGN_OR_RETURN(const bool repeats, Repeats(item, *change.request, batch));
    if (repeats) return absl::OkStatus();
  }
  if (item.member_missing) return NotFound();
  const model::Id member = change.writes.front().name.member;
  if (!change.past_seal) RETURN_IF_ERROR(RefuseSealed(batch, member));
  ASSIGN_OR_RETURN(std::optional<model::MemberFacts> before, FactsBefore(member, batch));
  const size_t erased_before = erased_.size();
  bool all_repeated = true;
  for (size_t i = 0; i < change.writes.size(); ++i) {
    bool repeated = false;
    const RecordWrite& write = change.writes[i];
    AANGAN_CHECK(write.name.member == member);
    const absl::Status status = ApplyWrite(item, write, i, batch, &repeated);
    if (!status.ok()) {
      erased_.resize(erased_before);
      return status;
    }
    all_repeated = all_repeated && repeated;
    if (repeated && write.name.kind == model::RecordKind::kMember) break;  // an import row that is there already
    item.result.versions.push_back(write.kind == WriteKind::kDelete ? 0 : write.version + 1);
    item.result.names.push_back(write.name);
  }
  if (all_repeated || item.result.names.empty()) {
    item.result.repeated = true;
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<model::MemberFacts>> after = FactsAfter(before, change, batch);
  if (!after.ok()) {
    erased_.resize(erased_before);
    return after.status();
  }
  tallies_->Move(before, *after);
  if (cache_.size() >= kCachedMembersMax) cache_.clear();
  if (after->has_value()) {
    cache_[member] = **after;
  } else {
    cache_.erase(member);
  }
  commit_touched_.insert(member);
  if (touched_.has_value()) touched_->insert(member);
  if (item.consent_order > consent_order_) {
    consent_order_ = item.consent_order;
    batch.Put(Family::kMeta, kConsentOrderKey, CanonicalWriter().U64(consent_order_).bytes());
  }
  Audit(sequence, NotesOf(change), batch);
  if (change.request.has_value()) {
    item.result.sequence = sequence;
    RememberRequest(*change.request, item.result, absl::ToUnixMicros(clock_->Now()), batch);
  }
  return absl::OkStatus();
}

Digest Sequencer::Seal(uint64_t sequence, Batch& batch) {
  tallies_->Seal(sequence, batch);
  return audit_head_;
}

void Sequencer::Committed(uint64_t) {
  tallies_->Publish();
  for (const model::Id& member : erased_) keyring_->Forget(member.bytes);
  audit_number_ = 0;
  erased_.clear();
  commit_touched_.clear();
}

void Sequencer::BeginTouched() {
  if (!touched_.has_value()) touched_.emplace();
  touched_->insert(commit_touched_.begin(), commit_touched_.end());
}

std::set<model::Id> Sequencer::EndTouched() {
  std::set<model::Id> touched = touched_.value_or(std::set<model::Id>{});
  touched_.reset();
  return touched;
}

}  // namespace aangan::storage::node

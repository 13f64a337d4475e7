// SPDX-License-Identifier: Apache-2.0
// The second store: see once_store.h. Each step reads, checks and writes one synced batch under one lock.
#include "storage/node/once_store.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/headed_database.h"
#include "storage/engine/sealing.h"
#include "storage/node/frozen_since.h"
#include "storage/node/ledger.h"
#include "storage/node/restore_note.h"
#include "storage/node/round_entry_codec.h"

namespace aangan::storage::node {
namespace {

constexpr uint8_t kDrawPlace = 32;  // kind of a sealed draw
constexpr char kCounterKey[] = "counter";
constexpr size_t kDrawKeyBytes = 32;

absl::Status WrongState(Literal what) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState, what);
}

bool DrawIsOver(Stage stage) { return stage != Stage::kAnnounced && stage != Stage::kProposed; }

class Store final : public OnceStore {
 public:
  Store(std::string folder, const Clock* clock, RandomSource* random)
      : folder_(std::move(folder)), clock_(clock), random_(random) {}

  absl::Status OpenParts();

  absl::StatusOr<RoundEntry> GetRound(const model::Period& period) const override;
  absl::StatusOr<std::vector<RoundEntry>> ListRounds() const override { return ReadRounds(*database_); }
  absl::Status Announce(const RoundEntry& entry) override;
  absl::StatusOr<SecretBytes> KeepDraw(const Digest& round_id, SecretBytes encoded) override;
  absl::StatusOr<std::optional<SecretBytes>> FindDraw(const Digest& round_id) const override;
  absl::Status Propose(const model::Period& period, const Digest& proposal_digest) override;
  absl::Status Approve(const Approval& approval) override;
  absl::Status Refuse(const model::Period& period) override;
  absl::Status MarkSent(const model::Period& period, const std::string& receipt) override;
  absl::Status MarkEnded(const model::Period& period, Stage stage, const std::string& national_release,
                         bool sum_agrees) override;
  absl::Status NoteRelease(const model::Period& period, const std::string& national_release, bool sum_agrees) override;
  absl::Status KeepFreeze(const model::Period& period, const std::string& freeze) override;
  absl::StatusOr<std::optional<AnswerLock>> FindLock(const model::Period& period) const override {
    return node::FindLock(*database_, period);
  }
  absl::StatusOr<std::vector<AnswerLock>> Locks() const override { return ListLocks(*database_); }
  absl::Status Lock(const AnswerLock& lock) override;
  absl::Status MarkAnswered(const model::Period& period) override;
  absl::StatusOr<int64_t> FrozenSince(const model::Period& period) override {
    absl::MutexLock step(&steps_);
    return NoteFrozen(*database_, period, absl::ToUnixMicros(clock_->Now()));
  }
  absl::StatusOr<std::vector<LoggedEntry>> Log() const override { return ReadLog(*database_); }
  absl::Status AppendLog(size_t known, absl::Span<const LoggedEntry> entries) override;
  absl::StatusOr<std::vector<LogWord>> LogWords() const override { return ListLogWords(*database_); }
  absl::Status KeepLogWord(const LogWord& word) override {
    return Commit([&](Batch& batch) { PutLogWord(word, batch); });
  }
  absl::Status ForgetLogWord(const std::string& subject, const std::string& author) override {
    return Commit([&](Batch& batch) { DeleteLogWord(subject, author, batch); });
  }
  absl::Status RaiseAlarm(AlarmKind kind, const std::string& subject, const std::string& evidence) override;
  absl::StatusOr<std::vector<Alarm>> Alarms() const override { return ListAlarms(*database_); }
  absl::Status StartAfterRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) override;
  absl::Status AddPriorDebits(absl::Span<const PriorDebit> debits) override;
  absl::Status ConfirmRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) override;
  int64_t restore_time_us() const override { return restore_time_us_; }
  bool restore_confirmed() const override { return restore_confirmed_; }
  absl::StatusOr<bool> HomeNoted() const override { return ReadHomeNoted(*database_); }
  absl::Status NoteHome() override { return Commit(PutHomeNoted); }
  absl::StatusOr<std::vector<LedgerEntry>> Ledger() const override { return ReadLedger(*database_); }
  Digest ledger_head() const override;
  int64_t BudgetLeft(const model::Period& period, int64_t cap_nano_rho) const override;
  Incarnation incarnation() const override { return incarnation_; }
  absl::StatusOr<uint64_t> NextCounter() override;

 private:
  std::string DrawKeyPath(const Digest& round_id) const {
    return absl::StrCat(folder_, "/draw_keys/", ToHex(round_id));
  }
  template <typename Fill>
  absl::Status Commit(const Fill& fill) {
    Batch batch(nullptr);
    fill(batch);
    return database_->Write(batch);
  }
  absl::Status Put(const RoundEntry& entry);
  absl::Status WriteRestored(const RestoreNote& note, absl::Span<const PriorDebit> debits,
                             const Incarnation& incarnation);
  void NoteRestored(const RestoreNote& note) {
    restore_time_us_ = note.time_us;
    restore_confirmed_ = note.confirmed;
  }
  absl::Status DestroyDraw(const Digest& round_id);

  const std::string folder_;
  const Clock* const clock_;
  RandomSource* const random_;
  std::unique_ptr<HeadedDatabase> database_;
  Incarnation incarnation_{};
  std::atomic<int64_t> restore_time_us_ = 0;  // it may move while others look
  std::atomic<bool> restore_confirmed_ = false;
  absl::Mutex steps_;  // a step reads and writes; two never mix
};

absl::Status Store::OpenParts() {
  RETURN_IF_ERROR(MakeFolders(absl::StrCat(folder_, "/draw_keys"), 0700));
  DatabaseOptions options;
  options.folder = absl::StrCat(folder_, "/store");
  options.families = kNodeOnceFamilies;
  options.memory_bytes = 8u << 20;
  ASSIGN_OR_RETURN(database_, HeadedDatabase::Open(options, absl::StrCat(folder_, "/durable_head"), random_));
  ASSIGN_OR_RETURN(const std::optional<Incarnation> known, ReadIncarnation(*database_));
  incarnation_ = known ? *known : random_->Bytes<16>();
  if (!known) RETURN_IF_ERROR(Commit([&](Batch& batch) { PutIncarnation(incarnation_, batch); }));
  ASSIGN_OR_RETURN(const RestoreNote restored, ReadRestoreNote(*database_));
  NoteRestored(restored);
  RETURN_IF_ERROR(Ledger().status());
  RETURN_IF_ERROR(Locks().status());
  // A crash between an approval and the end of its draw's key is made good here.
  ASSIGN_OR_RETURN(const std::vector<RoundEntry> rounds, ListRounds());
  for (const RoundEntry& entry : rounds) {
    if (DrawIsOver(entry.stage)) RETURN_IF_ERROR(DestroyDraw(entry.round_id));
  }
  return absl::OkStatus();
}

absl::StatusOr<RoundEntry> Store::GetRound(const model::Period& period) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(Family::kRounds, RoundKey(period)));
  if (!value.has_value()) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                   "no round of this period has been announced here; synchronise first");
  }
  return DecodeRoundEntry(*value);
}

absl::Status Store::Put(const RoundEntry& entry) {
  return Commit([&](Batch& batch) { batch.Put(Family::kRounds, RoundKey(entry.period), EncodeRoundEntry(entry)); });
}

absl::Status Store::Announce(const RoundEntry& entry) {
  absl::MutexLock lock(&steps_);
  const absl::StatusOr<RoundEntry> known = GetRound(entry.period);
  if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
  if (known.ok()) {
    if (known->round_id == entry.round_id) return absl::OkStatus();
    if (known->stage != Stage::kAnnounced && known->stage != Stage::kProposed) {
      return WrongState("this node took part in another round of this period, and takes part in one alone");
    }
  }
  RoundEntry announced = entry;
  announced.stage = Stage::kAnnounced;
  return Put(announced);
}

absl::StatusOr<std::optional<SecretBytes>> Store::FindDraw(const Digest& round_id) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> sealed, database_->Get(Family::kDraws, AsText(round_id)));
  if (!sealed.has_value()) return std::optional<SecretBytes>();
  ASSIGN_OR_RETURN(const SecretBytes key, ReadSecretFile(DrawKeyPath(round_id), kDrawKeyBytes));
  if (key.size() != kDrawKeyBytes)
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "the key of a draw does not read; restore this node, which sits out what had begun");
  ASSIGN_OR_RETURN(SecretBytes draw,
                   OpenSecret(key.span(), {kDrawPlace, AsText(round_id), 1}, Sealed::FromStored(*sealed)));
  return std::optional<SecretBytes>(std::move(draw));
}

absl::StatusOr<SecretBytes> Store::KeepDraw(const Digest& round_id, SecretBytes encoded) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(std::optional<SecretBytes> kept, FindDraw(round_id));
  if (kept.has_value()) return *std::move(kept);
  // The key file first: a draw without its key would be lost, a key without its draw is nothing.
  const SecretBytes key = SecretBytes::Random(kDrawKeyBytes, *random_);
  RETURN_IF_ERROR(WriteFileDurably(DrawKeyPath(round_id), AsText(key.span()), 0600));
  Batch batch(nullptr);
  batch.Put(Family::kDraws, AsText(round_id),
            Seal(key.span(), {kDrawPlace, AsText(round_id), 1}, AsText(encoded.span()), *random_).bytes());
  RETURN_IF_ERROR(database_->Write(batch));
  return encoded;
}

absl::Status Store::DestroyDraw(const Digest& round_id) {
  const std::string path = DrawKeyPath(round_id);
  const absl::Status destroyed = OverwriteAndUnlink(path);
  return absl::IsNotFound(destroyed) ? absl::OkStatus() : destroyed;
}

absl::Status Store::Propose(const model::Period& period, const Digest& proposal_digest) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  if (entry.stage != Stage::kAnnounced && entry.stage != Stage::kProposed) {
    return WrongState("this round was approved or refused already, or is over");
  }
  entry.stage = Stage::kProposed;
  entry.proposal_digest = proposal_digest;
  return Put(entry);
}

absl::Status Store::Approve(const Approval& approval) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(approval.period));
  if (entry.stage != Stage::kProposed)
    return WrongState("nothing is proposed for this period; close the quarter first");
  if (entry.proposal_digest != approval.proposal_digest) {
    return Problem(absl::StatusCode::kAborted, Reason::kProposalChanged,
                   "what was approved is not what is proposed now; look again");
  }
  ASSIGN_OR_RETURN(const std::vector<LedgerEntry> ledger, ReadLedger(*database_));
  RETURN_IF_ERROR(CheckDebit(ledger, entry, approval.cap_nano_rho));
  const LedgerEntry debit = NextEntry(ledger, entry.period, entry.charge_nano_rho, entry.round_id, approval.audit);
  ASSIGN_OR_RETURN(entry.contribution, approval.make_contribution(debit.head));
  entry.contribution_name = approval.name_contribution(entry.contribution);
  entry.stage = Stage::kApproved;
  entry.protected_vector = approval.protected_vector;
  entry.approve_time_us = absl::ToUnixMicros(clock_->Now());
  Batch batch(nullptr);
  PutEntry(debit, batch);
  batch.Put(Family::kRounds, RoundKey(entry.period), EncodeRoundEntry(entry));
  batch.Delete(Family::kDraws, AsText(entry.round_id));
  RETURN_IF_ERROR(database_->Write(batch));
  return DestroyDraw(entry.round_id);
}

absl::Status Store::Refuse(const model::Period& period) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  if (entry.stage != Stage::kAnnounced && entry.stage != Stage::kProposed) {
    return WrongState("this round was approved already, or is over");
  }
  entry.stage = Stage::kRefused;
  RETURN_IF_ERROR(Put(entry));
  return DestroyDraw(entry.round_id);
}

absl::Status Store::MarkSent(const model::Period& period, const std::string& receipt) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  if (entry.stage == Stage::kSent) return absl::OkStatus();
  if (entry.stage != Stage::kApproved) return WrongState("only an approved contribution is sent");
  entry.stage = Stage::kSent;
  entry.receipt = receipt;
  entry.send_time_us = absl::ToUnixMicros(clock_->Now());
  return Put(entry);
}

absl::Status Store::MarkEnded(const model::Period& period, Stage stage, const std::string& national_release,
                              bool sum_agrees) {
  absl::MutexLock lock(&steps_);
  if (stage != Stage::kReceived && stage != Stage::kVoid && stage != Stage::kLeftOut) {
    return WrongState("a round ends as received, void or left out");
  }
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  // Provisional figures may become others; a round never comes back from them.
  if (entry.stage == Stage::kReceived && stage != Stage::kReceived) return WrongState("this round has ended already");
  entry.stage = stage;
  entry.national_release = national_release;
  entry.sum_agrees = sum_agrees;
  RETURN_IF_ERROR(Put(entry));
  return DestroyDraw(entry.round_id);
}

absl::Status Store::NoteRelease(const model::Period& period, const std::string& national_release, bool sum_agrees) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  entry.national_release = national_release;
  entry.sum_agrees = sum_agrees;
  return Put(entry);
}

absl::Status Store::KeepFreeze(const model::Period& period, const std::string& freeze) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(RoundEntry entry, GetRound(period));
  if (entry.freeze == freeze) return absl::OkStatus();
  if (!entry.freeze.empty()) return WrongState("another freeze of this round was taken already");
  entry.freeze = freeze;
  return Put(entry);
}

absl::Status Store::Lock(const AnswerLock& lock) {
  absl::MutexLock step(&steps_);
  ASSIGN_OR_RETURN(const std::optional<AnswerLock> known, FindLock(lock.period));
  if (known) return WrongState("this node has answered or kept silent in this period, and does so once");
  return Commit([&](Batch& batch) { PutLock(lock, batch); });
}

absl::Status Store::MarkAnswered(const model::Period& period) {
  absl::MutexLock step(&steps_);
  ASSIGN_OR_RETURN(std::optional<AnswerLock> known, FindLock(period));
  if (!known) return WrongState("nothing was answered in this period");
  known->sent = true;
  return Commit([&](Batch& batch) { PutLock(*known, batch); });
}

absl::Status Store::AppendLog(size_t known, absl::Span<const LoggedEntry> entries) {
  return Commit([&](Batch& batch) { PutLog(known, entries, batch); });
}

absl::Status Store::RaiseAlarm(AlarmKind kind, const std::string& subject, const std::string& evidence) {
  absl::MutexLock step(&steps_);
  ASSIGN_OR_RETURN(const bool known, HasAlarm(*database_, kind, subject));
  if (known) return absl::OkStatus();
  return Commit([&](Batch& batch) { PutAlarm({kind, subject, absl::ToUnixMicros(clock_->Now()), evidence}, batch); });
}

absl::Status Store::AddPriorDebits(absl::Span<const PriorDebit> debits) {
  absl::MutexLock step(&steps_);
  ASSIGN_OR_RETURN(std::vector<LedgerEntry> ledger, ReadLedger(*database_));
  return Commit([&](Batch& batch) { PutPriorDebits(debits, ledger, batch); });
}

absl::Status Store::StartAfterRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) {
  absl::MutexLock step(&steps_);
  if (restore_time_us < restore_time_us_) return WrongState("the moment of a restore never moves back");
  RETURN_IF_ERROR(OverwriteAndUnlinkAll(absl::StrCat(folder_, "/draw_keys")));
  return WriteRestored({restore_time_us, false}, debits, random_->Bytes<16>());
}

absl::Status Store::ConfirmRestore(int64_t restore_time_us, absl::Span<const PriorDebit> debits) {
  absl::MutexLock step(&steps_);
  if (restore_time_us_ == 0) return WrongState("this store has noted no restore");
  if (restore_time_us < restore_time_us_) return WrongState("the moment of a restore never moves back");
  return WriteRestored({restore_time_us, true}, debits, incarnation_);
}

absl::Status Store::WriteRestored(const RestoreNote& note, absl::Span<const PriorDebit> debits,
                                  const Incarnation& incarnation) {
  ASSIGN_OR_RETURN(std::vector<LedgerEntry> ledger, ReadLedger(*database_));
  RETURN_IF_ERROR(Commit([&](Batch& batch) {
    PutPriorDebits(debits, ledger, batch);
    PutRestoreNote(note, batch);
    if (incarnation != incarnation_) PutIncarnation(incarnation, batch);
  }));
  NoteRestored(note);
  // Others read it; it only changes before they are there.
  if (incarnation != incarnation_) incarnation_ = incarnation;
  return absl::OkStatus();
}

Digest Store::ledger_head() const {
  const auto ledger = ReadLedger(*database_);
  return ledger.ok() && !ledger->empty() ? ledger->back().head : Digest{};
}

int64_t Store::BudgetLeft(const model::Period& period, int64_t cap_nano_rho) const {
  const auto ledger = ReadLedger(*database_);
  // A ledger that does not read leaves nothing: fail closed.
  return ledger.ok() ? BudgetLeftFor(*ledger, period, cap_nano_rho) : 0;
}

absl::StatusOr<uint64_t> Store::NextCounter() {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(Family::kMeta, kCounterKey));
  uint64_t counter = 0;
  if (value.has_value()) {
    ASSIGN_OR_RETURN(counter, CanonicalReader(*value).U64());
  }
  ++counter;
  RETURN_IF_ERROR(
      Commit([&](Batch& batch) { batch.Put(Family::kMeta, kCounterKey, CanonicalWriter().U64(counter).bytes()); }));
  return counter;
}

}  // namespace

bool OnceStore::SitsOut(const model::Period& period) const {
  return restore_time_us() != 0 && absl::ToUnixMicros(period.Previous().end()) <= restore_time_us();
}

absl::StatusOr<std::unique_ptr<OnceStore>> OnceStore::Open(const std::string& folder, const Clock* clock,
                                                           RandomSource* random) {
  auto store = std::make_unique<Store>(folder, clock, random);
  RETURN_IF_ERROR(store->OpenParts());
  return std::unique_ptr<OnceStore>(std::move(store));
}

}  // namespace aangan::storage::node

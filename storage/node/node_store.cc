// SPDX-License-Identifier: Apache-2.0
// The node's main store, wired together: see node_store.h.
#include "storage/node/node_store.h"

#include <unistd.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/commit_queue.h"
#include "storage/engine/database.h"
#include "storage/engine/disk_reserve.h"
#include "storage/engine/durable_head.h"
#include "storage/engine/keyring.h"
#include "storage/engine/master_key.h"
#include "storage/node/apply.h"
#include "storage/node/audit_log.h"
#include "storage/node/change_sealer.h"
#include "storage/node/erasure.h"
#include "storage/node/rebuild.h"
#include "storage/node/record_codec.h"
#include "storage/node/recount.h"
#include "storage/node/request_ids.h"
#include "storage/node/revisions.h"
#include "storage/node/seals.h"
#include "storage/node/tallies.h"
#include "storage/node/writer_steps.h"

namespace aangan::storage::node {
namespace {

constexpr int64_t kRequestsForgottenMax = 10000;  // a day and call
constexpr int kQuartersBehind = 4;                // ended quarters that a round may still ask for

// Erased or sealed since she was looked for.
bool Gone(const absl::Status& status) { return absl::IsNotFound(status) || HasReason(status, Reason::kSealed); }

class Store final : public NodeStore {
 public:
  static absl::StatusOr<std::unique_ptr<NodeStore>> Open(const StoreOptions& options);
  ~Store() override {
    rebuild_.reset();
    if (queue_ != nullptr) queue_->Stop();
  }

  absl::StatusOr<Found> Get(const model::RecordName& name) const override;
  absl::StatusOr<std::vector<Found>> List(model::RecordKind kind, const model::Id& member,
                                          const std::optional<model::Id>& after, size_t limit) const override;
  absl::StatusOr<std::vector<Found>> ListRevisions(const model::RecordName& name, uint64_t before,
                                                   size_t limit) const override {
    ASSIGN_OR_RETURN(const WorkingKey key, loader_->KeyOf(*database_, name.member));
    RETURN_IF_ERROR(RefuseSealed(*database_, name.member));
    return ReadRevisions(*database_, key.span(), name, before, limit);
  }
  void Submit(Change change, Done done) override;
  model::Id ImportId(absl::string_view mapping_id, absl::Span<const uint8_t> row_digest, int64_t occurrence,
                     absl::string_view part) const override;
  absl::StatusOr<std::string> GetSetting(absl::string_view key) const override;
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ListSettings(absl::string_view prefix,
                                                                                absl::string_view after,
                                                                                size_t limit) const override;
  absl::Status SetCatalogues(std::vector<CountedCatalogue> catalogues) override;
  bool rebuilding() const override { return rebuild_->busy(); }
  absl::Status AwaitRebuilt(absl::Duration within) const override { return rebuild_->AwaitIdle(within); }
  absl::StatusOr<model::ClosedTallies> Close(const Digest& catalogue, const model::Period& quarter) override;
  absl::StatusOr<std::vector<LateRecords>> CountLate(absl::Span<const ApprovedQuarter> quarters) const override {
    return node::CountLate(*database_->TakeSnapshot(), *loader_, quarters);
  }
  absl::StatusOr<int64_t> RunOutConsents() override;
  absl::StatusOr<std::vector<AuditEntry>> ListAudit(const std::optional<model::Id>& member, uint64_t before,
                                                    size_t limit) const override {
    return ReadAudit(*database_, member, before, limit);
  }
  absl::StatusOr<std::vector<AuditEntry>> ListAuditAfter(uint64_t after, size_t limit) const override {
    return ReadAuditAfter(*database_, after, limit);
  }
  absl::StatusOr<AuditFollower> FollowAudit(std::set<int64_t> remember) const override;
  absl::StatusOr<VerifyReport> Verify() override;
  uint64_t writer_steps() const { return queue_->steps(); }
  std::unique_ptr<Reader> TakeSnapshot() const override { return database_->TakeSnapshot(); }
  uint64_t estimated_bytes() const override { return database_->estimated_bytes(); }
  absl::Status Scrub() override { return database_->VerifyChecksums(); }
  absl::Status Expunge(const std::vector<model::Id>& members, absl::Duration patience) override {
    tallies_->MakeCheckpoint();
    RETURN_IF_ERROR(OnSequencer([&](Sequencer&, Batch& batch) { return ForgetRequestsAbout(members, batch); }));
    return database_->Expunge(PlacesOf(members), patience);
  }
  uint64_t durable_sequence() const override { return queue_->durable_sequence(); }
  int64_t disk_free_bytes() const override {
    return static_cast<int64_t>(MeasureDisk(options_.folder).value_or(DiskSpace()).free_bytes);
  }
  bool disk_is_full() const override { return !reserve_->Check().ok(); }
  size_t changes_waiting() const override { return queue_->waiting(); }
  SecretBytes DeriveKey(Literal purpose) const override { return keyring_->Derive(purpose); }

 private:
  explicit Store(const StoreOptions& options) : options_(options) {}
  absl::Status OpenParts();
  absl::Status OnSequencer(TaskItem::Task task);
  absl::StatusOr<bool> RunOut(const model::Id& member, model::Day today);
  const StoreOptions options_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<DurableHead> head_;
  std::unique_ptr<DiskReserve> reserve_;
  std::unique_ptr<MemberFactsLoader> loader_;
  std::unique_ptr<ChangeSealer> sealer_;
  std::unique_ptr<Tallies> tallies_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<CommitQueue> queue_;
  std::unique_ptr<Rebuild> rebuild_;
};

absl::StatusOr<std::unique_ptr<NodeStore>> Store::Open(const StoreOptions& options) {
  auto store = std::unique_ptr<Store>(new Store(options));
  RETURN_IF_ERROR(store->OpenParts());
  return std::unique_ptr<NodeStore>(std::move(store));
}

absl::Status Store::OpenParts() {
  AANGAN_CHECK(options_.key_lock != nullptr);
  RETURN_IF_ERROR(MakeFolders(options_.folder, 0700));
  const std::string key_path = absl::StrCat(options_.folder, "/master_key");
  const std::string main = absl::StrCat(options_.folder, "/main");
  // A store without its key is never given a new one: what it holds would be lost for good.
  if (access(main.c_str(), F_OK) != 0 && access(key_path.c_str(), F_OK) != 0) {
    // Measuring takes a good part of a second, and a key file has no use for it.
    const PassphraseCost cost =
        options_.key_lock->protection == KeyProtection::kByPassphrase ? MeasuredPassphraseCost() : kPassphraseFloor;
    RETURN_IF_ERROR(CreateMasterKey(key_path, *options_.key_lock, cost, *options_.random));
  }
  ASSIGN_OR_RETURN(SecretBytes master, OpenMasterKey(key_path, *options_.key_lock));
  keyring_ = std::make_unique<Keyring>(std::move(master));
  DatabaseOptions database;
  database.folder = main;
  database.families = kNodeMainFamilies;
  ASSIGN_OR_RETURN(database_, Database::Open(database));
  RETURN_IF_ERROR(keyring_->BindTo(*database_));
  ASSIGN_OR_RETURN(head_, DurableHead::Open(absl::StrCat(options_.folder, "/durable_head")));
  DiskReserveOptions reserve;
  reserve.folder = options_.folder;
  reserve.reserve_bytes = options_.disk_reserve_bytes;
  ASSIGN_OR_RETURN(reserve_, DiskReserve::Open(reserve));
  const SecretBytes order = keyring_->Derive("order");
  model::OrderKey order_key;
  std::copy_n(order.data(), order_key.size(), order_key.begin());
  tallies_ = std::make_unique<Tallies>(keyring_->Derive("tally"), order_key, options_.random);
  RETURN_IF_ERROR(tallies_->Load(*database_));
  loader_ = std::make_unique<MemberFactsLoader>(keyring_.get());
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(*database_));
  ASSIGN_OR_RETURN(const uint64_t consent_order, ReadConsentOrder(*database_));
  sealer_ = std::make_unique<ChangeSealer>(loader_.get(), keyring_.get(), database_.get(), options_.clock,
                                           options_.random, consent_order);
  sequencer_ =
      std::make_unique<Sequencer>(keyring_.get(), tallies_.get(), options_.clock, commits.last.hash, consent_order);
  CommitQueueOptions queue;
  queue.items_max = options_.queue_changes_max;
  ASSIGN_OR_RETURN(queue_, CommitQueue::Open(database_.get(), head_.get(), reserve_.get(), sequencer_.get(), queue));
  RETURN_IF_ERROR(CheckAuditEnd(*database_, commits.last.hash));
  rebuild_ = std::make_unique<Rebuild>(database_.get(), queue_.get(), tallies_.get(), loader_.get());
  return absl::OkStatus();
}

absl::StatusOr<Found> Store::Get(const model::RecordName& name) const {
  ASSIGN_OR_RETURN(const WorkingKey key, loader_->KeyOf(*database_, name.member));
  if (name.kind != model::RecordKind::kSealedState) RETURN_IF_ERROR(RefuseSealed(*database_, name.member));
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_->Get(Family::kRecords, RecordKey(name)));
  if (!value.has_value()) return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such resource");
  ASSIGN_OR_RETURN(Record record, OpenRecord(key.span(), name, *value));
  return Found{name, std::move(record)};
}

absl::StatusOr<std::vector<Found>> Store::List(model::RecordKind kind, const model::Id& member,
                                               const std::optional<model::Id>& after, size_t limit) const {
  std::vector<model::RecordName> names;
  const bool sealed = kind == model::RecordKind::kSealedState;
  const bool members = kind == model::RecordKind::kMember || sealed;
  if (!members) {
    RETURN_IF_ERROR(loader_->KeyOf(*database_, member).status());
    RETURN_IF_ERROR(RefuseSealed(*database_, member));
  }
  KeyRange range = members ? KeyRange::All() : KindRange(member, kind);
  if (after.has_value()) {
    range = range.After(members ? std::string(AsText(after->bytes)) : RecordKey({kind, member, *after}));
  }
  absl::Status status;
  RETURN_IF_ERROR(database_->Scan(members ? Family::kMemberKeys : Family::kRecords, range, Order::kForward,
                                  [&](absl::string_view key, absl::string_view) {
                                    if (names.size() == limit) return false;
                                    if (members) {
                                      model::Id id;
                                      std::copy_n(key.begin(), std::min(key.size(), id.bytes.size()), id.bytes.begin());
                                      const absl::StatusOr<bool> is_sealed = IsSealed(*database_, id);
                                      status = is_sealed.status();
                                      if (status.ok() && *is_sealed == sealed) names.push_back({kind, id, id});
                                      return status.ok();
                                    }
                                    auto name = NameOfKey(key);
                                    if (name.ok()) names.push_back(*name);
                                    status = name.status();
                                    return status.ok();
                                  }));
  RETURN_IF_ERROR(status);
  std::vector<Found> found;
  for (const model::RecordName& name : names) {
    absl::StatusOr<Found> one = Get(name);
    if (Gone(one.status())) continue;  // while the list was read
    RETURN_IF_ERROR(one.status());
    found.push_back(*std::move(one));
  }
  return found;
}

void Store::Submit(Change change, Done done) {
  absl::StatusOr<std::unique_ptr<ChangeItem>> item = sealer_->Seal(std::move(change), done);
  if (!item.ok()) return done(item.status());
  queue_->Submit(*std::move(item));
}

model::Id Store::ImportId(absl::string_view mapping_id, absl::Span<const uint8_t> row_digest, int64_t occurrence,
                          absl::string_view part) const {
  const SecretBytes key = keyring_->Derive("import");
  const Digest digest = HmacSha256(
      key.span(), CanonicalWriter().Bytes(mapping_id).Bytes(AsText(row_digest)).I64(occurrence).Bytes(part).bytes());
  model::Id id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

absl::StatusOr<std::string> Store::GetSetting(absl::string_view key) const {
  ASSIGN_OR_RETURN(std::optional<std::string> value, database_->Get(Family::kSettings, key));
  if (!value.has_value()) return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such setting");
  return *std::move(value);
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Store::ListSettings(absl::string_view prefix,
                                                                                     absl::string_view after,
                                                                                     size_t limit) const {
  std::vector<std::pair<std::string, std::string>> settings;
  KeyRange range = KeyRange::Prefix(prefix);
  if (!after.empty()) range = range.After(after);
  RETURN_IF_ERROR(
      database_->Scan(Family::kSettings, range, Order::kForward, [&](absl::string_view key, absl::string_view value) {
        if (settings.size() == limit) return false;
        settings.emplace_back(key, value);
        return true;
      }));
  return settings;
}

absl::Status Store::SetCatalogues(std::vector<CountedCatalogue> catalogues) {
  const model::Period running = model::QuarterOf(model::DayInIndia(options_.clock->Now()));
  std::map<SetKey, CountedCatalogue> wanted;
  for (const CountedCatalogue& counted : catalogues) {
    for (int back = 0; back <= kQuartersBehind; ++back) {
      const model::Period quarter = model::QuarterFromIndex(running.index() - back);
      if (!counted.catalogue->ValidFor(quarter)) continue;
      wanted[{counted.catalogue->digest, quarter}] = counted;
      if (counted.catalogue->year_cell_count > 0) wanted[{counted.catalogue->digest, quarter.Year()}] = counted;
    }
  }
  std::vector<SetKey> to_count = tallies_->Want(wanted);
  if (!to_count.empty()) rebuild_->Count(std::move(to_count));
  return absl::OkStatus();
}

absl::StatusOr<model::ClosedTallies> Store::Close(const Digest& catalogue, const model::Period& quarter) {
  if (options_.clock->Now() < quarter.end()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kPeriodNotEnded,
                   "the quarter has not ended by this node's clock; close it when it has");
  }
  RETURN_IF_ERROR(RunOutConsents().status());
  model::ClosedTallies closed;
  closed.catalogue = catalogue;
  closed.period = quarter;
  std::vector<SetKey> keys = {{catalogue, quarter}};
  if (quarter.quarter == 4) keys.push_back({catalogue, quarter.Year()});
  for (const SetKey& key : keys) {
    const std::optional<Tallies::Scope> scope = tallies_->ScopeOf(key);
    if (!scope.has_value() && key.period.is_year()) continue;  // a catalogue without yearly tables
    const std::optional<SetCounts> counts = tallies_->Counts(key);
    if (!counts.has_value()) {
      return Problem(absl::StatusCode::kUnavailable, Reason::kBusy,
                     "the tallies of this period are not counted yet; try again in a minute");
    }
    closed.counts.insert(closed.counts.end(), counts->counts.begin(), counts->counts.end());
    closed.members_cut += counts->members_cut;
  }
  return closed;
}

absl::StatusOr<bool> Store::RunOut(const model::Id& member, model::Day today) {
  std::optional<Found> newest;
  std::optional<model::Id> after;
  for (;;) {
    absl::StatusOr<std::vector<Found>> listed = List(model::RecordKind::kConsent, member, after, 200);
    if (Gone(listed.status())) return false;
    RETURN_IF_ERROR(listed.status());
    std::vector<Found>& page = *listed;
    if (page.empty()) break;
    after = page.back().name.id;
    for (Found& found : page) {
      const auto& consent = std::get<store::v1::ConsentRecord>(found.record);
      if (consent.purpose() != 2) continue;  // CONSENT_PURPOSE_BE_COUNTED
      const auto order = [](const Found& f) {
        const auto& c = std::get<store::v1::ConsentRecord>(f.record);
        return std::pair(c.decision_day(), c.order());
      };
      if (!newest.has_value() || order(*newest) < order(found)) newest = std::move(found);
    }
  }
  if (!newest.has_value()) return false;
  auto& consent = std::get<store::v1::ConsentRecord>(newest->record);
  if (consent.ran_out() || !consent.has_until_day() || consent.until_day() >= today) return false;
  RecordsChange change;
  change.actor = "node";
  change.action = Action::kConsentRanOut;
  const uint64_t version = consent.version();
  consent.set_ran_out(true);
  change.writes.push_back({WriteKind::kUpdate, newest->name, version, consent});
  const absl::StatusOr<Committed> committed = SubmitAndWait(std::move(change));
  // She was erased, sealed, or decided anew meanwhile: nothing is left to run out.
  if (Gone(committed.status()) || absl::IsAborted(committed.status())) return false;
  RETURN_IF_ERROR(committed.status());
  return true;
}

absl::StatusOr<int64_t> Store::RunOutConsents() {
  const model::Day today = model::DayInIndia(options_.clock->Now());
  std::vector<model::Id> due;
  {
    const std::unique_ptr<Reader> snapshot = database_->TakeSnapshot();
    RETURN_IF_ERROR(loader_->ForEach(*snapshot, [&](const model::MemberFacts& facts) {
      const model::CountingConsent& consent = facts.consent;
      if (consent.given && consent.until != model::kNoDay && consent.until < today) due.push_back(facts.id);
      return absl::OkStatus();
    }));
  }
  int64_t count = 0;
  for (const model::Id& member : due) {
    ASSIGN_OR_RETURN(const bool ran_out, RunOut(member, today));
    count += ran_out ? 1 : 0;
  }
  RETURN_IF_ERROR(OnSequencer([&](Sequencer&, Batch& batch) {
    return ForgetOldRequests(absl::ToUnixMicros(options_.clock->Now()), kRequestsForgottenMax, batch).status();
  }));
  return count;
}

absl::Status Store::OnSequencer(TaskItem::Task task) {
  absl::Notification ended;
  absl::Status result;
  queue_->Submit(std::make_unique<TaskItem>(std::move(task), [&](absl::Status status) {
    result = std::move(status);
    ended.Notify();
  }));
  ended.WaitForNotification();
  return result;
}

absl::StatusOr<AuditFollower> Store::FollowAudit(std::set<int64_t> remember) const {
  const std::unique_ptr<Reader> snapshot = database_->TakeSnapshot();
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(*snapshot));
  ASSIGN_OR_RETURN(AuditFollower followed, node::FollowAudit(*snapshot, std::move(remember)));
  RETURN_IF_ERROR(CheckAuditEnd(*snapshot, commits.last.hash));
  return followed;
}

absl::StatusOr<VerifyReport> Store::Verify() {
  absl::StatusOr<VerifyReport> report;
  RETURN_IF_ERROR(
      OnSequencer([&](Sequencer& sequencer, Batch& batch) { return (report = Recount(sequencer, batch)).status(); }));
  RETURN_IF_ERROR(database_->VerifyChecksums());
  return report;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NodeStore>> NodeStore::Open(const StoreOptions& options) { return Store::Open(options); }
uint64_t WriterSteps(const NodeStore& store) { return static_cast<const Store&>(store).writer_steps(); }

absl::StatusOr<Committed> NodeStore::SubmitAndWait(Change change) {
  absl::Notification ended;
  absl::StatusOr<Committed> result = absl::UnknownError("");
  Submit(std::move(change), [&](absl::StatusOr<Committed> committed) {
    result = std::move(committed);
    ended.Notify();
  });
  ended.WaitForNotification();
  return result;
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.OperatorService.
#include "server/node/operator_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/node/accuracy.h"
#include "server/node/backup_rpc.h"
#include "server/node/clock_check.h"
#include "server/node/convert.h"
#include "server/node/import_rpc.h"
#include "server/node/release_rpc.h"
#include "server/node/restore.h"
#include "server/node/round_state.h"
#include "server/shared/certificate.h"

namespace aangan::node {
namespace {

using storage::node::RoundEntry;

constexpr absl::Duration kCertificateWarning = absl::Hours(24 * 30);
constexpr absl::Duration kLinkWarning = absl::Hours(24 * 3);
constexpr absl::Duration kRehearsalEvery = absl::Hours(24 * 365);

}  // namespace

std::map<std::string, server::Handler> OperatorRpc::Handlers() {
  return {{"GetStatus", server::Handle(this, &OperatorRpc::GetStatus)},
          {"ImportRecords", server::Handle(this, &OperatorRpc::Import)},
          {"ImportBatch", server::Handle(this, &OperatorRpc::Batch)},
          {"CloseQuarter", server::Handle(this, &OperatorRpc::CloseQuarter)},
          {"SyncNow", server::Handle(this, &OperatorRpc::SyncNow)},
          {"VerifyStore", server::Handle(this, &OperatorRpc::VerifyStore)},
          {"ConfirmRestore", server::Handle(this, &OperatorRpc::Confirm)},
          {"EstimateAccuracy", server::Handle(this, &OperatorRpc::EstimateAccuracy)}};
}

absl::StatusOr<v1::GetStatusResponse> OperatorRpc::GetStatus(const server::Call&, const v1::GetStatusRequest&) {
  v1::GetStatusResponse response;
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (membership) {
    response.set_roster(membership->roster);
    response.set_collective(membership->collective);
    AddCertificate(membership->certificate_pem, response);
  }
  // Those of the roster in force; before there is one, those with which this node joins.
  const auto in_force = rooms_.book->roster_in_force();
  const SigningKey* named = in_force ? rooms_.identity->KeyIn(*in_force) : nullptr;
  const PublicKey key = (named == nullptr ? rooms_.identity->key() : *named).public_key();
  response.set_node_id(ToHex(model::NodeId(key).bytes));
  response.set_fingerprint_phrase(model::FingerprintPhrase(key));
  response.set_version(rooms_.version);
  if (const auto contact = rooms_.sync->last_contact())
    *response.mutable_last_contact_time() = TimestampFromTime(*contact);
  response.set_disk_free_bytes(rooms_.records.store->disk_free_bytes());
  response.set_durable_sequence(static_cast<int64_t>(rooms_.records.store->durable_sequence()));
  if (const auto roster = rooms_.book->roster_in_force()) response.set_roster_epoch(roster->epoch());
  const model::Period running = model::QuarterOf(model::DayInIndia(rooms_.records.clock->Now()));
  if (const auto catalogue = rooms_.book->CatalogueFor(running); catalogue.ok())
    response.set_catalogue_version((*catalogue)->source.version());
  if (const auto ended = rooms_.book->CatalogueFor(running.Previous()); ended.ok())
    response.set_budget_left_nano_rho(rooms_.once->BudgetLeft(running.Previous(), (*ended)->source.nano_rho_cap()));
  response.set_rebuilding(rooms_.records.store->rebuilding());
  if (const int64_t restored = rooms_.once->restore_time_us(); restored != 0)
    *response.mutable_restore_time() = TimestampFromMicros(restored);
  response.set_restore_confirmed(rooms_.once->restore_confirmed());
  const privacy::LogPosition log = rooms_.watch->position();
  response.set_log_size(static_cast<int64_t>(log.size));
  response.set_log_phrase(model::FingerprintPhrase(log.head));
  RETURN_IF_ERROR(AddAlarms(*rooms_.once, response));
  AddAttentions(response);
  RETURN_IF_ERROR(AddRecovery(response));
  return response;
}

void OperatorRpc::AddCertificate(const std::string& certificate_pem, v1::GetStatusResponse& response) const {
  const absl::StatusOr<server::CertificateTimes> times = server::TimesOf(certificate_pem);
  if (!times.ok()) return;
  *response.mutable_certificate_expire_time() = TimestampFromTime(times->until);
  const int64_t hours = std::max<int64_t>(0, absl::ToInt64Hours(times->until - rooms_.records.clock->Now()));
  response.set_certificate_days_left(static_cast<int32_t>(hours / 24));
}

// Why nothing goes to the federation, most urgent first; what somebody can mend comes before what needs patience.
void OperatorRpc::AddLinkAttentions(v1::GetStatusResponse& response) const {
  const absl::Time now = rooms_.records.clock->Now();
  const absl::Status last = rooms_.sync->last_status();
  if (const std::optional<Clocks> clocks = ClocksOf(last)) {
    response.add_attentions(v1::ATTENTION_CLOCK);
    *response.mutable_own_clock_time() = TimestampFromTime(clocks->own);
    if (clocks->federation) *response.mutable_federation_clock_time() = TimestampFromTime(*clocks->federation);
  }
  if (HasReason(last, Reason::kCertificateRevoked)) response.add_attentions(v1::ATTENTION_CERTIFICATE_REVOKED);
  if (HasReason(last, Reason::kBadCertificate)) response.add_attentions(v1::ATTENTION_CERTIFICATE_REPLACED);
  if (response.has_certificate_expire_time() &&
      TimeFromTimestamp(response.certificate_expire_time()) - now < kCertificateWarning)
    response.add_attentions(v1::ATTENTION_CERTIFICATE);
  if (rooms_.certificates->failing()) response.add_attentions(v1::ATTENTION_CERTIFICATE_NOT_RENEWED);
  const auto contact = rooms_.sync->last_contact();
  if (HasReason(last, Reason::kNoLink) || (contact && now - *contact > kLinkWarning))
    response.add_attentions(v1::ATTENTION_NO_LINK);
}

absl::Status OperatorRpc::AddRecovery(v1::GetStatusResponse& response) const {
  ASSIGN_OR_RETURN(const std::optional<Deal> deal, rooms_.recovery->Find());
  int64_t tried_us = 0;
  if (deal) {
    tried_us = deal->rehearse_time_us;
    *response.mutable_recovery_deal_time() = TimestampFromMicros(deal->deal_time_us);
    if (tried_us != 0) *response.mutable_recovery_rehearse_time() = TimestampFromMicros(tried_us);
  }
  const bool lately = rooms_.records.clock->Now() - absl::FromUnixMicros(tried_us) < kRehearsalEvery;
  if (!lately) response.add_attentions(v1::ATTENTION_RECOVERY);
  return absl::OkStatus();
}

absl::Status AddAlarms(const storage::node::OnceStore& once, v1::GetStatusResponse& response) {
  ASSIGN_OR_RETURN(std::vector<storage::node::Alarm> alarms, once.Alarms());
  std::sort(alarms.begin(), alarms.end(), [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
  for (const storage::node::Alarm& alarm : alarms) {
    v1::Alarm& shown = *response.add_alarms();
    shown.set_kind(static_cast<v1::AlarmKind>(alarm.kind));
    shown.set_period(alarm.subject);
    *shown.mutable_time() = TimestampFromMicros(alarm.time_us);
    shown.set_evidence_digest(std::string(AsText(Sha256(alarm.evidence))));
  }
  return absl::OkStatus();
}

void OperatorRpc::AddAttentions(v1::GetStatusResponse& response) const {
  const absl::Time now = rooms_.records.clock->Now();
  // Most urgent first: what stops the work, then what waits for people.
  if (response.disk_free_bytes() < static_cast<int64_t>(2 * rooms_.disk_reserve_bytes))
    response.add_attentions(v1::ATTENTION_DISK_FULL);
  const auto& alarms = response.alarms();
  if (std::any_of(alarms.begin(), alarms.end(), [](const v1::Alarm& a) { return a.kind() == v1::ALARM_KIND_OWN_TWIN; }))
    response.add_attentions(v1::ATTENTION_TWIN);
  if (!alarms.empty()) response.add_attentions(v1::ATTENTION_ALARM);
  if (rooms_.grants->HasUnacknowledged()) response.add_attentions(v1::ATTENTION_BREAK_GLASS);
  if (rooms_.permits->HasWaiting()) response.add_attentions(v1::ATTENTION_PERMIT_WAITS);
  const model::Period ended = model::QuarterOf(model::DayInIndia(now)).Previous();
  const bool restored = rooms_.once->restore_time_us() != 0;
  if (restored && (!rooms_.once->restore_confirmed() || rooms_.once->SitsOut(ended)))
    response.add_attentions(v1::ATTENTION_RESTORED);
  if (rooms_.grievances->overdue()) response.add_attentions(v1::ATTENTION_GRIEVANCE_DUE);
  if (rooms_.retention->wants_people()) response.add_attentions(v1::ATTENTION_RETENTION_DUE);
  if (WantsBackup(*rooms_.records.store, now)) response.add_attentions(v1::ATTENTION_BACKUP_OLD);
  if (response.roster().empty()) return response.add_attentions(v1::ATTENTION_ENROL);
  AddLinkAttentions(response);
  if (const auto roster = rooms_.book->offered_roster(); roster.ok() && !roster->signed_here && !roster->in_force)
    response.add_attentions(v1::ATTENTION_SIGN_ROSTER);
  const std::vector<KnownCatalogue> catalogues = rooms_.book->catalogues();
  if (!catalogues.empty() && catalogues.front().decision == Decision::kNone && catalogues.front().compiled != nullptr)
    response.add_attentions(v1::ATTENTION_ACCEPT_CATALOGUE);
  const auto rounds = rooms_.once->ListRounds();
  if (!rounds.ok()) return response.add_attentions(v1::ATTENTION_DAMAGED);
  bool close = false, approve = false, budget = false;
  for (const RoundEntry& entry : *rounds) {
    const Next next = NextOf(entry, now);
    // It holds shares in this round, and contributes nothing.
    if (rooms_.once->SitsOut(entry.period) || !rooms_.book->CatalogueFor(entry.period).ok()) continue;
    close |= next == Next::kClose && CheckPeriod(entry.period, now).ok();
    approve |= next == Next::kApprove && CheckPeriod(entry.period, now).ok();
    if (next != Next::kClose && next != Next::kApprove) continue;
    const auto catalogue = rooms_.book->CatalogueByDigest(entry.catalogue);
    budget |= catalogue.ok() &&
              rooms_.once->BudgetLeft(entry.period, (*catalogue)->source.nano_rho_cap()) < entry.charge_nano_rho;
  }
  if (approve) response.add_attentions(v1::ATTENTION_APPROVE_RELEASE);
  if (close) response.add_attentions(v1::ATTENTION_CLOSE_QUARTER);
  if (budget) response.add_attentions(v1::ATTENTION_BUDGET);
}

absl::StatusOr<v1::ImportRecordsResponse> OperatorRpc::Import(const server::Call& call,
                                                              server::Reader<v1::ImportRecordsRequest>& reader) {
  return ImportRecords(rooms_.records, call, reader);
}

absl::StatusOr<v1::ImportRecordsResponse> OperatorRpc::Batch(const server::Call& call,
                                                             const v1::ImportBatchRequest& request) {
  return ImportBatch(rooms_.records, call, request);
}

absl::StatusOr<v1::Release> OperatorRpc::CloseQuarter(const server::Call& call,
                                                      const v1::CloseQuarterRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, model::ParsePeriod(request.period(), "period"));
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.close->Close(period, absl::StrCat("tokens/", call.caller().id)));
  return ReleaseMessage(entry, *rooms_.once, *rooms_.book);
}

absl::StatusOr<v1::SyncNowResponse> OperatorRpc::SyncNow(const server::Call&, const v1::SyncNowRequest&) {
  ASSIGN_OR_RETURN(const Contact contact, rooms_.sync->SyncNow());
  v1::SyncNowResponse response;
  *response.mutable_contact_time() = TimestampFromTime(contact.time);
  for (const RoundEntry& entry : contact.changed)
    *response.add_changed_releases() = ReleaseMessage(entry, *rooms_.once, *rooms_.book);
  return response;
}

absl::StatusOr<v1::VerifyStoreResponse> OperatorRpc::VerifyStore(const server::Call&, const v1::VerifyStoreRequest&) {
  ASSIGN_OR_RETURN(const storage::node::VerifyReport counted, rooms_.records.store->Verify());
  ASSIGN_OR_RETURN(const std::vector<storage::node::LedgerEntry> ledger, rooms_.once->Ledger());
  v1::VerifyStoreResponse response;
  response.set_records(counted.records);
  response.set_cells(counted.cells);
  response.set_tally_sets(counted.tally_sets);
  response.set_audit_entries(counted.audit_entries);
  response.set_ledger_entries(static_cast<int64_t>(ledger.size()));
  return response;
}

absl::StatusOr<v1::ConfirmRestoreResponse> OperatorRpc::Confirm(const server::Call& call,
                                                                const v1::ConfirmRestoreRequest& request) {
  std::optional<model::Day> later;
  if (request.has_day()) {
    const google::type::Date& day = request.day();
    ASSIGN_OR_RETURN(later, model::DayFromCivil({day.year(), day.month(), day.day()}, "day"));
  }
  ASSIGN_OR_RETURN(const absl::Time moment,
                   ConfirmRestore(*rooms_.records.store, *rooms_.once, *rooms_.book, *rooms_.records.clock, later,
                                  absl::StrCat("tokens/", call.caller().id)));
  v1::ConfirmRestoreResponse response;
  *response.mutable_restore_time() = TimestampFromTime(moment);
  response.set_first_period(model::PeriodText(model::QuarterOf(model::DayInIndia(moment)).Next()));
  return response;
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> OperatorRpc::CatalogueOfVersion(int32_t version) const {
  for (const KnownCatalogue& known : rooms_.book->catalogues()) {
    if (version != 0 && known.signed_catalogue.catalogue().version() != version) continue;
    if (known.compiled == nullptr) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                     "The catalogue breaks a rule, so its accuracy can not be said. Lint it.");
    }
    return known.compiled;
  }
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "This node has seen no such catalogue.");
}

absl::StatusOr<v1::EstimateAccuracyResponse> OperatorRpc::EstimateAccuracy(const server::Call&,
                                                                           const v1::EstimateAccuracyRequest& request) {
  if (request.catalogue_version() < 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Versions count from 1.")
        .Field("catalogue_version", "must be 1 or more, or 0 for the newest");
  }
  ASSIGN_OR_RETURN(const auto catalogue, CatalogueOfVersion(request.catalogue_version()));
  const auto roster = rooms_.book->offered_roster();
  RETURN_IF_ERROR(roster.status());
  return AccuracyOf(*catalogue, roster->signed_roster.roster().collectives_size());
}

}  // namespace aangan::node

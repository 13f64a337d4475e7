// SPDX-License-Identifier: Apache-2.0
// Talks to the federation when there is a link.
#include "server/node/sync_agent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/clock_check.h"
#include "server/node/link_probe.h"
#include "server/node/restore.h"
#include "server/node/round_check.h"
#include "server/node/round_state.h"
#include "server/node/twin_watch.h"
#include "server/node/upload.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::RoundEntry;
using storage::node::Stage;

constexpr absl::Duration kFirstContact = absl::Seconds(2);
constexpr size_t kEpochsAtOnceMax = 200;
constexpr absl::Duration kProbeMax = absl::Seconds(5);

absl::Status NotJoined() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "This node has not joined a federation. Join with the token that the federation gave.");
}

std::string PeriodOfRound(const fed::Round& round) { return round.round_descriptor().period(); }

bool IsFrozen(fed::RoundState state) {
  return state != fed::ROUND_STATE_ANNOUNCED && state != fed::ROUND_STATE_VOID && state != fed::ROUND_STATE_UNSPECIFIED;
}

}  // namespace

SyncAgent::~SyncAgent() { Stop(); }

void SyncAgent::Start() {
  thread_ = std::thread([this] { Run(); });
}

void SyncAgent::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (link_ != nullptr) link_->Cancel();
  }
  if (thread_.joinable()) thread_.join();
}

void SyncAgent::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void SyncAgent::Reconnect() {
  absl::MutexLock lock(&mutex_);
  link_ = nullptr;
  woken_ = true;
}

void SyncAgent::Run() {
  absl::Duration wait = kFirstContact;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(
                                  +[](SyncAgent* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
                                    return self->stopping_ || self->woken_;
                                  },
                                  this),
                              wait);
      if (stopping_) return;
      woken_ = false;
      wait = every_;
    }
    if (!rooms_.identity->membership().has_value()) continue;
    const absl::Status status = SyncNow().status();
    if (!status.ok()) LogContact(status);
  }
}

absl::StatusOr<std::shared_ptr<FederationLink>> SyncAgent::Link() {
  absl::MutexLock lock(&mutex_);
  // A new one would be cancelled by nobody.
  if (stopping_) return Problem(absl::StatusCode::kUnavailable, Reason::kStopping, "It is shutting down.").ToStatus();
  if (link_ != nullptr) return link_;
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return NotJoined();
  link_ = rooms_.open_link(LinkOptions(*membership));
  return link_;
}

absl::StatusOr<std::shared_ptr<FederationLink>> SyncAgent::RenewedLink() {
  ASSIGN_OR_RETURN(const std::shared_ptr<FederationLink> link, Link());
  const absl::StatusOr<bool> renewed = rooms_.certificates->Keep(*link);
  // The one in use still works, or what comes next says why not.
  if (!renewed.ok()) LogWarning("sync", "certificate not renewed").Status(renewed.status());
  if (!renewed.ok() || !*renewed) return link;
  {
    absl::MutexLock lock(&mutex_);
    link_ = nullptr;
  }
  return Link();
}

absl::Status SyncAgent::Explained(const absl::Status& status) const {
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!HasReason(status, Reason::kNoLink) || !membership) return status;
  if (absl::MutexLock lock(&mutex_); stopping_) return status;  // cancelled; a stop waits for no probe
  const absl::Status found = ProbeLink(*membership, rooms_.clock->Now(), kProbeMax);
  return found.ok() ? status : found;
}

absl::StatusOr<Contact> SyncAgent::SyncNow() {
  absl::MutexLock lock(&contact_);
  Contact contact;
  const absl::Status status = Explained([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_) -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<FederationLink> link, RenewedLink());
    RETURN_IF_ERROR(LogAndGovernance(*link));
    const absl::Status rounds_done = Rounds(*link, contact);
    // Also when a round went wrong: that is what somebody who hides a log could see to.
    const absl::Status log_seen = rooms_.watch->EndContact(*link);
    RETURN_IF_ERROR(rounds_done);
    RETURN_IF_ERROR(log_seen);
    ASSIGN_OR_RETURN(const std::vector<RoundEntry> rounds, rooms_.once->ListRounds());
    return rooms_.keys->DestroyReplaced(rounds);
  }());
  Remember(status);
  RETURN_IF_ERROR(status);
  contact.time = rooms_.clock->Now();
  return contact;
}

absl::Status SyncAgent::SyncGovernance() {
  absl::MutexLock lock(&contact_);
  const absl::Status status = Explained([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_) -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<FederationLink> link, RenewedLink());
    return LogAndGovernance(*link);
  }());
  Remember(status);
  return status;
}

absl::Status SyncAgent::LogAndGovernance(FederationLink& link) {
  RETURN_IF_ERROR(rooms_.watch->Follow(link));
  if (const auto membership = rooms_.identity->membership())
    RETURN_IF_ERROR(LookForTwins(*rooms_.watch->entries(), membership->collective, *rooms_.once));
  RETURN_IF_ERROR(CountByLog(*rooms_.once, *rooms_.watch->entries()));
  RETURN_IF_ERROR(rooms_.keys->DestroyOld());
  RETURN_IF_ERROR(Governance(link));
  return rooms_.keys->Publish(link);  // signed with the key of the roster in force
}

absl::Status SyncAgent::Governance(FederationLink& link) {
  const auto take = [&]() -> absl::StatusOr<bool> {
    absl::StatusOr<fed::SignedRoster> roster = link.NewestRoster();
    if (absl::IsNotFound(roster.status())) return false;  // none is proposed yet
    RETURN_IF_ERROR(roster.status());
    ASSIGN_OR_RETURN(const std::vector<fed::SignedCatalogue> catalogues, link.ListCatalogues());
    // Who joins, or was away, asks for the epochs between.
    std::vector<fed::SignedRoster> before;
    for (int32_t epoch = rooms_.book->next_epoch(); epoch < roster->roster().epoch(); ++epoch) {
      if (before.size() == kEpochsAtOnceMax) break;
      ASSIGN_OR_RETURN(before.emplace_back(), link.GetRoster(epoch));
    }
    RETURN_IF_ERROR(rooms_.book->TakeOffers(*roster, catalogues, std::move(before)));
    return true;
  };
  ASSIGN_OR_RETURN(const bool offered, take());
  if (!offered) return absl::OkStatus();
  bool sent = false;
  if (const auto unsent = rooms_.book->UnsentRosterSignature()) {
    RETURN_IF_ERROR(link.SignRoster(unsent->first, AsText(unsent->second)).status());
    sent = true;
  }
  for (const auto& [version, signature] : rooms_.book->UnsentCatalogueSignatures()) {
    RETURN_IF_ERROR(link.SignCatalogue(version, AsText(signature)).status());
    sent = true;
  }
  if (sent) RETURN_IF_ERROR(take().status());
  return CountByBook();
}

absl::Status SyncAgent::CountByBook() {
  absl::MutexLock lock(&counting_);
  std::vector<storage::node::CountedCatalogue> counted = rooms_.book->Counted();
  std::set<Digest> digests;
  for (const auto& each : counted) digests.insert(each.catalogue->digest);
  const int quarter = model::QuarterOf(model::DayInIndia(rooms_.clock->Now())).index();
  if (counted_ == digests && counted_quarter_ == quarter) return absl::OkStatus();
  RETURN_IF_ERROR(rooms_.store->SetCatalogues(std::move(counted)));
  counted_ = std::move(digests);
  counted_quarter_ = quarter;
  return absl::OkStatus();
}

absl::Status SyncAgent::Rounds(FederationLink& link, Contact& contact) {
  ASSIGN_OR_RETURN(std::vector<fed::Round> rounds, link.ListRounds());
  // A round that was announced since the log was read goes by entries that came since.
  const bool newer = std::any_of(rounds.begin(), rounds.end(), [&](const fed::Round& round) {
    return round.round_descriptor().log_size() > static_cast<int64_t>(rooms_.watch->entries()->size());
  });
  if (newer) RETURN_IF_ERROR(rooms_.watch->Follow(link));
  // Oldest first: a node contributes only to periods later than all that it has contributed to.
  std::sort(rounds.begin(), rounds.end(),
            [](const fed::Round& a, const fed::Round& b) { return PeriodOfRound(a) < PeriodOfRound(b); });
  absl::Status first_problem;
  for (const fed::Round& round : rounds) {
    ASSIGN_OR_RETURN(const model::Period period, model::ParsePeriod(PeriodOfRound(round), "period"));
    const auto before = rooms_.once->GetRound(period);
    const absl::Status status = OneRound(link, round);
    if (!status.ok()) {
      LogWarning("sync", "round not finished").Name("period", PeriodOfRound(round)).Status(status);
      if (absl::IsUnavailable(status) && HasReason(status, Reason::kNoLink)) return status;
      if (first_problem.ok()) first_problem = status;
    }
    auto after = rooms_.once->GetRound(period);
    if (after.ok() && (!before.ok() || before->stage != after->stage)) contact.changed.push_back(*std::move(after));
  }
  return first_problem;
}

absl::Status SyncAgent::OneRound(FederationLink& link, const fed::Round& round) {
  ASSIGN_OR_RETURN(const model::Period period, model::ParsePeriod(PeriodOfRound(round), "period"));
  absl::StatusOr<RoundEntry> entry = rooms_.once->GetRound(period);
  if (absl::IsNotFound(entry.status())) {
    // What this node can not join is no problem of the contact: it is told when somebody wants to close the quarter.
    if (round.state() == fed::ROUND_STATE_VOID || !CheckPeriod(period, rooms_.clock->Now()).ok() ||
        !rooms_.book->RosterOfEpoch(round.round_descriptor().epoch()).ok() ||
        !rooms_.book->CatalogueInForce(period).ok() ||
        !CheckRehearsal(round.round_descriptor().rehearsal(), rooms_.accepts_rehearsals).ok())
      return absl::OkStatus();
    entry = Announce(round, period);
  }
  RETURN_IF_ERROR(entry.status());
  if (round.state() == fed::ROUND_STATE_VOID) {
    ASSIGN_OR_RETURN(const bool is_void, rooms_.answers->EndVoid(round, *entry));
    if (!is_void || !CanStep(entry->stage, Stage::kVoid)) return absl::OkStatus();
    return rooms_.once->MarkEnded(period, Stage::kVoid, "", false);
  }
  // Others wait for this node's answer also where its own contribution goes wrong.
  const absl::Status contributed = ContributeTo(link, round, *entry);
  ASSIGN_OR_RETURN(*entry, rooms_.once->GetRound(period));
  RETURN_IF_ERROR(AnswerAndLook(link, round, *entry));
  return contributed;
}

absl::Status SyncAgent::ContributeTo(FederationLink& link, const fed::Round& round, RoundEntry entry) {
  const model::Period period = entry.period;
  const bool takes_part = !rooms_.once->SitsOut(period) && rooms_.book->CatalogueFor(period).ok();
  if (rooms_.automatic_approval && takes_part && !entry.rehearsal && round.state() == fed::ROUND_STATE_ANNOUNCED &&
      (entry.stage == Stage::kAnnounced || entry.stage == Stage::kProposed)) {
    RETURN_IF_ERROR(ApproveAutomatically(entry));
    ASSIGN_OR_RETURN(entry, rooms_.once->GetRound(period));
  }
  if (NextOf(entry, rooms_.clock->Now()) == Next::kSend && round.state() == fed::ROUND_STATE_ANNOUNCED) {
    RETURN_IF_ERROR(Send(link, entry));
    ASSIGN_OR_RETURN(entry, rooms_.once->GetRound(period));
  }
  return Conclude(link, round, entry);
}

absl::StatusOr<RoundEntry> SyncAgent::Announce(const fed::Round& round, const model::Period& period) {
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return NotJoined();
  const LogEntries log = rooms_.watch->entries();
  const absl::StatusOr<RoundEntry> entry =
      CheckAnnounced(round, *rooms_.book, {*log, rooms_.watch->SizeAt(period.end())}, membership->federation_key);
  if (!entry.ok()) {
    // Entries that came since the log was read are no reason for an alarm: the next contact knows them. Nor is what the
    // node itself lacks.
    const bool said_wrong =
        HasReason(entry.status(), Reason::kWrongState) || HasReason(entry.status(), Reason::kBadSignature);
    if (said_wrong && round.round_descriptor().log_size() <= static_cast<int64_t>(log->size())) {
      RETURN_IF_ERROR(rooms_.once->RaiseAlarm(storage::node::AlarmKind::kBadDescriptor, PeriodOfRound(round),
                                              round.SerializeAsString()));
    }
    return entry.status();
  }
  RETURN_IF_ERROR(rooms_.once->Announce(*entry));
  LogInfo("sync", "round announced").Name("period", model::PeriodText(period));
  return entry;
}

absl::Status SyncAgent::ApproveAutomatically(const RoundEntry& entry) {
  RETURN_IF_ERROR(rooms_.close->Close(entry.period, "node").status());
  ASSIGN_OR_RETURN(const Preview seen, rooms_.close->Look(entry.period));
  return rooms_.close->Approve(entry.period, AsText(seen.entry.proposal_digest), "node").status();
}

absl::Status SyncAgent::Send(FederationLink& link, const RoundEntry& entry) {
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return NotJoined();
  const std::string period = model::PeriodText(entry.period);
  ASSIGN_OR_RETURN(const fed::Receipt receipt, UploadContribution(link, period, entry.contribution));
  if (receipt.digest() != AsText(entry.contribution_name)) ShowHead(link, *rooms_.book, entry);
  RETURN_IF_ERROR(CheckReceipt(receipt, entry, membership->collective, membership->federation_key));
  RETURN_IF_ERROR(rooms_.once->MarkSent(entry.period, receipt.SerializeAsString()));
  LogInfo("sync", "contribution sent").Name("period", period).Number("bytes", entry.contribution.size());
  // The audit learns of it afterwards; the receipt in once/ is what holds.
  return rooms_.store
      ->SubmitAndWait(storage::node::NoteChange{storage::node::Action::kSent, "node", absl::StrCat("releases/", period),
                                                absl::StrCat("release/", period), entry.contribution})
      .status();
}

absl::StatusOr<bool> SyncAgent::InFreeze(const fed::Round& round, const RoundEntry& entry) const {
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return NotJoined();
  ASSIGN_OR_RETURN(const RoundGround ground, GroundOf(entry, *rooms_.book));
  // What a node sent before it was restored stays in the freeze, and it can not know those bytes.
  const std::string own = rooms_.once->SitsOut(entry.period) ? "" : membership->collective;
  return CheckFreeze(round, entry, ground, own, membership->federation_key);
}

absl::Status SyncAgent::Conclude(FederationLink& link, const fed::Round& round, const RoundEntry& entry) {
  if (!IsFrozen(round.state()) || !CanStep(entry.stage, Stage::kLeftOut) || rooms_.once->SitsOut(entry.period))
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool inside, InFreeze(round, entry));
  if (!inside) {
    if (entry.stage == Stage::kSent) LogError("sync", "frozen without a contribution that has a receipt");
    return rooms_.once->MarkEnded(entry.period, Stage::kLeftOut, "", false);
  }
  // It arrived, but the word of it got lost: fetch the receipt.
  return entry.stage == Stage::kApproved ? Send(link, entry) : absl::OkStatus();
}

absl::Status SyncAgent::AnswerAndLook(FederationLink& link, const fed::Round& round, const RoundEntry& entry) {
  const auto answered = [&]() -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const auto lock, rooms_.once->FindLock(entry.period));
    return lock && lock->sent;
  };
  ASSIGN_OR_RETURN(const bool before, answered());
  const absl::Status step = rooms_.answers->Step(link, round, entry);
  ASSIGN_OR_RETURN(const bool after, answered());
  // Shares that are withheld from this node keep it from answering, and not from looking.
  const absl::Status look = Look(link, round, entry, after && !before);
  RETURN_IF_ERROR(step);
  return look;
}

absl::Status SyncAgent::Look(FederationLink& link, const fed::Round& round, const RoundEntry& entry,
                             bool answered_now) {
  if (!IsFrozen(round.state())) return absl::OkStatus();
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return NotJoined();
  const auto none_yet = [&]() -> absl::Status {
    // What is no freeze was seen to where it would have been answered; what came once was not kept back.
    if (!entry.national_release.empty() || !InFreeze(round, entry).ok()) return absl::OkStatus();
    return rooms_.answers->NoRelease(link, round, entry);
  };
  if (round.state() == fed::ROUND_STATE_FROZEN) return none_yet();
  absl::StatusOr<fed::NationalRelease> release = link.GetNationalRelease(model::PeriodText(entry.period));
  if (absl::IsNotFound(release.status())) return none_yet();
  RETURN_IF_ERROR(release.status());
  const std::string bytes = release->SerializeAsString();
  const bool known = entry.national_release == bytes;
  const bool final =
      release->state() == fed::RELEASE_STATE_CONFIRMED || release->state() == fed::RELEASE_STATE_CORRECTED;
  // Until it is final, answers may have come that it keeps silent about.
  if (known && final && entry.sum_agrees && !answered_now) return absl::OkStatus();
  RETURN_IF_ERROR(InFreeze(round, entry).status());
  RETURN_IF_ERROR(CheckRelease(*release, round, membership->federation_key));
  ASSIGN_OR_RETURN(const bool agrees, rooms_.answers->CheckSum(link, round, entry, *release));
  if (!known) LogInfo("sync", "national release received").Name("period", model::PeriodText(entry.period));
  if (entry.stage == Stage::kSent) return rooms_.once->MarkEnded(entry.period, Stage::kReceived, bytes, agrees);
  if (known && entry.sum_agrees == agrees) return absl::OkStatus();
  return rooms_.once->NoteRelease(entry.period, bytes, agrees);
}

void SyncAgent::Remember(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  last_status_ = status;
  for (const Reason none : {Reason::kNoLink, Reason::kWrongState, Reason::kClockWrong, Reason::kCertificateEnded,
                            Reason::kCertificateRevoked, Reason::kBadCertificate}) {
    if (HasReason(status, none)) return;
  }
  last_contact_ = rooms_.clock->Now();
}

std::optional<absl::Time> SyncAgent::last_contact() const {
  absl::MutexLock lock(&mutex_);
  return last_contact_;
}

absl::Status SyncAgent::last_status() const {
  absl::MutexLock lock(&mutex_);
  return last_status_;
}

}  // namespace aangan::node

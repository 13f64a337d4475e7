// SPDX-License-Identifier: Apache-2.0
// This node as a holder of shares.
#include "server/node/answer_agent.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/left_out.h"
#include "model/roster.h"
#include "privacy/answer.h"
#include "privacy/complaint.h"
#include "privacy/plausible.h"
#include "privacy/summed_contribution.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::AlarmKind;
using storage::node::AnswerLock;
using storage::node::RoundEntry;

// A share that can not be used, ready to be complained of.
struct Fault {
  std::string dealer;
  std::string complaint;
};

// Collectives whose answer of this period the log says is in.
int AnswersLogged(const std::vector<fed::LogEntry>& log, const std::string& period) {
  std::set<std::string> authors;
  for (const fed::LogEntry& entry : log) {
    if (entry.kind() == fed::LOG_ENTRY_KIND_ANSWER && entry.subject() == period) authors.insert(entry.author());
  }
  return static_cast<int>(authors.size());
}

bool TakesAnswers(fed::RoundState state) {
  return state == fed::ROUND_STATE_FROZEN || state == fed::ROUND_STATE_PROVISIONAL ||
         state == fed::ROUND_STATE_CONFIRMED || state == fed::ROUND_STATE_CORRECTED ||
         state == fed::ROUND_STATE_DISPUTED;
}

absl::Status AskAgain() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kWrongLength,
                 "The federation did not give the shares that the freeze names. They are asked for again with the next "
                 "contact.");
}

// Answers may have come since the release was signed. They may confirm what it says, or settle a dispute; sums that
// they do not give are in no state right.
bool Agrees(const fed::NationalRelease& release, const privacy::Reconstruction& said) {
  const bool same = std::equal(said.values.begin(), said.values.end(), release.sums().begin(), release.sums().end());
  const bool confirmed = said.agreement == privacy::Agreement::kConfirmed;
  switch (release.state()) {
    case fed::RELEASE_STATE_PROVISIONAL:
      return same && (confirmed || said.agreement == privacy::Agreement::kProvisional);
    case fed::RELEASE_STATE_CONFIRMED:
    case fed::RELEASE_STATE_CORRECTED:
      return same && confirmed;
    case fed::RELEASE_STATE_DISPUTED:
      return confirmed || said.agreement == privacy::Agreement::kDisputed;
    default:
      return false;
  }
}

// The freeze with its signature, for the file that people may carry.
std::string KeptFreeze(const fed::Round& round) {
  fed::Round kept;
  *kept.mutable_freeze() = round.freeze();
  kept.set_freeze_signature(round.freeze_signature());
  return kept.SerializeAsString();
}

absl::Status Complain(FederationLink& link, const model::Period& quarter, const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    LogWarning("answer", "a share can not be used").Name("collective", fault.dealer);
    RETURN_IF_ERROR(link.CreateComplaint(model::PeriodText(quarter), fault.dealer, fault.complaint));
  }
  return absl::OkStatus();
}

}  // namespace

struct AnswerAgent::Opened {
  std::vector<privacy::ShareVector> shares;
  std::vector<Fault> faults;
  std::vector<Digest> heads;       // of the shares that opened well
  bool own_does_not_open = false;  // what this node sealed to itself
};

std::vector<bool> LeftOutOf(const RoundGround& ground, const fed::Freeze& freeze) {
  std::set<std::string> inside;
  for (const fed::FrozenContribution& each : freeze.contributions()) inside.insert(each.collective());
  return model::LeftOutCells(*ground.catalogue, ground.quarter,
                             model::LeftOutPlaces(*ground.catalogue, ground.roster, inside));
}

absl::Status AnswerAgent::Alarm(AlarmKind kind, const model::Period& period, const std::string& evidence) {
  LogError("answer", "alarm").Number("kind", static_cast<int>(kind)).Name("period", model::PeriodText(period));
  return rooms_.once->RaiseAlarm(kind, model::PeriodText(period), evidence);
}

absl::Status AnswerAgent::Resume() {
  ASSIGN_OR_RETURN(const std::vector<AnswerLock> locks, rooms_.once->Locks());
  for (const AnswerLock& lock : locks) RETURN_IF_ERROR(rooms_.keys->Destroy(lock.period));
  return absl::OkStatus();
}

absl::Status AnswerAgent::Step(FederationLink& link, const fed::Round& round, const RoundEntry& entry) {
  if (round.round_descriptor().form() != fed::ROUND_FORM_SUMMED || rooms_.once->SitsOut(entry.period))
    return absl::OkStatus();
  if (round.state() == fed::ROUND_STATE_VOID) return EndVoid(round, entry).status();
  ASSIGN_OR_RETURN(const std::optional<AnswerLock> lock, rooms_.once->FindLock(entry.period));
  if (lock) return GoOn(link, round, *lock);
  ASSIGN_OR_RETURN(const std::optional<SecretBytes> key, rooms_.keys->Find(entry.period));
  if (!key) return absl::OkStatus();  // silent
  ASSIGN_OR_RETURN(const RoundGround ground, GroundOf(entry, *rooms_.book));
  if (round.state() == fed::ROUND_STATE_ANNOUNCED) return ComplainEarly(link, ground, *key);
  if (TakesAnswers(round.state())) return AnswerFreeze(link, round, entry, ground, *key);
  return absl::OkStatus();
}

absl::StatusOr<bool> AnswerAgent::EndVoid(const fed::Round& round, const RoundEntry& entry) {
  const auto membership = rooms_.identity->membership();
  if (!membership) return false;
  const absl::Status is_void = CheckVoid(round, entry, rooms_.clock->Now(), membership->federation_key);
  ASSIGN_OR_RETURN(const std::optional<AnswerLock> lock, rooms_.once->FindLock(entry.period));
  if (!is_void.ok() || lock) {  // what was frozen can not be void
    RETURN_IF_ERROR(Alarm(AlarmKind::kBadVoid, entry.period, round.SerializeAsString()));
    return false;
  }
  RETURN_IF_ERROR(rooms_.keys->Destroy(entry.period));
  return true;
}

absl::Status AnswerAgent::GoOn(FederationLink& link, const fed::Round& round, const AnswerLock& lock) {
  RETURN_IF_ERROR(rooms_.keys->Destroy(lock.period));
  ASSIGN_OR_RETURN(const Digest freeze, FreezeDigest(round.freeze()));
  if (round.freeze().round_id() != AsText(lock.round_id) || freeze != lock.freeze)
    return Alarm(AlarmKind::kSecondFreeze, lock.period, round.SerializeAsString());
  if (lock.sent || lock.answer.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(link.CreateAnswer(model::PeriodText(lock.period), lock.answer));
  return rooms_.once->MarkAnswered(lock.period);
}

absl::StatusOr<AnswerAgent::Opened> AnswerAgent::OpenAll(const std::vector<fed::Share>& shares,
                                                         const RoundGround& ground, const SecretBytes& key) {
  const auto membership = rooms_.identity->membership();
  const SigningKey* signing = rooms_.identity->KeyIn(ground.roster);
  if (!membership || signing == nullptr) return AskAgain();
  const std::optional<int> place = model::PlaceInRoster(ground.roster, membership->collective);
  if (!place) return AskAgain();
  const int own = *place;
  Opened opened;
  for (const fed::Share& share : shares) {
    const std::optional<int> dealer = model::PlaceInRoster(ground.roster, share.dealer());
    if (!dealer) return AskAgain();
    ASSIGN_OR_RETURN(const privacy::SummedHead head, privacy::ParseHead(share.head(), *ground.holders, *dealer));
    RETURN_IF_ERROR(
        rooms_.watch->Compare(head.header.log, {model::PeriodText(ground.quarter), share.dealer(), share.head()}));
    ASSIGN_OR_RETURN(privacy::OpenedShare one, privacy::OpenShare(head, *ground.holders, own, share.sealed(), key));
    if (one.fault == privacy::ShareFault::kNone) {
      opened.shares.push_back(*std::move(one.share));
      opened.heads.push_back(head.digest);
    } else if (*dealer == own) {
      opened.own_does_not_open = true;
    } else {
      opened.faults.push_back(
          {share.dealer(), privacy::BuildComplaint(head, *ground.holders, own, one, share.sealed(), *signing)});
    }
  }
  return opened;
}

absl::Status AnswerAgent::ComplainEarly(FederationLink& link, const RoundGround& ground, const SecretBytes& key) {
  const int own = model::PlaceInRoster(ground.roster, rooms_.identity->membership()->collective).value_or(-1);
  // Shares for another key than this node's: it has none in this round, and names nobody.
  if (own < 0 || ground.holders->recipient_keys[static_cast<size_t>(own)] != privacy::RecipientKeyOf(key))
    return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<fed::Share> shares, link.ListShares(model::PeriodText(ground.quarter)));
  const auto kept_end = std::remove_if(
      shares.begin(), shares.end(), [&](const fed::Share& share) { return looked_at_.contains(Sha256(share.head())); });
  shares.erase(kept_end, shares.end());
  ASSIGN_OR_RETURN(const Opened opened, OpenAll(shares, ground, key));
  if (opened.own_does_not_open) return absl::OkStatus();
  looked_at_.insert(opened.heads.begin(), opened.heads.end());
  return Complain(link, ground.quarter, opened.faults);
}

absl::StatusOr<bool> AnswerAgent::MayAnswer(const fed::Round& round, const RoundEntry& entry,
                                            const RoundGround& ground) {
  const auto membership = rooms_.identity->membership();
  if (!membership) return false;
  if (rooms_.clock->Now() < absl::FromUnixSeconds(ground.descriptor.contribute_until().seconds())) {
    return false;  // by this node's clock others may still contribute
  }
  const absl::StatusOr<bool> inside =
      CheckFreeze(round, entry, ground, membership->collective, membership->federation_key);
  if (!inside.ok()) {
    RETURN_IF_ERROR(Alarm(AlarmKind::kBadFreeze, entry.period, round.SerializeAsString()));
    return false;
  }
  if (!*inside && !entry.receipt.empty()) {
    RETURN_IF_ERROR(Alarm(AlarmKind::kContributionMissing, entry.period, entry.receipt + round.SerializeAsString()));
    return false;
  }
  return true;
}

absl::StatusOr<bool> AnswerAgent::BeganWithAnother(const fed::Round& round, const RoundEntry& entry) {
  if (entry.freeze.empty()) return false;
  fed::Round kept;
  if (!kept.ParseFromString(entry.freeze))
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The freeze of a round is damaged.");
  ASSIGN_OR_RETURN(const Digest before, FreezeDigest(kept.freeze()));
  ASSIGN_OR_RETURN(const Digest now, FreezeDigest(round.freeze()));
  return before != now;
}

absl::Status AnswerAgent::AnswerFreeze(FederationLink& link, const fed::Round& round, const RoundEntry& entry,
                                       const RoundGround& ground, const SecretBytes& key) {
  ASSIGN_OR_RETURN(const bool may, MayAnswer(round, entry, ground));
  if (!may) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool other, BeganWithAnother(round, entry));
  if (other) return Alarm(AlarmKind::kSecondFreeze, entry.period, round.SerializeAsString());
  ASSIGN_OR_RETURN(const std::vector<fed::Share> shares, link.ListShares(model::PeriodText(entry.period)));
  const fed::Freeze& freeze = round.freeze();
  if (static_cast<int>(shares.size()) != freeze.contributions_size()) return AskAgain();
  for (int i = 0; i < freeze.contributions_size(); ++i) {
    const fed::Share& share = shares[static_cast<size_t>(i)];
    if (share.dealer() != freeze.contributions(i).collective() ||
        AsText(Sha256(share.head())) != freeze.contributions(i).digest())
      return AskAgain();
  }
  const auto own = model::PlaceInRoster(ground.roster, rooms_.identity->membership()->collective);
  // The key of the round's roster, also when a later roster names another.
  const SigningKey* signing = rooms_.identity->KeyIn(ground.roster);
  // Shares sealed to another key than this node's: it counts as without one.
  if (!own || signing == nullptr ||
      ground.holders->recipient_keys[static_cast<size_t>(*own)] != privacy::RecipientKeyOf(key))
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const Opened opened, OpenAll(shares, ground, key));
  if (opened.own_does_not_open) return absl::OkStatus();
  AnswerLock lock;
  lock.period = entry.period;
  lock.round_id = entry.round_id;
  ASSIGN_OR_RETURN(lock.freeze, FreezeDigest(freeze));
  if (!opened.faults.empty()) {
    // A holder who can not use a share says why, and is silent for good.
    RETURN_IF_ERROR(Complain(link, entry.period, opened.faults));
    RETURN_IF_ERROR(rooms_.once->Lock(lock));
    return rooms_.keys->Destroy(lock.period);
  }
  privacy::AnswerHeader header;
  header.round_id = entry.round_id;
  header.freeze = lock.freeze;
  header.node_id = model::NodeId(signing->public_key()).bytes;
  ASSIGN_OR_RETURN(const LogWatch::Stamp stamp, rooms_.watch->NextStamp());
  header.log = stamp.log;
  header.incarnation = stamp.incarnation;
  header.counter = stamp.counter;
  lock.answer = privacy::BuildAnswer(header, privacy::SumShares(opened.shares, LeftOutOf(ground, freeze)), *signing);
  if (entry.freeze.empty()) RETURN_IF_ERROR(rooms_.once->KeepFreeze(entry.period, KeptFreeze(round)));
  return LockAndSend(link, std::move(lock));
}

absl::Status AnswerAgent::LockAndSend(FederationLink& link, AnswerLock lock) {
  RETURN_IF_ERROR(rooms_.once->Lock(lock));
  RETURN_IF_ERROR(rooms_.keys->Destroy(lock.period));
  RETURN_IF_ERROR(link.CreateAnswer(model::PeriodText(lock.period), lock.answer));
  LogInfo("answer", "sent").Name("period", model::PeriodText(lock.period)).Number("bytes", lock.answer.size());
  return rooms_.once->MarkAnswered(lock.period);
}

absl::StatusOr<std::vector<privacy::PlacedAnswer>> AnswerAgent::ReadAnswers(const std::vector<fed::Answer>& answers,
                                                                            const RoundGround& ground,
                                                                            const fed::Freeze& freeze) {
  ASSIGN_OR_RETURN(const Digest freeze_digest, FreezeDigest(freeze));
  const std::vector<bool> left_out = LeftOutOf(ground, freeze);
  const auto words = static_cast<size_t>(std::count(left_out.begin(), left_out.end(), false));
  std::vector<privacy::PlacedAnswer> placed;
  for (const fed::Answer& each : answers) {
    const std::optional<int> place = model::PlaceInRoster(ground.roster, each.collective());
    if (!place) continue;
    ASSIGN_OR_RETURN(privacy::Answer answer,
                     privacy::ParseAnswer(each.answer(), ground.round_id, freeze_digest,
                                          ground.holders->signing_keys[static_cast<size_t>(*place)], words));
    RETURN_IF_ERROR(
        rooms_.watch->Compare(answer.header.log, {ground.descriptor.period(), each.collective(), each.answer()}));
    placed.push_back({*place, std::move(answer.words)});
  }
  return placed;
}

absl::StatusOr<bool> AnswerAgent::CheckSum(FederationLink& link, const fed::Round& round, const RoundEntry& entry,
                                           const fed::NationalRelease& release) {
  ASSIGN_OR_RETURN(const RoundGround ground, GroundOf(entry, *rooms_.book));
  if (!ground.holders) return true;  // nothing is reconstructed in a direct round
  ASSIGN_OR_RETURN(const std::vector<fed::Answer> answers, link.ListAnswers(model::PeriodText(entry.period)));
  ASSIGN_OR_RETURN(const std::optional<AnswerLock> lock, rooms_.once->FindLock(entry.period));
  const std::string own = rooms_.identity->membership()->collective;
  if (lock && lock->sent) {
    const bool there = std::any_of(answers.begin(), answers.end(), [&](const fed::Answer& each) {
      return each.collective() == own && each.answer() == lock->answer;
    });
    if (!there) RETURN_IF_ERROR(Alarm(AlarmKind::kAnswerMissing, entry.period, release.SerializeAsString()));
  }
  const auto said = [&]() -> absl::StatusOr<privacy::Reconstruction> {
    ASSIGN_OR_RETURN(std::vector<privacy::PlacedAnswer> placed, ReadAnswers(answers, ground, round.freeze()));
    return privacy::Reconstruct(std::move(placed), ground.numbers);
  }();
  const bool split = said.ok() && said->agreement == privacy::Agreement::kDisputed;
  if (split || release.state() == fed::RELEASE_STATE_DISPUTED)
    RETURN_IF_ERROR(Alarm(AlarmKind::kDisputed, entry.period, release.SerializeAsString()));
  const bool agrees = said.ok() && Agrees(release, *said);
  // Figures that were honestly provisional are withdrawn with the federation's next look at the answers.
  const bool may_be_late = split && release.state() == fed::RELEASE_STATE_PROVISIONAL;
  if (!agrees && !may_be_late) RETURN_IF_ERROR(Alarm(AlarmKind::kWrongSum, entry.period, release.SerializeAsString()));
  if (agrees && said->agreement != privacy::Agreement::kDisputed &&
      !privacy::SpoiltTables(*ground.catalogue, ground.quarter, ground.numbers,
                             {LeftOutOf(ground, round.freeze()), said->values})
           .empty())
    RETURN_IF_ERROR(Alarm(AlarmKind::kSpoiltTable, entry.period, release.SerializeAsString()));
  return agrees;
}

absl::Status AnswerAgent::NoRelease(FederationLink& link, const fed::Round& round, const RoundEntry& entry) {
  const std::string shown = round.SerializeAsString();
  ASSIGN_OR_RETURN(const int64_t since_us, rooms_.once->FrozenSince(entry.period));
  if (round.state() == fed::ROUND_STATE_DISPUTED) return Alarm(AlarmKind::kDisputed, entry.period, shown);
  if (rooms_.clock->Now() < absl::FromUnixMicros(since_us) + kReleaseDue) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<storage::node::Alarm> alarms, rooms_.once->Alarms());
  const std::string period = model::PeriodText(entry.period);
  // Answers are large: what people see already is not looked for again.
  if (std::any_of(alarms.begin(), alarms.end(), [&](const storage::node::Alarm& each) {
        return each.kind == AlarmKind::kReleaseWithheld && each.subject == period;
      }))
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const RoundGround ground, GroundOf(entry, *rooms_.book));
  if (!ground.holders) return Alarm(AlarmKind::kReleaseWithheld, entry.period, shown);
  // A state beyond frozen says that enough have answered.
  if (round.state() == fed::ROUND_STATE_FROZEN &&
      std::max(round.answered_size(), AnswersLogged(*rooms_.watch->entries(), period)) < ground.numbers.k)
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<fed::Answer> answers, link.ListAnswers(period));
  std::string evidence = shown;
  for (const fed::Answer& each : answers) evidence += each.SerializeAsString();
  const auto said = [&]() -> absl::StatusOr<privacy::Reconstruction> {
    ASSIGN_OR_RETURN(std::vector<privacy::PlacedAnswer> placed, ReadAnswers(answers, ground, round.freeze()));
    return privacy::Reconstruct(std::move(placed), ground.numbers);
  }();
  const bool split = said.ok() && said->agreement == privacy::Agreement::kDisputed;
  return Alarm(split ? AlarmKind::kDisputed : AlarmKind::kReleaseWithheld, entry.period, evidence);
}

}  // namespace aangan::node

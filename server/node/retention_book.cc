// SPDX-License-Identifier: Apache-2.0
// Policy, report and daily run.
#include "server/node/retention_book.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/record_walk.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::Found;
using storage::node::NodeStore;
using storage::node::NoteChange;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr char kPolicyPrefix[] = "retention/policy/";
constexpr char kNotedPrefix[] = "retention/noted/";
constexpr size_t kPage = 200;
constexpr int kKeepRecord = 1;  // CONSENT_PURPOSE_KEEP_RECORD
constexpr int kGiven = 1;       // CONSENT_DECISION_GIVEN

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "a stored setting about retention does not read");
}

std::string NotedKey(const model::Id& member) { return absl::StrCat(kNotedPrefix, model::IdText(member)); }

std::string MemberText(const model::Id& member) {
  return model::RecordNameText({model::RecordKind::kMember, member, member});
}

model::Day LastDay(const store::v1::ServiceRecord& service) {
  return std::max({service.assessed_day(), service.needed_day(), service.referred_day(), service.received_day(),
                   service.completed_day(), service.sustained_6_months_day(), service.sustained_12_months_day(),
                   service.scored_day()});  // 0, long ago, where there is none
}

absl::StatusOr<model::RecordDays> DaysOf(const NodeStore& store, const Found& member) {
  model::RecordDays days;
  const auto& record = std::get<store::v1::MemberRecord>(member.record);
  days.last_record = model::DayInIndia(absl::FromUnixMicros(record.create_time_us()));
  const auto later = [&](model::Day day) { days.last_record = std::max(days.last_record, day); };
  std::pair<model::Day, uint64_t> newest{model::kNoDay, 0};
  const model::Id& id = member.name.member;
  RETURN_IF_ERROR(ForEachRecord(store, model::RecordKind::kConsent, id, [&](const Found& found) {
    const auto& consent = std::get<store::v1::ConsentRecord>(found.record);
    later(consent.decision_day());
    const std::pair<model::Day, uint64_t> order{consent.decision_day(), consent.order()};
    if (consent.purpose() != kKeepRecord || order < newest) return absl::OkStatus();
    newest = order;
    days.keep = model::KeepConsent{consent.decision() == kGiven, consent.decision_day(),
                                   consent.has_until_day() ? consent.until_day() : model::kNoDay};
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(ForEachRecord(store, model::RecordKind::kService, id, [&](const Found& found) {
    later(LastDay(std::get<store::v1::ServiceRecord>(found.record)));
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(ForEachRecord(store, model::RecordKind::kAssessment, id, [&](const Found& found) {
    later(std::get<store::v1::AssessmentRecord>(found.record).day());
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(ForEachRecord(store, model::RecordKind::kGrievance, id, [&](const Found& found) {
    const auto& grievance = std::get<store::v1::GrievanceRecord>(found.record);
    later(model::DayInIndia(absl::FromUnixMicros(std::max(grievance.create_time_us(), grievance.answer_time_us()))));
    return absl::OkStatus();
  }));
  return days;
}

model::RetentionPolicy ClocksOf(const store::v1::RetentionPolicyRecord& record) {
  model::RetentionPolicy policy;
  policy.years_after_last_record = record.years_after_last_record();
  if (record.has_days_after_withdrawal()) policy.days_after_withdrawal = record.days_after_withdrawal();
  return policy;
}

}  // namespace

absl::Status StalePolicy() {
  return Problem(absl::StatusCode::kAborted, Reason::kStaleEtag,
                 "Somebody changed the policy since it was read; read it again and repeat the change.");
}

absl::StatusOr<store::v1::RetentionPolicyRecord> RetentionBook::Policy() const {
  store::v1::RetentionPolicyRecord newest;
  newest.set_version(1);
  newest.set_grace_days(model::kGraceDaysDefault);
  newest.set_grievance_days(model::kGrievanceDaysDefault);
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(const auto versions, store_->ListSettings(kPolicyPrefix, after, kPage));
    if (versions.empty()) return newest;
    if (!newest.ParseFromString(versions.back().second)) return Damaged();
    after = versions.back().first;
  }
}

absl::StatusOr<store::v1::RetentionPolicyRecord> RetentionBook::Change(store::v1::RetentionPolicyRecord policy,
                                                                       uint64_t version, const std::string& actor,
                                                                       int64_t now_us) {
  absl::MutexLock lock(&changing_);
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord newest, Policy());
  if (newest.version() != version) return StalePolicy();
  policy.set_version(version + 1);
  policy.set_update_time_us(now_us);
  NoteChange change{Action::kPolicyChanged, actor, "retentionPolicy",
                    absl::StrCat(kPolicyPrefix, absl::StrFormat("%010d", policy.version())),
                    policy.SerializeAsString()};
  RETURN_IF_ERROR(store_->SubmitAndWait(std::move(change)).status());
  return policy;
}

absl::StatusOr<RetentionBook::Notes> RetentionBook::ReadNotes() const {
  Notes notes;
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(const auto page, store_->ListSettings(kNotedPrefix, after, kPage));
    for (const auto& [key, value] : page) {
      ASSIGN_OR_RETURN(const model::Id member, model::ParseId(key.substr(sizeof(kNotedPrefix) - 1), "member"));
      if (!notes[member].ParseFromString(value)) return Damaged();
    }
    if (page.size() < kPage) return notes;
    after = page.back().first;
  }
}

absl::StatusOr<std::optional<DueMember>> RetentionBook::LookAt(const store::v1::RetentionPolicyRecord& policy,
                                                               const Notes& notes, const Found& member,
                                                               model::Day today) const {
  const absl::StatusOr<model::RecordDays> days = DaysOf(*store_, member);
  if (IsGone(days.status())) return std::optional<DueMember>();
  RETURN_IF_ERROR(days.status());
  const std::optional<model::Due> due = model::DueOf(ClocksOf(policy), *days, today);
  if (!due) return std::optional<DueMember>();
  DueMember found;
  found.member = member.name.member;
  found.version = std::get<store::v1::MemberRecord>(member.record).version();
  found.due = *due;
  const auto note = notes.find(found.member);
  // Another policy, or another reason, begins the time of grace anew.
  if (due->erases() && note != notes.end() && note->second.policy_version() == policy.version() &&
      note->second.reason() == static_cast<int>(due->reason)) {
    found.noted = note->second.noted_day();
    found.erase = found.noted + policy.grace_days();
  }
  return std::optional<DueMember>(found);
}

absl::StatusOr<std::vector<DueMember>> RetentionBook::Look(model::Day today) const {
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord policy, Policy());
  ASSIGN_OR_RETURN(const Notes notes, ReadNotes());
  return Look(policy, notes, today);
}

absl::StatusOr<std::vector<DueMember>> RetentionBook::Look(const store::v1::RetentionPolicyRecord& policy,
                                                           const Notes& notes, model::Day today) const {
  std::vector<DueMember> all;
  if (ClocksOf(policy).off()) return all;
  RETURN_IF_ERROR(ForEachRecord(*store_, model::RecordKind::kMember, {}, [&](const Found& member) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<DueMember> due, LookAt(policy, notes, member, today));
    if (due) all.push_back(*due);
    return absl::OkStatus();
  }));
  return all;
}

absl::Status RetentionBook::Note(const DueMember& due, uint64_t policy_version, model::Day today) {
  store::v1::RetentionNote note;
  note.set_noted_day(today);
  note.set_policy_version(policy_version);
  note.set_reason(static_cast<int>(due.due.reason));
  return store_
      ->SubmitAndWait(NoteChange{Action::kRetentionNoted, "node", MemberText(due.member), NotedKey(due.member),
                                 note.SerializeAsString()})
      .status();
}

absl::Status RetentionBook::Clear(const model::Id& member) {
  return store_->SubmitAndWait(NoteChange{Action::kRetentionCleared, "node", MemberText(member), NotedKey(member), ""})
      .status();
}

absl::StatusOr<bool> RetentionBook::Erase(const store::v1::RetentionPolicyRecord& policy, const Notes& notes,
                                          const DueMember& due, model::Day today) {
  const model::RecordName name{model::RecordKind::kMember, due.member, due.member};
  const absl::StatusOr<Found> member = store_->Get(name);
  if (IsGone(member.status())) return false;
  RETURN_IF_ERROR(member.status());
  // The look over all members takes a while, and a record about her may have come in since.
  ASSIGN_OR_RETURN(const std::optional<DueMember> still, LookAt(policy, notes, *member, today));
  if (!still || still->erase == model::kNoDay || still->erase > today) return false;
  RecordsChange change;
  change.actor = "node";
  change.action = Action::kRetentionErased;
  change.writes.push_back({WriteKind::kDelete, name, still->version, {}});
  const absl::StatusOr<storage::node::Committed> committed = store_->SubmitAndWait(std::move(change));
  if (IsGone(committed.status()) || absl::IsAborted(committed.status())) return false;
  RETURN_IF_ERROR(committed.status());
  return true;
}

absl::StatusOr<RetentionRun> RetentionBook::Run(model::Day today) {
  RetentionRun run;
  ASSIGN_OR_RETURN(const store::v1::RetentionPolicyRecord policy, Policy());
  ASSIGN_OR_RETURN(const Notes notes, ReadNotes());
  ASSIGN_OR_RETURN(const std::vector<DueMember> all, Look(policy, notes, today));
  std::set<model::Id> noted;
  bool wants_people = false;
  for (const DueMember& due : all) {
    wants_people = true;
    if (!due.due.erases()) continue;
    if (due.noted == model::kNoDay) {
      RETURN_IF_ERROR(Note(due, policy.version(), today));
      ++run.noted;
    } else if (due.erase <= today) {
      ASSIGN_OR_RETURN(const bool erased, Erase(policy, notes, due, today));
      if (erased) {
        ++run.erased;
        continue;  // her note goes below
      }
    }
    noted.insert(due.member);
  }
  for (const auto& [member, note] : notes) {
    if (noted.contains(member)) continue;
    RETURN_IF_ERROR(Clear(member));
    ++run.cleared;
  }
  wants_people_.store(wants_people);
  return run;
}

}  // namespace aangan::node

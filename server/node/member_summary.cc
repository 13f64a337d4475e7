// SPDX-License-Identifier: Apache-2.0
// A member's summary: gather, then say.
#include "server/node/member_summary.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "model/agreed.h"
#include "server/node/audit_rpc.h"
#include "server/node/convert.h"
#include "server/node/record_walk.h"
#include "server/node/revisions.h"

namespace aangan::node {
namespace {

using storage::node::Found;
using storage::node::NodeStore;
using storage::node::OnceStore;
using storage::node::RoundEntry;

constexpr size_t kAuditEntriesMax = 200;
constexpr size_t kCorrectionsMax = 200;
constexpr size_t kCorrectionDaysSaid = 10;
constexpr int kGiven = 1;      // CONSENT_DECISION_GIVEN
constexpr int kBeCounted = 2;  // CONSENT_PURPOSE_BE_COUNTED
// By the number of ConsentPurpose; the beginning of its words.
constexpr std::array<absl::string_view, 5> kPurposes = {"", "keep_record", "be_counted", "be_contacted", "research"};

// What the gathering finds and the saying needs.
struct Gathered {
  std::map<std::string, std::vector<model::Day>> days;  // of each kind; empty days are left out
  std::map<std::string, int> counts;
  std::vector<model::Day> countable;  // days that a table may count
  std::map<int, Found> newest;        // decision, by purpose
  std::vector<model::CountingDecision> decisions;
};

std::string DateText(model::Day day) {
  const model::CivilDay civil = model::CivilFromDay(day);
  return absl::StrFormat("%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

void AddService(const store::v1::ServiceRecord& service, Gathered& gathered) {
  const auto add = [&](bool has, int32_t day) {
    if (!has) return;
    gathered.days["services"].push_back(day);
    gathered.countable.push_back(day);
  };
  add(service.has_assessed_day(), service.assessed_day());
  add(service.has_needed_day(), service.needed_day());
  add(service.has_referred_day(), service.referred_day());
  add(service.has_received_day(), service.received_day());
  add(service.has_completed_day(), service.completed_day());
  add(service.has_sustained_6_months_day(), service.sustained_6_months_day());
  add(service.has_sustained_12_months_day(), service.sustained_12_months_day());
  add(service.has_scored_day(), service.scored_day());
}

void AddConsent(const Found& found, Gathered& gathered) {
  const auto& consent = std::get<store::v1::ConsentRecord>(found.record);
  gathered.days["consents"].push_back(consent.decision_day());
  const auto order = [](const store::v1::ConsentRecord& c) { return std::pair(c.decision_day(), c.order()); };
  const auto newest = gathered.newest.find(consent.purpose());
  if (newest == gathered.newest.end() ||
      order(std::get<store::v1::ConsentRecord>(newest->second.record)) < order(consent))
    gathered.newest.insert_or_assign(consent.purpose(), found);
  if (consent.purpose() != kBeCounted) return;
  gathered.decisions.push_back({consent.decision() == kGiven, consent.decision_day(),
                                consent.has_until_day() ? consent.until_day() : model::kNoDay, consent.order(),
                                absl::FromUnixMicros(consent.create_time_us())});
}

absl::StatusOr<Gathered> Gather(const NodeStore& store, const model::Id& member) {
  Gathered gathered;
  const auto walk = [&](model::RecordKind kind, const char* name, auto add) {
    return ForEachRecord(store, kind, member, [&](const Found& found) {
      ++gathered.counts[name];
      add(found);
      return absl::OkStatus();
    });
  };
  RETURN_IF_ERROR(walk(model::RecordKind::kConsent, "consents", [&](const Found& f) { AddConsent(f, gathered); }));
  RETURN_IF_ERROR(walk(model::RecordKind::kService, "services",
                       [&](const Found& f) { AddService(std::get<store::v1::ServiceRecord>(f.record), gathered); }));
  RETURN_IF_ERROR(walk(model::RecordKind::kAssessment, "assessments", [&](const Found& f) {
    const model::Day day = std::get<store::v1::AssessmentRecord>(f.record).day();
    gathered.days["assessments"].push_back(day);
    gathered.countable.push_back(day);
  }));
  RETURN_IF_ERROR(walk(model::RecordKind::kGrievance, "grievances", [&](const Found& f) {
    const int64_t filed_us = std::get<store::v1::GrievanceRecord>(f.record).create_time_us();
    gathered.days["grievances"].push_back(model::DayInIndia(absl::FromUnixMicros(filed_us)));
  }));
  return gathered;
}

void AddKinds(const Gathered& gathered, v1::MemberSummary& summary) {
  for (const auto& [kind, count] : gathered.counts) {
    v1::RecordedKind& recorded = *summary.add_recorded_kinds();
    recorded.set_kind(kind);
    recorded.set_count(count);
    const auto days = gathered.days.find(kind);
    if (days == gathered.days.end()) continue;
    const auto [first, last] = std::minmax_element(days->second.begin(), days->second.end());
    *recorded.mutable_first_date() = DateFromDay(*first);
    *recorded.mutable_last_date() = DateFromDay(*last);
  }
}

void AddQuarter(const RoundEntry& entry, const Gathered& gathered, const model::Period& enrolled,
                v1::MemberSummary& summary) {
  v1::CountedQuarter& quarter = *summary.add_counted_quarters();
  const absl::Time approved = absl::FromUnixMicros(entry.approve_time_us);
  quarter.set_period(model::PeriodText(entry.period));
  *quarter.mutable_approve_time() = TimestampFromTime(approved);
  quarter.set_agreed(model::AgreedAt(gathered.decisions, entry.period, approved));
  // The round of a fourth quarter counts the year as well.
  const model::Period covers = entry.period.quarter == 4 ? entry.period.Year() : entry.period;
  quarter.set_has_records(covers.Contains(enrolled.first_day()) ||
                          std::any_of(gathered.countable.begin(), gathered.countable.end(),
                                      [&](model::Day day) { return covers.Contains(day); }));
}

void SayDetails(const v1::MemberSummary& summary, const SummaryWords& words, std::vector<std::string>& lines) {
  const v1::PersonalDetails& details = summary.member().details();
  lines.push_back(words.Say("intro"));
  if (!details.full_name().empty()) lines.push_back(words.Say("name", {details.full_name()}));
  if (!details.contact().empty()) lines.push_back(words.Say("contact", {details.contact()}));
  if (!details.address().empty()) lines.push_back(words.Say("address", {details.address()}));
  if (!details.notes().empty()) lines.push_back(words.Say("notes"));
}

void SayKinds(const Gathered& gathered, const SummaryWords& words, std::vector<std::string>& lines) {
  for (const auto& [kind, count] : gathered.counts) {
    std::vector<std::string> values = {absl::StrCat(count)};
    if (const auto days = gathered.days.find(kind); days != gathered.days.end()) {
      const auto [first, last] = std::minmax_element(days->second.begin(), days->second.end());
      values.push_back(DateText(*first));
      values.push_back(DateText(*last));
    } else {
      values.insert(values.end(), {"-", "-"});
    }
    lines.push_back(words.Say(kind, values));
  }
}

void SayConsents(const Gathered& gathered, model::Day today, const SummaryWords& words,
                 std::vector<std::string>& lines) {
  for (size_t purpose = 1; purpose < kPurposes.size(); ++purpose) {
    const auto found = gathered.newest.find(static_cast<int>(purpose));
    if (found == gathered.newest.end()) {
      lines.push_back(words.Say(absl::StrCat(kPurposes[purpose], "_never")));
      continue;
    }
    const auto& consent = std::get<store::v1::ConsentRecord>(found->second.record);
    const bool over = consent.has_until_day() && consent.until_day() < today;
    if (consent.decision() == kGiven && !over) {
      lines.push_back(words.Say(absl::StrCat(kPurposes[purpose], "_given"), {DateText(consent.decision_day())}));
    } else {
      lines.push_back(words.Say(absl::StrCat(kPurposes[purpose], "_ended")));
    }
  }
}

// A line a day, so that a day of much typing is not read aloud field by field.
void SayCorrections(const v1::MemberSummary& summary, const SummaryWords& words, std::vector<std::string>& lines) {
  std::vector<std::pair<model::Day, std::vector<std::string>>> days;
  for (const v1::Correction& correction : summary.corrections()) {
    const model::Day day = model::DayInIndia(TimeFromTimestamp(correction.time()));
    if (days.empty() || days.back().first != day) days.push_back({day, {}});
    const bool of_member = correction.name() == summary.member().name();
    const char* const other = absl::StrContains(correction.name(), "/services/") ? "what_service" : "what_assessment";
    for (const std::string& path : correction.paths()) {
      std::string what = words.Say(of_member ? absl::StrCat("what_", absl::StripPrefix(path, "details.")) : other);
      std::vector<std::string>& said = days.back().second;
      if (std::find(said.begin(), said.end(), what) == said.end()) said.push_back(std::move(what));
    }
  }
  if (days.size() > kCorrectionDaysSaid) days.resize(kCorrectionDaysSaid);
  for (const auto& [day, said] : days)
    lines.push_back(words.Say("corrected", {DateText(day), absl::StrJoin(said, ", ")}));
}

void SayCounted(const v1::MemberSummary& summary, const SummaryWords& words, std::vector<std::string>& lines) {
  if (summary.counted_quarters().empty()) lines.push_back(words.Say("none_left"));
  for (const v1::CountedQuarter& quarter : summary.counted_quarters()) {
    const char* key = !quarter.agreed() ? "not_counted" : quarter.has_records() ? "counted" : "counted_nothing";
    lines.push_back(words.Say(key, {quarter.period()}));
  }
}

}  // namespace

absl::StatusOr<v1::MemberSummary> Summarise(const NodeStore& store, const OnceStore& once, const Found& member,
                                            model::Day today, const SummaryWords& words, int grievance_days) {
  const model::Id& id = member.name.member;
  ASSIGN_OR_RETURN(const Gathered gathered, Gather(store, id));
  ASSIGN_OR_RETURN(const std::vector<storage::node::AuditEntry> entries, store.ListAudit(id, 0, kAuditEntriesMax));
  ASSIGN_OR_RETURN(const std::vector<RoundEntry> rounds, once.ListRounds());
  const std::string& enrolled = std::get<store::v1::MemberRecord>(member.record).enrolment_quarter();
  ASSIGN_OR_RETURN(const model::Period quarter, model::ParsePeriod(enrolled, "enrolment_quarter"));
  v1::MemberSummary summary;
  *summary.mutable_member() = MemberMessage(member);
  AddKinds(gathered, summary);
  for (const auto& [purpose, consent] : gathered.newest) *summary.add_consents() = ConsentMessage(consent);
  for (const storage::node::AuditEntry& entry : entries) *summary.add_audit_entries() = EntryMessage(entry);
  ASSIGN_OR_RETURN(std::vector<v1::Correction> corrections, CorrectionsOf(store, member, kCorrectionsMax));
  for (v1::Correction& correction : corrections) *summary.add_corrections() = std::move(correction);
  for (const RoundEntry& entry : rounds) {
    if (entry.send_time_us != 0) AddQuarter(entry, gathered, quarter, summary);
  }
  std::vector<std::string> lines;
  SayDetails(summary, words, lines);
  SayKinds(gathered, words, lines);
  SayConsents(gathered, today, words, lines);
  SayCorrections(summary, words, lines);
  if (!entries.empty()) {
    const model::Day last = model::DayInIndia(absl::FromUnixMicros(entries.front().time_us));
    lines.push_back(words.Say("opened", {absl::StrCat(entries.size()), DateText(last)}));
  }
  SayCounted(summary, words, lines);
  lines.push_back(words.Say("rights", {absl::StrCat(grievance_days)}));
  for (std::string& line : lines) summary.add_lines(std::move(line));
  return summary;
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Records to facts: see facts_of.h.
#include "storage/node/facts_of.h"

#include <algorithm>

#include "model/codes.h"
#include "storage/node/day_written.h"

namespace aangan::storage::node {
namespace {

constexpr int kBeCounted = 2;  // aangan.node.v1.CONSENT_PURPOSE_BE_COUNTED
constexpr int kGiven = 1;      // aangan.node.v1.CONSENT_DECISION_GIVEN

model::Code CodeOr0(model::ListId list, const std::string& id) {
  return model::FindCode(list, id).value_or(model::kUnknownCode);
}

void Read(const store::v1::MemberRecord& record, int64_t as_of_us, model::MemberFacts& facts) {
  facts.birth_year = static_cast<int16_t>(record.birth_year());
  facts.gender = CodeOr0(model::ListId::kGender, record.gender());
  facts.exploitation_type = CodeOr0(model::ListId::kExploitationType, record.exploitation_type());
  if (TimeWritten(record, store::v1::MemberRecord::kEnrolmentQuarterFieldNumber) > as_of_us) return;
  facts.enrolled = model::ParsePeriod(record.enrolment_quarter(), "enrolment_quarter").value_or(model::Period{});
}

model::ServiceFacts FactsOf(const model::Id& id, const store::v1::ServiceRecord& record, int64_t as_of_us) {
  using Stored = store::v1::ServiceRecord;
  model::ServiceFacts facts;
  facts.id = id;
  facts.domain = CodeOr0(model::ListId::kDomain, record.domain());
  facts.type = CodeOr0(model::ListId::kServiceType, record.type());
  const auto day = [&](bool has, int32_t value, int field) {
    return has && TimeWritten(record, field) <= as_of_us ? model::Day{value} : model::kNoDay;
  };
  facts.assessed = day(record.has_assessed_day(), record.assessed_day(), Stored::kAssessedDayFieldNumber);
  facts.needed = day(record.has_needed_day(), record.needed_day(), Stored::kNeededDayFieldNumber);
  facts.referred = day(record.has_referred_day(), record.referred_day(), Stored::kReferredDayFieldNumber);
  facts.received = day(record.has_received_day(), record.received_day(), Stored::kReceivedDayFieldNumber);
  facts.completed = day(record.has_completed_day(), record.completed_day(), Stored::kCompletedDayFieldNumber);
  facts.sustained_6_months = day(record.has_sustained_6_months_day(), record.sustained_6_months_day(),
                                 Stored::kSustained6MonthsDayFieldNumber);
  facts.sustained_12_months = day(record.has_sustained_12_months_day(), record.sustained_12_months_day(),
                                  Stored::kSustained12MonthsDayFieldNumber);
  facts.scored = day(record.has_scored_day(), record.scored_day(), Stored::kScoredDayFieldNumber);
  facts.score = static_cast<uint8_t>(record.score());
  return facts;
}

model::CountingConsent ConsentOf(const store::v1::ConsentRecord& record) {
  model::CountingConsent consent;
  consent.given = record.decision() == kGiven && !record.ran_out();
  if (!consent.given) return consent;
  consent.from = record.decision_day();
  consent.until = record.has_until_day() ? model::Day{record.until_day()} : model::kNoDay;
  return consent;
}

}  // namespace

void FactsGatherer::Add(const model::RecordName& name, const Record& record) {
  if (const auto* member = std::get_if<store::v1::MemberRecord>(&record)) {
    Read(*member, as_of_us_, facts_);
  } else if (const auto* consent = std::get_if<store::v1::ConsentRecord>(&record)) {
    const std::pair<model::Day, uint64_t> order{consent->decision_day(), consent->order()};
    if (consent->purpose() != kBeCounted || consent->create_time_us() > as_of_us_ || order < newest_) return;
    newest_ = order;
    facts_.consent = ConsentOf(*consent);
  } else if (const auto* service = std::get_if<store::v1::ServiceRecord>(&record)) {
    if (service->create_time_us() > as_of_us_) return;
    facts_.services.push_back(FactsOf(name.id, *service, as_of_us_));
  } else if (const auto* assessment = std::get_if<store::v1::AssessmentRecord>(&record)) {
    if (TimeWritten(*assessment, store::v1::AssessmentRecord::kDayFieldNumber) > as_of_us_) return;
    facts_.assessments.push_back({name.id, CodeOr0(model::ListId::kInstrument, assessment->instrument()),
                                  model::Day{assessment->day()}, assessment->score()});
  } else if (std::holds_alternative<store::v1::SealedStateRecord>(record)) {
    sealed_ = true;
  }
}

void FactsGatherer::Drop(const model::RecordName& name) {
  const auto is_it = [&](const auto& each) { return each.id == name.id; };
  if (name.kind == model::RecordKind::kService) std::erase_if(facts_.services, is_it);
  if (name.kind == model::RecordKind::kAssessment) std::erase_if(facts_.assessments, is_it);
}

model::MemberFacts FactsGatherer::Take() && {
  if (sealed_) {
    model::MemberFacts nothing;
    nothing.id = facts_.id;
    return nothing;
  }
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(facts_.services.begin(), facts_.services.end(), by_id);
  std::sort(facts_.assessments.begin(), facts_.assessments.end(), by_id);
  return std::move(facts_);
}

}  // namespace aangan::storage::node

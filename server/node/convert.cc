// SPDX-License-Identifier: Apache-2.0
// Between the API's messages and the store's records.
#include "server/node/convert.h"

#include <utility>
#include <variant>

#include "base/check.h"
#include "base/status.h"
#include "model/check_casework.h"
#include "model/check_member.h"
#include "model/codes.h"
#include "model/names.h"
#include "server/shared/etag.h"

namespace aangan::node {
namespace {

using storage::node::Found;

template <typename T>
const T& RecordOf(const Found& found) {
  const T* record = std::get_if<T>(&found.record);
  AANGAN_CHECK(record != nullptr);
  return *record;
}

std::optional<model::CivilDay> DayOf(bool present, const google::type::Date& date) {
  if (!present) return std::nullopt;
  return model::CivilDay{date.year(), date.month(), date.day()};
}

model::ServiceInput InputOf(const v1::Service& service) {
  return {.domain = service.domain(),
          .type = service.type(),
          .stage = service.stage(),
          .assessed_date = DayOf(service.has_assessed_date(), service.assessed_date()),
          .needed_date = DayOf(service.has_needed_date(), service.needed_date()),
          .referred_date = DayOf(service.has_referred_date(), service.referred_date()),
          .received_date = DayOf(service.has_received_date(), service.received_date()),
          .completed_date = DayOf(service.has_completed_date(), service.completed_date()),
          .sustained_6_months_date = DayOf(service.has_sustained_6_months_date(), service.sustained_6_months_date()),
          .sustained_12_months_date = DayOf(service.has_sustained_12_months_date(), service.sustained_12_months_date()),
          .score = service.score(),
          .scored_date = DayOf(service.has_scored_date(), service.scored_date()),
          .provider = service.provider(),
          .notes = service.notes()};
}

}  // namespace

google::protobuf::Timestamp TimestampFromMicros(int64_t micros) {
  return TimestampFromTime(absl::FromUnixMicros(micros));
}

google::protobuf::Timestamp TimestampFromTime(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time TimeFromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

google::type::Date DateFromDay(model::Day day) {
  const model::CivilDay civil = model::CivilFromDay(day);
  google::type::Date date;
  date.set_year(civil.year);
  date.set_month(civil.month);
  date.set_day(civil.day);
  return date;
}

v1::Member MemberMessage(const Found& found) {
  const auto& record = RecordOf<store::v1::MemberRecord>(found);
  v1::Member member;
  member.set_name(model::RecordNameText(found.name));
  member.set_birth_year(record.birth_year());
  member.set_gender(record.gender());
  member.set_exploitation_type(record.exploitation_type());
  member.set_enrolment_quarter(record.enrolment_quarter());
  member.set_home_state(record.home_state());
  member.set_home_district(record.home_district());
  v1::PersonalDetails& details = *member.mutable_details();
  details.set_full_name(record.full_name());
  *details.mutable_other_names() = record.other_names();
  details.set_contact(record.contact());
  details.set_address(record.address());
  details.set_notes(record.notes());
  member.set_etag(server::EtagText(record.version()));
  *member.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  *member.mutable_update_time() = TimestampFromMicros(record.update_time_us());
  return member;
}

v1::Consent ConsentMessage(const Found& found) {
  const auto& record = RecordOf<store::v1::ConsentRecord>(found);
  v1::Consent consent;
  consent.set_name(model::RecordNameText(found.name));
  consent.set_purpose(static_cast<v1::ConsentPurpose>(record.purpose()));
  consent.set_decision(static_cast<v1::ConsentDecision>(record.decision()));
  *consent.mutable_decision_date() = DateFromDay(record.decision_day());
  if (record.has_until_day()) *consent.mutable_until_date() = DateFromDay(record.until_day());
  consent.set_notice_version(record.notice_version());
  consent.set_language(record.language());
  consent.set_recorded_by(record.recorded_by());
  consent.set_etag(server::EtagText(record.version()));
  *consent.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  consent.set_notice_digest(record.notice_digest());
  return consent;
}

v1::Service ServiceMessage(const Found& found) {
  const auto& record = RecordOf<store::v1::ServiceRecord>(found);
  v1::Service service;
  service.set_name(model::RecordNameText(found.name));
  service.set_domain(record.domain());
  service.set_type(record.type());
  service.set_stage(static_cast<v1::ServiceStage>(record.stage()));
  if (record.has_assessed_day()) *service.mutable_assessed_date() = DateFromDay(record.assessed_day());
  if (record.has_needed_day()) *service.mutable_needed_date() = DateFromDay(record.needed_day());
  if (record.has_referred_day()) *service.mutable_referred_date() = DateFromDay(record.referred_day());
  if (record.has_received_day()) *service.mutable_received_date() = DateFromDay(record.received_day());
  if (record.has_completed_day()) *service.mutable_completed_date() = DateFromDay(record.completed_day());
  if (record.has_sustained_6_months_day())
    *service.mutable_sustained_6_months_date() = DateFromDay(record.sustained_6_months_day());
  if (record.has_sustained_12_months_day())
    *service.mutable_sustained_12_months_date() = DateFromDay(record.sustained_12_months_day());
  service.set_score(record.score());
  if (record.has_scored_day()) *service.mutable_scored_date() = DateFromDay(record.scored_day());
  service.set_provider(record.provider());
  service.set_notes(record.notes());
  service.set_etag(server::EtagText(record.version()));
  *service.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  *service.mutable_update_time() = TimestampFromMicros(record.update_time_us());
  return service;
}

v1::Assessment AssessmentMessage(const Found& found) {
  const auto& record = RecordOf<store::v1::AssessmentRecord>(found);
  v1::Assessment assessment;
  assessment.set_name(model::RecordNameText(found.name));
  assessment.set_instrument(record.instrument());
  assessment.set_score(record.score());
  *assessment.mutable_date() = DateFromDay(record.day());
  assessment.set_notes(record.notes());
  assessment.set_etag(server::EtagText(record.version()));
  *assessment.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  *assessment.mutable_update_time() = TimestampFromMicros(record.update_time_us());
  return assessment;
}

absl::StatusOr<store::v1::MemberRecord> MemberRecordFrom(const v1::Member& member, model::Day today) {
  const v1::PersonalDetails& details = member.details();
  model::MemberInput input{.birth_year = member.birth_year(),
                           .gender = member.gender(),
                           .exploitation_type = member.exploitation_type(),
                           .enrolment_quarter = member.enrolment_quarter(),
                           .home_state = member.home_state(),
                           .home_district = member.home_district(),
                           .full_name = details.full_name(),
                           .other_names = {},
                           .contact = details.contact(),
                           .address = details.address(),
                           .notes = details.notes()};
  for (const std::string& name : details.other_names()) input.other_names.push_back(name);
  ASSIGN_OR_RETURN(const model::MemberFacts facts, model::CheckMember(input, today));
  store::v1::MemberRecord record;
  record.set_birth_year(facts.birth_year);
  record.set_gender(std::string(model::CodeText(model::ListId::kGender, facts.gender)));
  record.set_exploitation_type(std::string(model::CodeText(model::ListId::kExploitationType, facts.exploitation_type)));
  record.set_enrolment_quarter(model::PeriodText(facts.enrolled));
  record.set_home_state(member.home_state());
  record.set_home_district(member.home_district());
  record.set_full_name(details.full_name());
  *record.mutable_other_names() = details.other_names();
  record.set_contact(details.contact());
  record.set_address(details.address());
  record.set_notes(details.notes());
  return record;
}

absl::StatusOr<store::v1::ConsentRecord> ConsentRecordFrom(const v1::Consent& consent, model::Day today,
                                                           absl::string_view recorded_by, absl::string_view path) {
  const model::ConsentInput input{.purpose = consent.purpose(),
                                  .decision = consent.decision(),
                                  .decision_date = DayOf(consent.has_decision_date(), consent.decision_date()),
                                  .until_date = DayOf(consent.has_until_date(), consent.until_date()),
                                  .notice_version = consent.notice_version(),
                                  .language = consent.language()};
  ASSIGN_OR_RETURN(const model::CheckedConsent checked, model::CheckConsent(input, today, path));
  store::v1::ConsentRecord record;
  record.set_purpose(checked.purpose);
  record.set_decision(checked.given ? v1::CONSENT_DECISION_GIVEN : v1::CONSENT_DECISION_WITHDRAWN);
  record.set_decision_day(checked.decision_day);
  if (checked.until_day != model::kNoDay) record.set_until_day(checked.until_day);
  record.set_notice_version(consent.notice_version());
  record.set_language(consent.language());
  record.set_recorded_by(std::string(recorded_by));
  return record;
}

absl::StatusOr<store::v1::ServiceRecord> ServiceRecordFrom(const v1::Service& service, model::Day today) {
  ASSIGN_OR_RETURN(const model::ServiceFacts facts, model::CheckService(InputOf(service), today));
  store::v1::ServiceRecord record;
  record.set_domain(service.domain());
  record.set_type(service.type());
  record.set_stage(service.stage());
  if (facts.assessed != model::kNoDay) record.set_assessed_day(facts.assessed);
  if (facts.needed != model::kNoDay) record.set_needed_day(facts.needed);
  if (facts.referred != model::kNoDay) record.set_referred_day(facts.referred);
  if (facts.received != model::kNoDay) record.set_received_day(facts.received);
  if (facts.completed != model::kNoDay) record.set_completed_day(facts.completed);
  if (facts.sustained_6_months != model::kNoDay) record.set_sustained_6_months_day(facts.sustained_6_months);
  if (facts.sustained_12_months != model::kNoDay) record.set_sustained_12_months_day(facts.sustained_12_months);
  record.set_score(facts.score);
  if (facts.scored != model::kNoDay) record.set_scored_day(facts.scored);
  record.set_provider(service.provider());
  record.set_notes(service.notes());
  return record;
}

absl::StatusOr<store::v1::AssessmentRecord> AssessmentRecordFrom(const v1::Assessment& assessment, model::Day today) {
  const model::AssessmentInput input{.instrument = assessment.instrument(),
                                     .score = assessment.score(),
                                     .date = DayOf(assessment.has_date(), assessment.date()),
                                     .notes = assessment.notes()};
  ASSIGN_OR_RETURN(const model::AssessmentFacts facts, model::CheckAssessment(input, today));
  store::v1::AssessmentRecord record;
  record.set_instrument(assessment.instrument());
  record.set_score(facts.score);
  record.set_day(facts.day);
  record.set_notes(assessment.notes());
  return record;
}

}  // namespace aangan::node

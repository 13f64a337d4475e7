// SPDX-License-Identifier: Apache-2.0
// Since when a day has stood in its record: see day_written.h.
#include "storage/node/day_written.h"

#include <vector>

#include "model/period.h"

namespace aangan::storage::node {
namespace {

using store::v1::AssessmentRecord;
using store::v1::DayWritten;
using store::v1::MemberRecord;
using store::v1::ServiceRecord;

struct GivenDay {
  int field = 0;
  bool given = false;
  model::Day day = 0;
};

std::vector<GivenDay> DaysOf(const MemberRecord& record) {
  const auto quarter = model::ParsePeriod(record.enrolment_quarter(), "enrolment_quarter");
  return {{MemberRecord::kEnrolmentQuarterFieldNumber, quarter.ok(), quarter.ok() ? quarter->first_day() : 0}};
}

std::vector<GivenDay> DaysOf(const ServiceRecord& record) {
  return {{ServiceRecord::kAssessedDayFieldNumber, record.has_assessed_day(), record.assessed_day()},
          {ServiceRecord::kNeededDayFieldNumber, record.has_needed_day(), record.needed_day()},
          {ServiceRecord::kReferredDayFieldNumber, record.has_referred_day(), record.referred_day()},
          {ServiceRecord::kReceivedDayFieldNumber, record.has_received_day(), record.received_day()},
          {ServiceRecord::kCompletedDayFieldNumber, record.has_completed_day(), record.completed_day()},
          {ServiceRecord::kSustained6MonthsDayFieldNumber, record.has_sustained_6_months_day(),
           record.sustained_6_months_day()},
          {ServiceRecord::kSustained12MonthsDayFieldNumber, record.has_sustained_12_months_day(),
           record.sustained_12_months_day()},
          {ServiceRecord::kScoredDayFieldNumber, record.has_scored_day(), record.scored_day()}};
}

std::vector<GivenDay> DaysOf(const AssessmentRecord& record) {
  return {{AssessmentRecord::kDayFieldNumber, true, record.day()}};
}

template <typename Stored>
const DayWritten* Find(const Stored& record, int field) {
  for (const DayWritten& one : record.written()) {
    if (one.field() == field) return &one;
  }
  return nullptr;
}

template <typename Stored>
int64_t TimeOf(const Stored& record, int field) {
  const DayWritten* found = Find(record, field);
  return found == nullptr ? record.create_time_us() : found->time_us();
}

template <typename Stored>
void Note(int64_t now_us, Stored& record) {
  Stored noted;
  for (const GivenDay& each : DaysOf(record)) {
    if (!each.given) continue;
    const DayWritten* known = Find(record, each.field);
    DayWritten& one = *noted.add_written();
    one.set_field(each.field);
    one.set_day(each.day);
    one.set_time_us(known != nullptr && known->day() == each.day ? known->time_us() : now_us);
  }
  record.mutable_written()->Swap(noted.mutable_written());
}

}  // namespace

int64_t TimeWritten(const MemberRecord& record, int field) { return TimeOf(record, field); }
int64_t TimeWritten(const ServiceRecord& record, int field) { return TimeOf(record, field); }
int64_t TimeWritten(const AssessmentRecord& record, int field) { return TimeOf(record, field); }

void NoteDays(int64_t now_us, MemberRecord& record) { Note(now_us, record); }
void NoteDays(int64_t now_us, ServiceRecord& record) { Note(now_us, record); }
void NoteDays(int64_t now_us, AssessmentRecord& record) { Note(now_us, record); }

void KeepTimes(const Record& before, Record& after) {
  std::visit(
      [&](auto& message) {
        using Stored = std::decay_t<decltype(message)>;
        const auto* kept = std::get_if<Stored>(&before);
        if (kept == nullptr) return;
        message.set_create_time_us(kept->create_time_us());
        if constexpr (requires { message.written(); }) *message.mutable_written() = kept->written();
      },
      after);
}

}  // namespace aangan::storage::node

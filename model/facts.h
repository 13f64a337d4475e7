// SPDX-License-Identifier: Apache-2.0
// The only view of a member that tallies can see: coded fields, days and numbers. There is no string in this room, so
// "no personal text in a tally" is a compile error.
//
// A Code is the index of a code in its code list as compiled into the program (model/codes); 0 is "unknown" in every
// list that has it. kNoDay means that it has not happened.
// Threads: plain values.
#ifndef AANGAN_MODEL_FACTS_H_
#define AANGAN_MODEL_FACTS_H_

#include <cstdint>
#include <vector>

#include "model/names.h"
#include "model/period.h"

namespace aangan::model {

using Code = uint16_t;
inline constexpr Code kUnknownCode = 0;

// Consent to be counted, as it stands: in force on the days from `from` to `until`, both inclusive. Not given,
// withdrawn or run out: `given` is false.
struct CountingConsent {
  bool given = false;
  Day from = kNoDay;
  Day until = kNoDay;  // kNoDay: no end date
  bool operator==(const CountingConsent&) const = default;
};

struct ServiceFacts {
  Id id;
  Code domain = kUnknownCode;
  Code type = kUnknownCode;
  Day assessed = kNoDay;
  Day needed = kNoDay;
  Day referred = kNoDay;
  Day received = kNoDay;
  Day completed = kNoDay;
  Day sustained_6_months = kNoDay;  // day of the follow-up at which the result still held
  Day sustained_12_months = kNoDay;
  Day scored = kNoDay;
  uint8_t score = 0;  // the survivor's own, 1 to 5; 0 is none
  bool operator==(const ServiceFacts&) const = default;
};

struct AssessmentFacts {
  Id id;
  Code instrument = kUnknownCode;
  Day day = kNoDay;
  int32_t score = 0;  // within the instrument's bounds
  bool operator==(const AssessmentFacts&) const = default;
};

// All that a tally may know of one member.
struct MemberFacts {
  Id id;
  int16_t birth_year = 0;  // 0 is unknown
  Code gender = kUnknownCode;
  Code exploitation_type = kUnknownCode;
  Period enrolled;  // a quarter
  CountingConsent consent;
  std::vector<ServiceFacts> services;        // sorted by id
  std::vector<AssessmentFacts> assessments;  // sorted by id
  bool operator==(const MemberFacts&) const = default;
};

}  // namespace aangan::model

#endif  // AANGAN_MODEL_FACTS_H_

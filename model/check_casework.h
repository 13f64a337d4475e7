// SPDX-License-Identifier: Apache-2.0
// What a caller says of a service or an assessment, checked: coded facts out, or every problem at once.
//
// Rules: a type belongs to its domain; the stage has its own date; dates run assessed, needed, referred, received,
// completed, follow-up after 6 and after 12 months, never backwards and never in the future; a follow-up needs the date
// of completion; a score of 1 to 5 has its day; an assessment lies within its instrument's bounds.
// Threads: pure. Errors: as in check_member.h.
#ifndef AANGAN_MODEL_CHECK_CASEWORK_H_
#define AANGAN_MODEL_CHECK_CASEWORK_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/facts.h"
#include "model/period.h"

namespace aangan::model {

struct ServiceInput {
  absl::string_view domain;
  absl::string_view type;
  int stage = 0;  // number of aangan.node.v1.ServiceStage
  std::optional<CivilDay> assessed_date;
  std::optional<CivilDay> needed_date;
  std::optional<CivilDay> referred_date;
  std::optional<CivilDay> received_date;
  std::optional<CivilDay> completed_date;
  std::optional<CivilDay> sustained_6_months_date;
  std::optional<CivilDay> sustained_12_months_date;
  int64_t score = 0;
  std::optional<CivilDay> scored_date;
  absl::string_view provider;
  absl::string_view notes;
};

// Facts without id. `today` is the day in India by the caller's clock.
absl::StatusOr<ServiceFacts> CheckService(const ServiceInput& input, Day today);

struct AssessmentInput {
  absl::string_view instrument;
  int64_t score = 0;
  std::optional<CivilDay> date;
  absl::string_view notes;
};

// Facts without id.
absl::StatusOr<AssessmentFacts> CheckAssessment(const AssessmentInput& input, Day today);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CHECK_CASEWORK_H_

// SPDX-License-Identifier: Apache-2.0
// Rules of services and assessments: see check_casework.h.
#include "model/check_casework.h"

#include <array>

#include "base/status.h"
#include "model/codes.h"
#include "model/field_check.h"

namespace aangan::model {
namespace {

constexpr size_t kProviderCharactersMax = 200;
constexpr size_t kNotesCharactersMax = 4000;
constexpr int64_t kScoreMax = 5;
constexpr int kSustained = 6;  // aangan.node.v1.SERVICE_STAGE_SUSTAINED

// One stage's date: as given, and as a day where that is one.
struct Step {
  absl::string_view field;
  bool given;
  Day day;
};

void CheckOrder(const std::array<Step, 7>& steps, FieldCheck& check) {
  Day latest = kNoDay;
  for (const Step& step : steps) {
    if (step.day == kNoDay) continue;
    if (latest != kNoDay && step.day < latest) check.Fault(step.field, "must not be before the stages that come first");
    latest = step.day;
  }
}

// The stage that is claimed has a date, and nothing has happened that is further on.
void CheckStage(int stage, const std::array<Step, 7>& steps, FieldCheck& check) {
  if (stage < 1 || stage > kSustained) {
    check.Fault("stage", "must be a stage");
    return;
  }
  const Step& own = steps[static_cast<size_t>(stage - 1)];
  if (!own.given && !(stage == kSustained && steps[6].given)) check.Fault(own.field, "is required at this stage");
  for (size_t i = static_cast<size_t>(stage); stage < kSustained && i < steps.size(); ++i) {
    if (steps[i].given) check.Fault(steps[i].field, "must be unset before its stage");
  }
}

void CheckFollowUps(const std::array<Step, 7>& steps, FieldCheck& check) {
  for (size_t i : {5, 6}) {
    if (steps[i].given && !steps[4].given) check.Fault(steps[i].field, "needs completed_date");
  }
}

void CheckScore(const ServiceInput& input, ServiceFacts& facts, FieldCheck& check) {
  if (input.score < 0 || input.score > kScoreMax) {
    check.Fault("score", "must be 1 to 5, or 0 for none");
    return;
  }
  facts.score = static_cast<uint8_t>(input.score);
  if (input.score > 0 && !input.scored_date.has_value()) check.Fault("scored_date", "is required with a score");
  if (input.score == 0 && input.scored_date.has_value()) check.Fault("scored_date", "must be unset without a score");
}

}  // namespace

absl::StatusOr<ServiceFacts> CheckService(const ServiceInput& input, Day today) {
  FieldCheck check("service", today);
  ServiceFacts facts;
  facts.domain = check.CodeOf("domain", ListId::kDomain, input.domain, Need::kRequired);
  facts.type = check.CodeOf("type", ListId::kServiceType, input.type, Need::kRequired);
  const std::optional<Code> type = FindCode(ListId::kServiceType, input.type);
  if (type.has_value() && FindCode(ListId::kDomain, input.domain).has_value() &&
      CodesOf(ListId::kServiceType).codes[*type].parent != facts.domain)
    check.Fault("type", "must be a type of the domain");
  facts.assessed = check.PastDay("assessed_date", input.assessed_date, Need::kOptional);
  facts.needed = check.PastDay("needed_date", input.needed_date, Need::kOptional);
  facts.referred = check.PastDay("referred_date", input.referred_date, Need::kOptional);
  facts.received = check.PastDay("received_date", input.received_date, Need::kOptional);
  facts.completed = check.PastDay("completed_date", input.completed_date, Need::kOptional);
  facts.sustained_6_months = check.PastDay("sustained_6_months_date", input.sustained_6_months_date, Need::kOptional);
  facts.sustained_12_months =
      check.PastDay("sustained_12_months_date", input.sustained_12_months_date, Need::kOptional);
  facts.scored = check.PastDay("scored_date", input.scored_date, Need::kOptional);
  const std::array<Step, 7> steps = {
      {{"assessed_date", input.assessed_date.has_value(), facts.assessed},
       {"needed_date", input.needed_date.has_value(), facts.needed},
       {"referred_date", input.referred_date.has_value(), facts.referred},
       {"received_date", input.received_date.has_value(), facts.received},
       {"completed_date", input.completed_date.has_value(), facts.completed},
       {"sustained_6_months_date", input.sustained_6_months_date.has_value(), facts.sustained_6_months},
       {"sustained_12_months_date", input.sustained_12_months_date.has_value(), facts.sustained_12_months}}};
  CheckOrder(steps, check);
  CheckStage(input.stage, steps, check);
  CheckFollowUps(steps, check);
  CheckScore(input, facts, check);
  check.TextWithin("provider", input.provider, kProviderCharactersMax, Need::kOptional);
  check.TextWithin("notes", input.notes, kNotesCharactersMax, Need::kOptional);
  RETURN_IF_ERROR(check.ToStatus());
  return facts;
}

absl::StatusOr<AssessmentFacts> CheckAssessment(const AssessmentInput& input, Day today) {
  FieldCheck check("assessment", today);
  AssessmentFacts facts;
  facts.instrument = check.CodeOf("instrument", ListId::kInstrument, input.instrument, Need::kRequired);
  const std::optional<Code> instrument = FindCode(ListId::kInstrument, input.instrument);
  if (instrument.has_value()) {
    const CodeEntry& bounds = CodesOf(ListId::kInstrument).codes[*instrument];
    if (input.score < bounds.score_min || input.score > bounds.score_max)
      check.Fault("score", "must be within the bounds of the instrument");
    else
      facts.score = static_cast<int32_t>(input.score);
  }
  facts.day = check.PastDay("date", input.date, Need::kRequired);
  check.TextWithin("notes", input.notes, kNotesCharactersMax, Need::kOptional);
  RETURN_IF_ERROR(check.ToStatus());
  return facts;
}

}  // namespace aangan::model

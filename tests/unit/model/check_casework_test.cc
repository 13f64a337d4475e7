// SPDX-License-Identifier: Apache-2.0
// Services and assessments as callers say them: every rule has a breach, and all faults are told at once.
#include "model/check_casework.h"

#include "aangan/node/v1/casework.pb.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/codes.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

const Day kToday = DayOf(2026, 11, 24);
using Fields = std::vector<std::string>;

// All steps taken, in order.
ServiceInput Sustained() {
  ServiceInput input;
  input.domain = "livelihood";
  input.type = "skills_training";
  input.stage = node::v1::SERVICE_STAGE_SUSTAINED;
  input.assessed_date = CivilDay{2025, 1, 1};
  input.needed_date = CivilDay{2025, 1, 1};
  input.referred_date = CivilDay{2025, 2, 1};
  input.received_date = CivilDay{2025, 3, 1};
  input.completed_date = CivilDay{2025, 5, 1};
  input.sustained_6_months_date = CivilDay{2025, 11, 1};
  input.sustained_12_months_date = CivilDay{2026, 5, 1};
  input.score = 4;
  input.scored_date = CivilDay{2025, 5, 2};
  return input;
}

ServiceInput Received() {
  ServiceInput input;
  input.domain = "health";
  input.type = "hospital_care";
  input.stage = node::v1::SERVICE_STAGE_RECEIVED;
  input.received_date = CivilDay{2026, 3, 1};
  return input;
}

Fields FaultsOf(const ServiceInput& input) { return FieldsOf(CheckService(input, kToday).status()); }

TEST(CheckService, AGoodServiceBecomesFacts) {
  const ServiceFacts facts = CheckService(Sustained(), kToday).value();
  EXPECT_EQ(CodeText(ListId::kDomain, facts.domain), "livelihood");
  EXPECT_EQ(CodeText(ListId::kServiceType, facts.type), "skills_training");
  EXPECT_EQ(facts.assessed, DayOf(2025, 1, 1));
  EXPECT_EQ(facts.needed, DayOf(2025, 1, 1));
  EXPECT_EQ(facts.referred, DayOf(2025, 2, 1));
  EXPECT_EQ(facts.received, DayOf(2025, 3, 1));
  EXPECT_EQ(facts.completed, DayOf(2025, 5, 1));
  EXPECT_EQ(facts.sustained_6_months, DayOf(2025, 11, 1));
  EXPECT_EQ(facts.sustained_12_months, DayOf(2026, 5, 1));
  EXPECT_EQ(facts.score, 4);
  EXPECT_EQ(facts.scored, DayOf(2025, 5, 2));
}

TEST(CheckService, EarlierStagesMayBeSkipped) {
  const ServiceFacts facts = CheckService(Received(), kToday).value();
  EXPECT_EQ(facts.assessed, kNoDay);
  EXPECT_EQ(facts.received, DayOf(2026, 3, 1));
}

TEST(CheckService, AStageNeedsItsOwnDate) {
  ServiceInput bare;
  bare.domain = "health";
  bare.type = "hospital_care";
  const std::pair<int, std::string> needs[] = {{node::v1::SERVICE_STAGE_ASSESSED, "service.assessed_date"},
                                               {node::v1::SERVICE_STAGE_NEEDED, "service.needed_date"},
                                               {node::v1::SERVICE_STAGE_REFERRED, "service.referred_date"},
                                               {node::v1::SERVICE_STAGE_RECEIVED, "service.received_date"},
                                               {node::v1::SERVICE_STAGE_COMPLETED, "service.completed_date"},
                                               {node::v1::SERVICE_STAGE_SUSTAINED, "service.sustained_6_months_date"}};
  for (const auto& [stage, field] : needs) {
    bare.stage = stage;
    EXPECT_EQ(FaultsOf(bare), Fields{field});
  }
  for (int stage : {-1, 0, node::v1::ServiceStage_MAX + 1}) {
    bare.stage = stage;
    EXPECT_EQ(FaultsOf(bare), Fields{"service.stage"});
  }
  ServiceInput year_alone = Sustained();
  year_alone.sustained_6_months_date.reset();
  EXPECT_EQ(FaultsOf(year_alone), Fields{}) << "the follow-up after twelve months is enough";
}

TEST(CheckService, NothingHasHappenedBeyondItsStage) {
  ServiceInput input = Received();
  input.completed_date = CivilDay{2026, 4, 1};
  EXPECT_EQ(FaultsOf(input), Fields{"service.completed_date"});
}

TEST(CheckService, DatesNeverRunBackwards) {
  const std::pair<std::optional<CivilDay> ServiceInput::*, std::string> steps[] = {
      {&ServiceInput::needed_date, "service.needed_date"},
      {&ServiceInput::referred_date, "service.referred_date"},
      {&ServiceInput::received_date, "service.received_date"},
      {&ServiceInput::completed_date, "service.completed_date"},
      {&ServiceInput::sustained_6_months_date, "service.sustained_6_months_date"},
      {&ServiceInput::sustained_12_months_date, "service.sustained_12_months_date"}};
  for (const auto& [date, field] : steps) {
    ServiceInput input = Sustained();
    input.*date = CivilDay{2024, 12, 31};
    EXPECT_EQ(FaultsOf(input), Fields{field});
  }
}

TEST(CheckService, DatesInTheFutureBefore1900OrNonsenseAreRefusedOnce) {
  for (const CivilDay& day : {CivilDay{2026, 11, 25}, {1899, 1, 1}, {2026, 2, 30}}) {
    ServiceInput input = Received();
    input.received_date = day;
    EXPECT_EQ(FaultsOf(input), Fields{"service.received_date"}) << day.year;
  }
  ServiceInput today = Received();
  today.received_date = CivilDay{2026, 11, 24};
  EXPECT_EQ(FaultsOf(today), Fields{});
}

TEST(CheckService, AFollowUpNeedsTheCompletion) {
  ServiceInput input = Sustained();
  input.completed_date.reset();
  EXPECT_EQ(FaultsOf(input), (Fields{"service.sustained_6_months_date", "service.sustained_12_months_date"}));
}

TEST(CheckService, TypesBelongToTheirDomain) {
  ServiceInput input = Received();
  input.domain = "housing";
  EXPECT_EQ(FaultsOf(input), Fields{"service.type"});
  input.domain = "hausing";
  const absl::Status status = CheckService(input, kToday).status();
  EXPECT_TRUE(HasReason(status, Reason::kUnknownCode));
  EXPECT_EQ(FieldsOf(status), Fields{"service.domain"});
  input.domain = "";
  input.type = "";
  EXPECT_EQ(FaultsOf(input), (Fields{"service.domain", "service.type"}));
}

TEST(CheckService, ScoresAreOneToFiveWithADay) {
  for (int64_t score : {int64_t{-1}, int64_t{6}, int64_t{257}, INT64_MIN}) {
    ServiceInput input = Sustained();
    input.score = score;
    EXPECT_EQ(FaultsOf(input), Fields{"service.score"}) << score;
  }
  ServiceInput no_day = Sustained();
  no_day.scored_date.reset();
  EXPECT_EQ(FaultsOf(no_day), Fields{"service.scored_date"});
  ServiceInput no_score = Sustained();
  no_score.score = 0;
  EXPECT_EQ(FaultsOf(no_score), Fields{"service.scored_date"});
}

TEST(CheckService, AllFaultsAreToldAtOnceAndTextsHaveBounds) {
  const std::string s201(201, 'x'), s4001(4001, 'x');
  ServiceInput input = Received();
  input.type = "surgery";
  input.received_date = CivilDay{2027, 1, 1};
  input.score = 9;
  input.provider = s201;
  input.notes = s4001;
  EXPECT_EQ(FaultsOf(input),
            (Fields{"service.type", "service.received_date", "service.score", "service.provider", "service.notes"}));
}

TEST(CheckAssessment, ScoresLieWithinTheInstrument) {
  AssessmentInput input;
  input.instrument = "k10";
  input.date = CivilDay{2026, 11, 24};
  for (int64_t score : {9, 10, 50, 51}) {
    input.score = score;
    const auto facts = CheckAssessment(input, kToday);
    EXPECT_EQ(facts.ok(), score >= 10 && score <= 50) << score;
    EXPECT_EQ(facts.ok() ? facts->score : score, score);
    EXPECT_EQ(FieldsOf(facts.status()), facts.ok() ? Fields{} : Fields{"assessment.score"});
  }
}

TEST(CheckAssessment, NothingOfItMayBeMissing) {
  const std::string s4001(4001, 'x');
  AssessmentInput input;
  input.notes = s4001;
  EXPECT_EQ(FieldsOf(CheckAssessment(input, kToday).status()),
            (Fields{"assessment.instrument", "assessment.date", "assessment.notes"}));
  input = {};
  input.instrument = "phq9";
  input.date = CivilDay{2026, 1, 1};
  EXPECT_TRUE(HasReason(CheckAssessment(input, kToday).status(), Reason::kUnknownCode));
}

}  // namespace
}  // namespace aangan::model

// SPDX-License-Identifier: Apache-2.0
// Whatever a node says of itself, the doctor finds what is wrong in it and nothing else.
#include <map>

#include "base/clock.h"
#include "client/command/advice.h"
#include "client/command/build_info.h"
#include "client/command/doctor.h"
#include "gtest/gtest.h"

namespace aangan::client {
namespace {

// What the node says of itself.
class DoctorStatus : public ::testing::Test {
 protected:
  DoctorStatus() {
    patient_.now = SystemClock().Now();
    status_.set_version(ProgramVersion());
  }
  std::map<std::string, Verdict> Verdicts() const {
    Findings findings;
    CheckStatus(patient_, answered_, &findings);
    std::map<std::string, Verdict> verdicts;
    for (const Finding& finding : findings) {
      EXPECT_TRUE(verdicts.emplace(finding.check, finding.verdict).second) << finding.check << " twice";
      const bool to_do = finding.verdict == Verdict::kWarn || finding.verdict == Verdict::kFail;
      EXPECT_FALSE(finding.what.empty() || finding.why.empty() || (to_do && finding.fix.empty())) << finding.check;
    }
    return verdicts;
  }

  Patient patient_;
  Answered<node::v1::GetStatusResponse> answered_{Access::kTaken, {}};
  node::v1::GetStatusResponse& status_ = answered_.response;
};

TEST_F(DoctorStatus, EachAttentionIsFoundAndNothingElse) {
  const auto healthy = Verdicts();
  const auto* type = node::v1::Attention_descriptor();
  for (int i = 0; i < type->value_count(); ++i) {
    const int attention = type->value(i)->number();
    if (attention == node::v1::ATTENTION_UNSPECIFIED) continue;
    const Advice& advice = AdviceFor(attention);
    ASSERT_EQ(advice.attention, attention) << type->value(i)->name() << " has no advice";
    status_.clear_attentions();
    status_.add_attentions(static_cast<node::v1::Attention>(attention));
    for (const auto& [check, verdict] : Verdicts()) {
      if (check == advice.check) {
        EXPECT_EQ(verdict, advice.fault ? Verdict::kFail : Verdict::kWarn) << check;
      } else {
        EXPECT_EQ(verdict, healthy.at(check)) << check;
      }
    }
  }
}

TEST_F(DoctorStatus, OldContactOtherVersionAndARestoreThatNobodyConfirmed) {
  EXPECT_EQ(Verdicts()["last_contact"], Verdict::kSkip);
  status_.mutable_last_contact_time()->set_seconds(absl::ToUnixSeconds(patient_.now - absl::Hours(24)));
  EXPECT_EQ(Verdicts()["last_contact"], Verdict::kPass);
  status_.mutable_last_contact_time()->set_seconds(absl::ToUnixSeconds(patient_.now - absl::Hours(24 * 8)));
  EXPECT_EQ(Verdicts()["last_contact"], Verdict::kWarn);
  EXPECT_EQ(Verdicts()["version"], Verdict::kPass);
  status_.set_version("0.0.1");
  EXPECT_EQ(Verdicts()["version"], Verdict::kWarn);
  EXPECT_EQ(Verdicts()["restore_day"], Verdict::kPass);
  status_.mutable_restore_time()->set_seconds(1);
  EXPECT_EQ(Verdicts()["restore_day"], Verdict::kWarn);
  status_.set_restore_confirmed(true);
  EXPECT_EQ(Verdicts()["restore_day"], Verdict::kPass);
}

TEST_F(DoctorStatus, ARoleWhoseLastTokenEnds) {
  Answered<node::v1::ListTokensResponse> tokens{Access::kTaken, {}};
  const auto verdicts = [&] {
    Findings findings;
    CheckTokens(patient_, tokens, &findings);
    std::map<std::string, Verdict> found;
    for (const Finding& finding : findings) found[finding.check] = finding.verdict;
    return found;
  };
  const auto add = [&](node::v1::Role role, int days) {
    node::v1::Token* token = tokens.response.add_tokens();
    token->set_role(role);
    token->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(patient_.now + absl::Hours(24 * days + 1)));
  };
  add(node::v1::ROLE_OPERATOR, -3);
  add(node::v1::ROLE_STEWARD, 20);
  EXPECT_EQ(verdicts()["operator_token"], Verdict::kFail);
  EXPECT_EQ(verdicts()["steward_token"], Verdict::kWarn);
  add(node::v1::ROLE_OPERATOR, 100);
  add(node::v1::ROLE_STEWARD, 100);
  EXPECT_EQ(verdicts()["operator_token"], Verdict::kPass);
  EXPECT_EQ(verdicts()["steward_token"], Verdict::kPass);
}

TEST_F(DoctorStatus, IsSkippedWhereTheNodeCanNotBeAsked) {
  for (const Access access : {Access::kNotRunning, Access::kMayNotLook, Access::kNoToken, Access::kOtherRole}) {
    Findings findings;
    CheckStatus(patient_, {access, {}}, &findings);
    CheckTokens(patient_, {access, {}}, &findings);
    for (const Finding& finding : findings) {
      EXPECT_EQ(WordOf(finding.verdict), std::string("skip")) << finding.check;
      EXPECT_FALSE(finding.what.empty()) << finding.check;
    }
  }
}

}  // namespace
}  // namespace aangan::client

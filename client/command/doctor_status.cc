// SPDX-License-Identifier: Apache-2.0
// Checks of what a node that runs says of itself. See doctor.h.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/command/advice.h"
#include "client/command/build_info.h"
#include "client/command/doctor.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

using Status = Answered<node::v1::GetStatusResponse>;
using Tokens = Answered<node::v1::ListTokensResponse>;

// Why the node could not be asked.
const char* WhyNot(Access access) {
  switch (access) {
    case Access::kTaken:
      break;
    case Access::kNotRunning:
      return "the node does not run, or is locked";
    case Access::kMayNotLook:
      return kMayNotLook;
    case Access::kNoToken:
      return "no token for it is here that this user may read; --token-file names one";
    case Access::kRefused:
      return "the node refuses the token";
    case Access::kOtherRole:
      return "the token is of a role that may not ask it";
    case Access::kNoAnswer:
      return "the node did not answer";
  }
  return "";
}

// Whether the node takes the token that this command goes by.
Finding TokenTaken(Access access, const char* check, const char* fix) {
  Finding finding{check, Verdict::kPass, "the node takes the token",
                  "The command and apps on this computer do the work of this role with that token.", fix};
  if (access == Access::kTaken) return finding;
  if (access == Access::kRefused) {
    finding.verdict = Verdict::kFail;
    finding.what = "the token has ended, or is none of this node";
  } else if (access == Access::kNoAnswer) {
    finding.verdict = Verdict::kWarn;
    finding.what = WhyNot(access);
    finding.fix = "ask again in a minute; if it stays so, the log of the node says more";
  } else {
    return Skipped(finding, WhyNot(access));
  }
  return finding;
}

Finding Attention(const Advice& advice, const Status& status) {
  Finding finding{advice.check, Verdict::kPass, advice.fine, advice.why, advice.fix};
  if (status.access != Access::kTaken) return Skipped(finding, WhyNot(status.access));
  const auto& all = status.response.attentions();
  if (std::find(all.begin(), all.end(), advice.attention) != all.end()) {
    finding.verdict = advice.fault ? Verdict::kFail : Verdict::kWarn;
    finding.what = advice.what;
  }
  return finding;
}

Finding LastContact(const Patient& patient, const Status& answered) {
  Finding finding{"last_contact", Verdict::kPass, "", "What happens at the federation is seen at a contact alone.",
                  "look at the network, then: aangan sync"};
  if (answered.access != Access::kTaken) return Skipped(finding, WhyNot(answered.access));
  const node::v1::GetStatusResponse& status = answered.response;
  if (!status.has_last_contact_time()) return Skipped(finding, "there was no contact with a federation yet");
  const int64_t days = (patient.now - absl::FromUnixSeconds(status.last_contact_time().seconds())) / absl::Hours(24);
  finding.what = absl::StrCat("the last contact with the federation was ", days, " days ago");
  if (days >= 7) finding.verdict = Verdict::kWarn;
  return finding;
}

Finding SameVersion(const Status& status) {
  Finding finding{"version", Verdict::kPass, "the node and this program are of one version",
                  "A node that was not started again after an update goes on with what was mended.",
                  "start the node again: aangan serve node"};
  if (status.access != Access::kTaken) return Skipped(finding, WhyNot(status.access));
  if (status.response.version() != ProgramVersion()) {
    finding.verdict = Verdict::kWarn;
    finding.what = "the node that runs is of another version than this program";
  }
  return finding;
}

Finding RestoreDay(const Status& status) {
  Finding finding{"restore_day", Verdict::kPass, "no day of a restore waits to be confirmed",
                  "Only you know until when another copy of this node was at work.", "aangan restore-day"};
  if (status.access != Access::kTaken) return Skipped(finding, WhyNot(status.access));
  if (status.response.has_restore_time() && !status.response.restore_confirmed()) {
    finding.verdict = Verdict::kWarn;
    finding.what = "nobody has confirmed the day of the restore";
  }
  return finding;
}

// Of the token of this role that ends last.
Finding TokenOf(const Patient& patient, const Tokens& tokens, node::v1::Role role, const char* check) {
  Finding finding{check, Verdict::kPass, "", "When the last token of this role has ended nobody can do its work here.",
                  "aangan token list, then aangan token rotate, while there is still one of the role steward"};
  if (tokens.access != Access::kTaken) return Skipped(finding, WhyNot(tokens.access));
  int64_t ends = 0;
  for (const node::v1::Token& token : tokens.response.tokens()) {
    if (token.role() == role) ends = std::max<int64_t>(ends, token.expire_time().seconds());
  }
  const int64_t days = (absl::FromUnixSeconds(ends) - patient.now) / absl::Hours(24);
  if (absl::FromUnixSeconds(ends) <= patient.now) {
    finding.verdict = Verdict::kFail;
    finding.what = "no token of this role holds";
  } else {
    finding.what = absl::StrCat("a token of this role holds for ", days, " days more");
    if (days < 30) finding.verdict = Verdict::kWarn;
  }
  return finding;
}

}  // namespace

void CheckTokens(const Patient& patient, const Tokens& tokens, Findings* findings) {
  findings->push_back(TokenTaken(tokens.access, "steward_access",
                                 "another steward gives it a new secret, for the file steward.token: aangan token "
                                 "rotate --token-file ...; where there is none, a restore makes new tokens: "
                                 "aangan restore"));
  findings->push_back(TokenOf(patient, tokens, node::v1::ROLE_OPERATOR, "operator_token"));
  findings->push_back(TokenOf(patient, tokens, node::v1::ROLE_STEWARD, "steward_token"));
}

void CheckStatus(const Patient& patient, const Status& status, Findings* findings) {
  findings->push_back(TokenTaken(status.access, "operator_access",
                                 "the steward makes another, its secret for the file operator.token (mode 0600): "
                                 "aangan token create --role operator --title office"));
  findings->push_back(SameVersion(status));
  findings->push_back(LastContact(patient, status));
  findings->push_back(RestoreDay(status));
  for (const Advice& advice : AllAdvice()) findings->push_back(Attention(advice, status));
}

}  // namespace aangan::client

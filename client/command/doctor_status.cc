// SPDX-License-Identifier: Apache-2.0
// Checks of what a node that runs says of itself. See doctor.h.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/command/advice.h"
#include "client/command/build_info.h"
#include "client/command/doctor.h"

namespace aangan::client {
namespace {

constexpr char kNotAsked[] = "the node does not run, or is locked, or its token can not be read";

Finding Attention(const Advice& advice, const node::v1::GetStatusResponse* status) {
  Finding finding{advice.check, Verdict::kPass, advice.fine, advice.why, advice.fix};
  if (status == nullptr) return Skipped(finding, kNotAsked);
  const auto& all = status->attentions();
  if (std::find(all.begin(), all.end(), advice.attention) != all.end()) {
    finding.verdict = advice.fault ? Verdict::kFail : Verdict::kWarn;
    finding.what = advice.what;
  }
  return finding;
}

Finding LastContact(const Patient& patient, const node::v1::GetStatusResponse* status) {
  Finding finding{"last_contact", Verdict::kPass, "", "What happens at the federation is seen at a contact alone.",
                  "look at the network, then: aangan sync"};
  if (status == nullptr) return Skipped(finding, kNotAsked);
  if (!status->has_last_contact_time()) return Skipped(finding, "there was no contact with a federation yet");
  const int64_t days = (patient.now - absl::FromUnixSeconds(status->last_contact_time().seconds())) / absl::Hours(24);
  finding.what = absl::StrCat("the last contact with the federation was ", days, " days ago");
  if (days >= 7) finding.verdict = Verdict::kWarn;
  return finding;
}

Finding SameVersion(const node::v1::GetStatusResponse* status) {
  Finding finding{"version", Verdict::kPass, "the node and this program are of one version",
                  "A node that was not started again after an update goes on with what was mended.",
                  "start the node again: aangan serve node"};
  if (status == nullptr) return Skipped(finding, kNotAsked);
  if (status->version() != ProgramVersion()) {
    finding.verdict = Verdict::kWarn;
    finding.what = "the node that runs is of another version than this program";
  }
  return finding;
}

Finding RestoreDay(const node::v1::GetStatusResponse* status) {
  Finding finding{"restore_day", Verdict::kPass, "no day of a restore waits to be confirmed",
                  "Only you know until when another copy of this node was at work.", "aangan restore-day"};
  if (status == nullptr) return Skipped(finding, kNotAsked);
  if (status->has_restore_time() && !status->restore_confirmed()) {
    finding.verdict = Verdict::kWarn;
    finding.what = "nobody has confirmed the day of the restore";
  }
  return finding;
}

// Of the token of this role that ends last.
Finding TokenOf(const Patient& patient, const node::v1::ListTokensResponse* tokens, node::v1::Role role,
                const char* check) {
  Finding finding{check, Verdict::kPass, "", "When the last token of this role has ended nobody can do its work here.",
                  "aangan token list, then aangan token rotate, while there is still one of the role steward"};
  if (tokens == nullptr) return Skipped(finding, kNotAsked);
  int64_t ends = 0;
  for (const node::v1::Token& token : tokens->tokens()) {
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

void CheckTokens(const Patient& patient, const node::v1::ListTokensResponse* tokens, Findings* findings) {
  findings->push_back(TokenOf(patient, tokens, node::v1::ROLE_OPERATOR, "operator_token"));
  findings->push_back(TokenOf(patient, tokens, node::v1::ROLE_STEWARD, "steward_token"));
}

void CheckStatus(const Patient& patient, const node::v1::GetStatusResponse* status, Findings* findings) {
  findings->push_back(SameVersion(status));
  findings->push_back(LastContact(patient, status));
  findings->push_back(RestoreDay(status));
  for (const Advice& advice : AllAdvice()) findings->push_back(Attention(advice, status));
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// Twins in the log.
#include "server/node/twin_watch.h"

#include <algorithm>
#include <optional>

#include "base/digest.h"
#include "base/log.h"
#include "base/status.h"
#include "model/period.h"
#include "privacy/summed_contribution.h"
#include "server/node/round_check.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::AlarmKind;
using storage::node::OnceStore;

// The digest of what this node made of this kind and period; none when it made nothing.
absl::StatusOr<std::optional<Digest>> MadeHere(fed::LogEntryKind kind, const model::Period& period,
                                               const OnceStore& once) {
  if (kind == fed::LOG_ENTRY_KIND_ANSWER) {
    ASSIGN_OR_RETURN(const auto lock, once.FindLock(period));
    return lock && !lock->answer.empty() ? std::optional<Digest>(Sha256(lock->answer)) : std::nullopt;
  }
  const auto round = once.GetRound(period);
  if (absl::IsNotFound(round.status())) return std::optional<Digest>();
  RETURN_IF_ERROR(round.status());
  return round->contribution.empty() ? std::nullopt : std::optional<Digest>(round->contribution_name);
}

absl::StatusOr<bool> IsAnothers(const fed::LogEntry& entry, const OnceStore& once) {
  if (entry.kind() != fed::LOG_ENTRY_KIND_CONTRIBUTION && entry.kind() != fed::LOG_ENTRY_KIND_ANSWER) return false;
  const absl::StatusOr<model::Period> period = model::ParsePeriod(entry.subject(), "subject");
  if (!period.ok() || once.SitsOut(*period)) return false;
  ASSIGN_OR_RETURN(const std::optional<Digest> made, MadeHere(entry.kind(), *period, once));
  return !made || AsText(*made) != entry.digest();
}

absl::Status Alarm(AlarmKind kind, const std::string& subject, const fed::LogEntry& entry, OnceStore& once) {
  // The log is read again at each contact; what people see already is not said again.
  ASSIGN_OR_RETURN(const auto known, once.Alarms());
  if (std::any_of(known.begin(), known.end(), [&](const auto& a) { return a.kind == kind && a.subject == subject; }))
    return absl::OkStatus();
  LogError("twins", "alarm").Number("kind", static_cast<int>(kind)).Name("subject", subject);
  return once.RaiseAlarm(kind, subject, entry.SerializeAsString());
}

}  // namespace

absl::Status LookForTwins(const std::vector<fed::LogEntry>& log, const std::string& own, OnceStore& once) {
  for (const fed::LogEntry& entry : log) {
    const bool is_twin = entry.kind() == fed::LOG_ENTRY_KIND_TWIN;
    if (entry.author() != own) {
      if (is_twin) RETURN_IF_ERROR(Alarm(AlarmKind::kTwin, entry.author(), entry, once));
      continue;
    }
    ASSIGN_OR_RETURN(const bool anothers, IsAnothers(entry, once));
    if (is_twin || anothers) RETURN_IF_ERROR(Alarm(AlarmKind::kOwnTwin, entry.subject(), entry, once));
  }
  return absl::OkStatus();
}

void ShowHead(FederationLink& link, const GovernanceBook& book, const storage::node::RoundEntry& own) {
  const absl::StatusOr<RoundGround> ground = GroundOf(own, book);
  if (!ground.ok() || !ground->holders) return;
  const absl::string_view whole = own.contribution;
  link.UploadChunk(model::PeriodText(own.period), AsText(Sha256(whole)), static_cast<int64_t>(whole.size()), 0,
                   whole.substr(0, privacy::SummedHeadBytes(*ground->holders)))
      .status()
      .IgnoreError();
}

}  // namespace aangan::node

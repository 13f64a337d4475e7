// SPDX-License-Identifier: Apache-2.0
// What time alone changes.
#include "server/node/retention_agent.h"

#include "base/log.h"
#include "base/status.h"
#include "storage/node/seals.h"

namespace aangan::node {
namespace {

constexpr absl::Duration kLookEvery = absl::Hours(1);

}  // namespace

void RetentionAgent::Start() {
  looks_.Start(kLookEvery, server::Periodic::First::kNow, [this] {
    const absl::Status status = LookNow();
    if (!status.ok()) LogWarning("retention", "not finished").Status(status);
  });
}

void RetentionAgent::Stop() { looks_.Stop(); }

absl::Status RetentionAgent::LookNow() {
  const model::Day today = model::DayInIndia(rooms_.clock->Now());
  {
    absl::MutexLock lock(&mutex_);
    if (done_ == today) return absl::OkStatus();
  }
  RETURN_IF_ERROR(rooms_.count_by_book());
  ASSIGN_OR_RETURN(const int64_t ran_out, rooms_.store->RunOutConsents());
  if (ran_out > 0) LogInfo("retention", "consents ran out").Number("consents", ran_out);
  // What failed in the middle may have erased somebody before.
  const absl::StatusOr<int64_t> seals_ended = storage::node::EraseEndedSeals(*rooms_.store, today);
  if (!seals_ended.ok() || *seals_ended > 0) rooms_.after_erasure();
  RETURN_IF_ERROR(seals_ended.status());
  if (*seals_ended > 0) LogInfo("retention", "sealed members erased").Number("members", *seals_ended);
  const absl::StatusOr<RetentionRun> run = rooms_.book->Run(today);
  if (!run.ok() || run->erased > 0) rooms_.after_erasure();
  RETURN_IF_ERROR(run.status());
  if (run->noted + run->cleared + run->erased > 0) {
    LogInfo("retention", "policy")
        .Number("noted", run->noted)
        .Number("cleared", run->cleared)
        .Number("erased", run->erased);
  }
  RETURN_IF_ERROR(rooms_.grievances->Look(today));
  absl::MutexLock lock(&mutex_);
  done_ = today;
  return absl::OkStatus();
}

}  // namespace aangan::node

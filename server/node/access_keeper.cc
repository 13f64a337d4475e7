// SPDX-License-Identifier: Apache-2.0
// Tends the books of who may call.
#include "server/node/access_keeper.h"

#include "base/log.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr absl::Duration kTendEvery = absl::Hours(1);

}  // namespace

AccessKeeper::~AccessKeeper() { Stop(); }

void AccessKeeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AccessKeeper::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void AccessKeeper::Run() {
  bool goes_on = true;
  while (goes_on) {
    const absl::Status status = TendNow();
    if (!status.ok()) LogWarning("access", "not finished").Status(status);
    absl::MutexLock lock(&mutex_);
    goes_on = !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kTendEvery);
  }
  const absl::Status status = TendNow();  // the last day of use
  if (!status.ok()) LogWarning("access", "not finished").Status(status);
}

absl::Status AccessKeeper::TendNow() {
  RETURN_IF_ERROR(tokens_->Tend());
  RETURN_IF_ERROR(grants_->Tend([this](const std::string& token) { return tokens_->Find(token).ok(); }));
  return permits_->Tend();
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Tends the books of who may call.
#include "server/node/access_keeper.h"

#include "base/log.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr absl::Duration kTendEvery = absl::Hours(1);

}  // namespace

void AccessKeeper::Start() {
  tends_.Start(kTendEvery, server::Periodic::First::kNow, [this] { Tend(); });
}

void AccessKeeper::Stop() {
  if (tends_.Stop()) Tend();  // the last day of use
}

void AccessKeeper::Tend() {
  const absl::Status status = TendNow();
  if (!status.ok()) LogWarning("access", "not finished").Status(status);
}

absl::Status AccessKeeper::TendNow() {
  RETURN_IF_ERROR(tokens_->Tend());
  RETURN_IF_ERROR(grants_->Tend([this](const std::string& token) { return tokens_->Find(token).ok(); }));
  return permits_->Tend();
}

}  // namespace aangan::node

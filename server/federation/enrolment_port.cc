// SPDX-License-Identifier: Apache-2.0
// The enrolment port, open only while somebody is expected.
#include "server/federation/enrolment_port.h"

#include "base/log.h"
#include "base/status.h"

namespace aangan::federation {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);

}  // namespace

absl::Status EnrolmentPort::Follow() {
  // Asked under the lock: an answer from before it could close the port on a token made since.
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(const std::optional<absl::Time> newest, tokens_->NewestUsable());
  if (stopped_ || newest.has_value() == (front_ != nullptr)) return absl::OkStatus();
  if (!newest) {
    front_->Stop(kGrace);
    front_.reset();
    LogInfo("enrolment", "port closed");
    return told_("");
  }
  ASSIGN_OR_RETURN(front_, server::GrpcFront::Start(options_, door_, clock_));
  front_->SetServing(true);
  options_.listen = front_->address();
  LogInfo("enrolment", "port open").Name("address", front_->address());
  return told_(front_->address());
}

std::string EnrolmentPort::address() const {
  absl::MutexLock lock(&mutex_);
  return front_ == nullptr ? "" : front_->address();
}

void EnrolmentPort::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (front_ != nullptr) front_->Stop(kGrace);
  front_.reset();
}

}  // namespace aangan::federation

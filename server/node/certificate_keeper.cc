// SPDX-License-Identifier: Apache-2.0
// Renews this node's certificate.
#include "server/node/certificate_keeper.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/enrolment.h"
#include "server/shared/certificate.h"

namespace aangan::node {
namespace {

constexpr absl::Duration kFirstWait = absl::Hours(1);
constexpr absl::Duration kLongestWait = absl::Hours(24);
constexpr absl::Duration kShowDeadline = absl::Seconds(10);

bool IsRefused(const absl::Status& status) {
  return HasReason(status, Reason::kBadCertificate) || HasReason(status, Reason::kCertificateRevoked);
}

}  // namespace

FederationLink::Options LinkOptions(const Membership& membership) {
  FederationLink::Options options;
  options.address = membership.federation_address;
  options.roster = membership.roster;
  options.collective = membership.collective;
  options.authority_pem = membership.authority_pem;
  options.certificate_pem = membership.certificate_pem;
  options.key_pem = membership.key_pem;
  return options;
}

absl::StatusOr<bool> CertificateKeeper::Keep(FederationLink& link) {
  if (Waits()) return false;
  const absl::StatusOr<bool> renewed = Step(link);
  Remember(renewed);
  return renewed;
}

absl::StatusOr<bool> CertificateKeeper::Step(FederationLink& link) {
  const std::optional<Membership> membership = rooms_.identity->membership();
  if (!membership) return false;
  ASSIGN_OR_RETURN(std::optional<Renewal> renewal, ReadRenewal(rooms_.data));
  // It is in use already, or new keys have come since.
  if (renewal && renewal->renews != Sha256(membership->certificate_pem)) {
    RETURN_IF_ERROR(DropRenewal(rooms_.data));
    renewal.reset();
  }
  if (renewal && !renewal->certificate_pem.empty()) {
    ASSIGN_OR_RETURN(const bool taken, Show(*membership, *renewal));
    if (taken) return true;
    renewal.reset();
  }
  ASSIGN_OR_RETURN(const server::CertificateTimes times, server::TimesOf(membership->certificate_pem));
  if (!times.WantsRenewal(rooms_.clock->Now())) return false;
  if (!renewal) {
    CertificateRequest made = MakeCertificateRequest();
    renewal = Renewal{Sha256(membership->certificate_pem), std::move(made.key_pem), std::move(made.request_der), ""};
    RETURN_IF_ERROR(WriteRenewal(rooms_.data, *renewal));
  }
  RETURN_IF_ERROR(Ask(link, *renewal));
  ASSIGN_OR_RETURN(const bool taken, Show(*membership, *renewal));
  if (taken) return true;
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                 "The federation signed a new certificate and does not know it. It is asked again by itself.");
}

absl::Status CertificateKeeper::Ask(FederationLink& link, Renewal& renewal) const {
  ASSIGN_OR_RETURN(renewal.certificate_pem, link.RenewCertificate(renewal.request_der));
  if (!server::PairMatches(renewal.certificate_pem, renewal.key_pem)) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                   "The federation gave a certificate that does not belong to this node's key.");
  }
  return WriteRenewal(rooms_.data, renewal);
}

absl::StatusOr<bool> CertificateKeeper::Show(const Membership& membership, const Renewal& renewal) {
  Membership renewed = membership;
  renewed.certificate_pem = renewal.certificate_pem;
  renewed.key_pem = renewal.key_pem;
  FederationLink::Options options = LinkOptions(renewed);
  options.call_deadline = kShowDeadline;
  const absl::Status confirmed = rooms_.open_link(options)->ConfirmCertificate();
  if (IsRefused(confirmed)) {
    RETURN_IF_ERROR(DropRenewal(rooms_.data));
    return false;
  }
  RETURN_IF_ERROR(confirmed);
  RETURN_IF_ERROR(rooms_.identity->Renew(membership.certificate_pem, renewed));
  RETURN_IF_ERROR(DropRenewal(rooms_.data));
  LogInfo("certificate", "renewed");
  return true;
}

bool CertificateKeeper::Waits() const {
  absl::MutexLock lock(&mutex_);
  const absl::Duration since = rooms_.clock->Now() - last_try_;
  if (failures_ == 0) return since >= absl::ZeroDuration() && since < kLongestWait;
  const absl::Duration wait = std::min(kFirstWait * (1 << std::min(failures_ - 1, 5)), kLongestWait);
  return since >= absl::ZeroDuration() && since < wait;
}

bool CertificateKeeper::failing() const {
  absl::MutexLock lock(&mutex_);
  return failures_ > 0;
}

void CertificateKeeper::Remember(const absl::StatusOr<bool>& renewed) {
  // Without a link nothing was tried, and where nothing is due neither.
  if (HasReason(renewed.status(), Reason::kNoLink)) return;
  absl::MutexLock lock(&mutex_);
  failures_ = renewed.ok() ? 0 : failures_ + 1;
  if (!renewed.ok() || *renewed) last_try_ = rooms_.clock->Now();
}

}  // namespace aangan::node

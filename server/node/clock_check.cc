// SPDX-License-Identifier: Apache-2.0
// Whether this machine's clock is right.
#include "server/node/clock_check.h"

#include <string>

#include "absl/strings/string_view.h"
#include "base/log.h"
#include "base/problem.h"
#include "google/rpc/error_details.pb.h"

namespace aangan::node {
namespace {

constexpr char kFormat[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr char kInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";

std::string Text(absl::Time time) { return absl::FormatTime(kFormat, time, absl::UTCTimeZone()); }

Problem ClockWrong(Literal message, absl::Time own) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kClockWrong, message).Name("own_time", Text(own));
}

std::string TimeIn(const absl::Status& status, absl::string_view key) {
  const auto payload = status.GetPayload(kInfoUrl);
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  const auto found = info.metadata().find(std::string(key));
  return found == info.metadata().end() ? "" : found->second;
}

std::optional<absl::Time> TimeOf(const absl::Status& status, absl::string_view key) {
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(kFormat, TimeIn(status, key), absl::UTCTimeZone(), &time, &ignored)) return std::nullopt;
  return time;
}

}  // namespace

absl::Status CheckClocks(absl::Time own, absl::Time federation) {
  if (absl::AbsDuration(own - federation) <= kClocksDifferMax) return absl::OkStatus();
  return ClockWrong(
             "This computer's clock (own_time) and the federation's (federation_time) are more than an hour apart. "
             "Look at a watch. If this computer is wrong, set it: timedatectl set-ntp true, or timedatectl set-time "
             "'YYYY-MM-DD HH:MM:SS'. If it is right, tell the federation's staff. No round was touched.",
             own)
      .Name("federation_time", Text(federation));
}

absl::Status OutsideFederationsCertificate(absl::Time own, const server::CertificateTimes& times) {
  return ClockWrong(
             "By this computer's clock (own_time) the federation's certificate does not hold: it is from "
             "certificate_from to certificate_until. Look at a watch. If this computer is wrong, set it: timedatectl "
             "set-ntp true, or timedatectl set-time 'YYYY-MM-DD HH:MM:SS'. If it is right, the federation's clock is "
             "wrong: tell its staff.",
             own)
      .Name("certificate_from", Text(times.from))
      .Name("certificate_until", Text(times.until));
}

absl::Status OutsideOwnCertificate(absl::Time own, const server::CertificateTimes& times) {
  return ClockWrong(
             "The federation refuses this node's certificate, which is from certificate_from to certificate_until and "
             "holds by this computer's clock (own_time): the two clocks seem to differ. Look at a watch. If this "
             "computer is "
             "wrong, set it: timedatectl set-ntp true, or timedatectl set-time 'YYYY-MM-DD HH:MM:SS'. If it is right, "
             "the federation's clock is wrong: tell its staff.",
             own)
      .Name("certificate_from", Text(times.from))
      .Name("certificate_until", Text(times.until));
}

absl::Status CheckOwnCertificate(absl::Time own, const server::CertificateTimes& times) {
  if (times.Holds(own)) return absl::OkStatus();
  if (own < times.from) {
    return ClockWrong(
               "This computer's clock (own_time) is before the day on which this node's certificate was given "
               "(certificate_from), so it is behind. Set it: timedatectl set-ntp true, or timedatectl set-time "
               "'YYYY-MM-DD HH:MM:SS'.",
               own)
        .Name("certificate_from", Text(times.from));
  }
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kCertificateEnded,
                 "This node's certificate has ended (certificate_until), so the federation lets it in no more. If the "
                 "day of this computer (own_time) is wrong, set it: timedatectl. Else ask the federation's staff for a "
                 "token for new keys, then: aangan change-keys.")
      .Name("own_time", Text(own))
      .Name("certificate_until", Text(times.until));
}

std::optional<Clocks> ClocksOf(const absl::Status& status) {
  const std::optional<absl::Time> own = TimeOf(status, "own_time");
  if (!HasReason(status, Reason::kClockWrong) || !own) return std::nullopt;
  return Clocks{*own, TimeOf(status, "federation_time")};
}

void LogContact(const absl::Status& status) {
  LogLine line = LogWarning("sync", "contact not finished");
  line.Status(status);
  for (const Literal key : {Literal("own_time"), Literal("federation_time"), Literal("certificate_from"),
                            Literal("certificate_until"), Literal("revoke_time")}) {
    if (const std::string time = TimeIn(status, key.text()); !time.empty()) line.Name(key, time);
  }
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// What an app calls the federation with: figures and rounds, which are all public or for its staff. It needs a
// certificate of the roster or of the staff besides a token. docs/CLIENTS.md is its guide.
//
// Promises: as NodeClient's; all of these are reads. Each method is the rpc of its name; its request and answer are
// described in proto/aangan/federation/v1. A figure that is suppressed or was not reported is never the number 0: look
// at its `value` first.
// Errors: what the federation says, with google.rpc.ErrorInfo as a payload; UNAVAILABLE when it can't be reached.
// Threads: thread-safe. A call blocks its thread.
#ifndef AANGAN_CLIENT_FEDERATION_CLIENT_H_
#define AANGAN_CLIENT_FEDERATION_CLIENT_H_

#include <memory>

#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/channel.h"

namespace aangan::client {

class FederationClient {
 public:
  static absl::StatusOr<std::unique_ptr<FederationClient>> Open(const Endpoint& endpoint,
                                                                absl::Duration deadline = absl::Seconds(30));
  ~FederationClient();

  absl::StatusOr<federation::v1::GetNationalReleaseResponse> GetNationalRelease(
      const federation::v1::GetNationalReleaseRequest& request) const;
  absl::StatusOr<federation::v1::ListNationalReleasesResponse> ListNationalReleases(
      const federation::v1::ListNationalReleasesRequest& request) const;
  absl::StatusOr<federation::v1::ListFiguresResponse> ListFigures(
      const federation::v1::ListFiguresRequest& request) const;
  absl::StatusOr<federation::v1::ListTotalsResponse> ListTotals(const federation::v1::ListTotalsRequest& request) const;
  absl::StatusOr<federation::v1::ListIndicatorsResponse> ListIndicators(
      const federation::v1::ListIndicatorsRequest& request) const;
  absl::StatusOr<federation::v1::ExportNationalReleaseResponse> ExportNationalRelease(
      const federation::v1::ExportNationalReleaseRequest& request) const;
  absl::StatusOr<federation::v1::GetRoundResponse> GetRound(const federation::v1::GetRoundRequest& request) const;
  absl::StatusOr<federation::v1::ListRoundsResponse> ListRounds(const federation::v1::ListRoundsRequest& request) const;

 private:
  struct Stubs;
  FederationClient(std::unique_ptr<Channel> channel, absl::Duration deadline);

  const std::unique_ptr<Channel> channel_;
  const absl::Duration deadline_;
  const std::unique_ptr<const Stubs> stubs_;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_FEDERATION_CLIENT_H_

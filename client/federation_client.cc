// SPDX-License-Identifier: Apache-2.0
// The rpcs of a federation that apps call: see federation_client.h.
#include "client/federation_client.h"

#include <utility>

#include "aangan/federation/v1/figures.grpc.pb.h"
#include "aangan/federation/v1/rounds.grpc.pb.h"
#include "base/status.h"

namespace aangan::client {

using federation::v1::FigureService;
using federation::v1::RoundService;

struct FederationClient::Stubs {
  std::unique_ptr<FigureService::Stub> figures;
  std::unique_ptr<RoundService::Stub> rounds;
};

FederationClient::FederationClient(std::unique_ptr<Channel> channel, absl::Duration deadline)
    : channel_(std::move(channel)),
      deadline_(deadline),
      stubs_(new Stubs{FigureService::NewStub(channel_->grpc()), RoundService::NewStub(channel_->grpc())}) {}
FederationClient::~FederationClient() = default;

absl::StatusOr<std::unique_ptr<FederationClient>> FederationClient::Open(const Endpoint& endpoint,
                                                                         absl::Duration deadline) {
  ASSIGN_OR_RETURN(auto channel, Channel::Open(endpoint));
  return std::unique_ptr<FederationClient>(new FederationClient(std::move(channel), deadline));
}

absl::StatusOr<federation::v1::GetNationalReleaseResponse> FederationClient::GetNationalRelease(
    const federation::v1::GetNationalReleaseRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::GetNationalRelease, request, deadline_);
}
absl::StatusOr<federation::v1::ListNationalReleasesResponse> FederationClient::ListNationalReleases(
    const federation::v1::ListNationalReleasesRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::ListNationalReleases, request, deadline_);
}
absl::StatusOr<federation::v1::ListFiguresResponse> FederationClient::ListFigures(
    const federation::v1::ListFiguresRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::ListFigures, request, deadline_);
}
absl::StatusOr<federation::v1::ListTotalsResponse> FederationClient::ListTotals(
    const federation::v1::ListTotalsRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::ListTotals, request, deadline_);
}
absl::StatusOr<federation::v1::ListIndicatorsResponse> FederationClient::ListIndicators(
    const federation::v1::ListIndicatorsRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::ListIndicators, request, deadline_);
}
absl::StatusOr<federation::v1::ExportNationalReleaseResponse> FederationClient::ExportNationalRelease(
    const federation::v1::ExportNationalReleaseRequest& request) const {
  return channel_->Call(stubs_->figures.get(), &FigureService::Stub::ExportNationalRelease, request, deadline_);
}

absl::StatusOr<federation::v1::GetRoundResponse> FederationClient::GetRound(
    const federation::v1::GetRoundRequest& request) const {
  return channel_->Call(stubs_->rounds.get(), &RoundService::Stub::GetRound, request, deadline_);
}
absl::StatusOr<federation::v1::ListRoundsResponse> FederationClient::ListRounds(
    const federation::v1::ListRoundsRequest& request) const {
  return channel_->Call(stubs_->rounds.get(), &RoundService::Stub::ListRounds, request, deadline_);
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.FigureService: national releases, the figures in them, and releases of other rosters.
// Threads: thread-safe. Errors: as in figures.proto.
#ifndef AANGAN_SERVER_FEDERATION_FIGURE_RPC_H_
#define AANGAN_SERVER_FEDERATION_FIGURE_RPC_H_

#include <map>
#include <string>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/figure_book.h"
#include "server/federation/release_book.h"
#include "server/federation/resource_names.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class FigureRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    const ReleaseBook* releases = nullptr;
    const RoundBook* rounds = nullptr;
    const FigureBook* figures = nullptr;
    const SisterBook* sisters = nullptr;
    const server::PageTokens* page_tokens = nullptr;
  };
  explicit FigureRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::GetNationalReleaseResponse> GetNationalRelease(const server::Call& call,
                                                                    const v1::GetNationalReleaseRequest& request);
  absl::StatusOr<v1::ListNationalReleasesResponse> ListNationalReleases(const server::Call& call,
                                                                        const v1::ListNationalReleasesRequest& request);
  absl::StatusOr<v1::ListFiguresResponse> ListFigures(const server::Call& call, const v1::ListFiguresRequest& request);
  absl::StatusOr<v1::ListTotalsResponse> ListTotals(const server::Call& call, const v1::ListTotalsRequest& request);
  absl::StatusOr<v1::ExportFiguresResponse> ExportFigures(const server::Call& call,
                                                          const v1::ExportFiguresRequest& request);
  absl::StatusOr<v1::ExportNationalReleaseResponse> ExportNationalRelease(
      const server::Call& call, const v1::ExportNationalReleaseRequest& request);
  absl::StatusOr<v1::ImportNationalReleaseResponse> ImportNationalRelease(
      const server::Call& call, const v1::ImportNationalReleaseRequest& request);
  absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(const server::Call& call,
                                                            const v1::ListIndicatorsRequest& request);

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FIGURE_RPC_H_

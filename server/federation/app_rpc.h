// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.AppService: apps that have enrolled, listed and taken back, and tokens for browsers.
// Threads: thread-safe. Errors: as in apps.proto.
#ifndef AANGAN_SERVER_FEDERATION_APP_RPC_H_
#define AANGAN_SERVER_FEDERATION_APP_RPC_H_

#include <map>
#include <string>

#include "aangan/federation/v1/apps.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/federation/resource_names.h"
#include "server/federation/stored.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class AppRpc {
 public:
  struct Rooms {
    FederationStore* store = nullptr;
    const ResourceNames* names = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    const Clock* clock = nullptr;
    RandomSource* random = nullptr;
  };
  explicit AppRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::ListAppsResponse> ListApps(const server::Call& call, const v1::ListAppsRequest& request);
  absl::StatusOr<v1::DeleteAppResponse> DeleteApp(const server::Call& call, const v1::DeleteAppRequest& request);
  absl::StatusOr<v1::CreateBrowserTokenResponse> CreateBrowserToken(const server::Call& call,
                                                                    const v1::CreateBrowserTokenRequest& request);

  absl::StatusOr<v1::App> AppOf(const Entry& entry) const;

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_APP_RPC_H_

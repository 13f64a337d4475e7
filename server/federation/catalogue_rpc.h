// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.CatalogueService: catalogues and the signatures under them.
// Threads: thread-safe. Errors: as in catalogue.proto.
#ifndef AANGAN_SERVER_FEDERATION_CATALOGUE_RPC_H_
#define AANGAN_SERVER_FEDERATION_CATALOGUE_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/federation/v1/catalogue.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/catalogue_book.h"
#include "server/federation/resource_names.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class CatalogueRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    CatalogueBook* catalogues = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    std::function<void()> catalogue_signed;  // a round may be due
  };
  explicit CatalogueRpc(Rooms rooms) : rooms_(std::move(rooms)) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::ProposeCatalogueResponse> ProposeCatalogue(const server::Call& call,
                                                                const v1::ProposeCatalogueRequest& request);
  absl::StatusOr<v1::GetCatalogueResponse> GetCatalogue(const server::Call& call,
                                                        const v1::GetCatalogueRequest& request);
  absl::StatusOr<v1::ListCataloguesResponse> ListCatalogues(const server::Call& call,
                                                            const v1::ListCataloguesRequest& request);
  absl::StatusOr<v1::SignCatalogueResponse> SignCatalogue(const server::Call& call,
                                                          const v1::SignCatalogueRequest& request);

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CATALOGUE_RPC_H_

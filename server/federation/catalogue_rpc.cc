// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.CatalogueService.
#include "server/federation/catalogue_rpc.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/log.h"
#include "base/status.h"
#include "server/federation/roster_rpc.h"
#include "server/shared/paging.h"

namespace aangan::federation {
namespace {

// A catalogue has up to 256 KiB, and a message up to 1 MiB.
constexpr size_t kPageBytesMax = 700 << 10;

}  // namespace

std::map<std::string, server::Handler> CatalogueRpc::Handlers() {
  return {{"ProposeCatalogue", server::Handle(this, &CatalogueRpc::ProposeCatalogue)},
          {"GetCatalogue", server::Handle(this, &CatalogueRpc::GetCatalogue)},
          {"ListCatalogues", server::Handle(this, &CatalogueRpc::ListCatalogues)},
          {"SignCatalogue", server::Handle(this, &CatalogueRpc::SignCatalogue)}};
}

absl::StatusOr<v1::ProposeCatalogueResponse> CatalogueRpc::ProposeCatalogue(
    const server::Call&, const v1::ProposeCatalogueRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  v1::ProposeCatalogueResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_catalogue(), rooms_.catalogues->Propose(request.catalogue()));
  LogInfo("catalogue", "proposed").Name("catalogue", response.signed_catalogue().name());
  return response;
}

absl::StatusOr<v1::GetCatalogueResponse> CatalogueRpc::GetCatalogue(const server::Call&,
                                                                    const v1::GetCatalogueRequest& request) {
  ASSIGN_OR_RETURN(const int32_t version, rooms_.names->ParseCatalogue(request.name()));
  v1::GetCatalogueResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_catalogue(), rooms_.catalogues->Get(version));
  return response;
}

absl::StatusOr<v1::ListCataloguesResponse> CatalogueRpc::ListCatalogues(const server::Call& call,
                                                                        const v1::ListCataloguesRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParentOrAll(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "catalogues", request.page_size(),
                                                           request.page_token(), {.size_default = 20, .size_max = 20}));
  ASSIGN_OR_RETURN(std::vector<v1::SignedCatalogue> newest_first, rooms_.catalogues->List());
  int32_t before = INT32_MAX;
  if (!page.after.empty()) (void)absl::SimpleAtoi(page.after, &before);
  v1::ListCataloguesResponse response;
  size_t bytes = 0;
  for (v1::SignedCatalogue& each : newest_first) {
    if (each.catalogue().version() >= before) continue;
    bytes += each.ByteSizeLong();
    const int listed = response.signed_catalogues_size();
    if (static_cast<size_t>(listed) == page.size || (listed > 0 && bytes > kPageBytesMax)) {
      const int32_t last = response.signed_catalogues(listed - 1).catalogue().version();
      response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "catalogues", absl::StrCat(last)));
      break;
    }
    *response.add_signed_catalogues() = std::move(each);
  }
  return response;
}

absl::StatusOr<v1::SignCatalogueResponse> CatalogueRpc::SignCatalogue(const server::Call& call,
                                                                      const v1::SignCatalogueRequest& request) {
  ASSIGN_OR_RETURN(const int32_t version, rooms_.names->ParseCatalogue(request.name()));
  RETURN_IF_ERROR(CheckSpeaksFor(call, request.signature().collective()));
  v1::SignCatalogueResponse response;
  ASSIGN_OR_RETURN(*response.mutable_signed_catalogue(), rooms_.catalogues->Sign(version, request.signature()));
  LogInfo("catalogue", "signed").Name("collective", call.caller().collective);
  rooms_.catalogue_signed();
  return response;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Catalogues with what the collectives signed under them, and which one counts for a period.
//
// Threads: thread-safe. Errors: NOT_FOUND; ALREADY_EXISTS (the version is taken); INVALID_ARGUMENT (CATALOGUE_REFUSED,
// BAD_SIGNATURE); FAILED_PRECONDITION (NO_ROSTER).
#ifndef AANGAN_SERVER_FEDERATION_CATALOGUE_BOOK_H_
#define AANGAN_SERVER_FEDERATION_CATALOGUE_BOOK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "server/federation/resource_names.h"
#include "server/federation/roster_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class CatalogueBook {
 public:
  // All outlive it.
  CatalogueBook(FederationStore* store, const ResourceNames* names, const RosterBook* rosters)
      : store_(store), names_(names), rosters_(rosters) {}

  // Lint by the rules of model and privacy against the roster in force; then stored without signatures. The version is
  // the next number.
  absl::StatusOr<v1::SignedCatalogue> Propose(const v1::Catalogue& catalogue);
  // With in_force and digest.
  absl::StatusOr<v1::SignedCatalogue> Get(int32_t version) const;
  // Newest version first.
  absl::StatusOr<std::vector<v1::SignedCatalogue>> List() const;
  absl::StatusOr<v1::SignedCatalogue> Sign(int32_t version, const v1::CollectiveSignature& signature);

  // The highest version that is in force and valid for the quarter; none when there is none.
  absl::StatusOr<std::optional<v1::Catalogue>> For(const model::Period& quarter) const;

 private:
  absl::StatusOr<v1::SignedCatalogue> Describe(const store::v1::StoredCatalogue& stored,
                                               const std::optional<v1::Roster>& roster) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const RosterBook* const rosters_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_CATALOGUE_BOOK_H_

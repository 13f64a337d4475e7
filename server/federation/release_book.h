// SPDX-License-Identifier: Apache-2.0
// National releases as they were signed: written once with the last step of their round, and never changed.
//
// Numbers count without a gap, also when several servers share the store: the next number is a row that each release
// moves on. Threads: thread-safe. Errors: NOT_FOUND; those of the store.
#ifndef AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_
#define AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_

#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/signing.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class ReleaseBook {
 public:
  // All outlive it.
  ReleaseBook(FederationStore* store, const ResourceNames* names, const RoundBook* rounds, const SigningKey* key,
              const Clock* clock)
      : store_(store), names_(names), rounds_(rounds), key_(key), clock_(clock) {}

  absl::StatusOr<std::optional<v1::NationalRelease>> Find(const model::Period& quarter) const;
  absl::StatusOr<v1::NationalRelease> Get(const model::Period& quarter) const;  // NOT_FOUND
  absl::StatusOr<std::vector<v1::NationalRelease>> List() const;                // oldest period first
  // The release of a frozen round, and the round confirmed, in one commit. ABORTED when somebody else was quicker.
  absl::Status Release(const StoredRound& frozen) const;

 private:
  FederationStore* const store_;
  const ResourceNames* const names_;
  const RoundBook* const rounds_;
  const SigningKey* const key_;
  const Clock* const clock_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_

// SPDX-License-Identifier: Apache-2.0
// Releases of other rosters, brought as files by people: checked, kept, and read for the figures of all rosters.
//
// The key of another federation is believed when its phrase was given with the first release (compared by telephone);
// from then on its roster has that key alone. A release is taken when it is signed with that key (checked before
// anything is computed from the file), its catalogue keeps the rules of privacy, and its descriptor is the one that
// everybody computes from its roster and catalogue. A later number takes the place of an earlier one; under one number
// only the state changes, from provisional to confirmed or disputed and from disputed to confirmed.
//
// Source: protocol.md 1 (a federation of federations). Threads: thread-safe. Errors: INVALID_ARGUMENT (INVALID_FIELD,
// BAD_SIGNATURE, CATALOGUE_REFUSED); FAILED_PRECONDITION (KEY_MISSING: no phrase with the first release; WRONG_STATE: a
// later one, or another of this number, is here); those of the store.
#ifndef AANGAN_SERVER_FEDERATION_SISTER_BOOK_H_
#define AANGAN_SERVER_FEDERATION_SISTER_BOOK_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/federation/figure_sum.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class SisterBook {
 public:
  // `store` outlives it. `own_roster` is never taken as another's.
  SisterBook(FederationStore* store, std::string own_roster) : store_(store), own_roster_(std::move(own_roster)) {}

  // As kept, without sums.
  absl::StatusOr<v1::NationalRelease> Import(const v1::ReleaseFile& file, const std::string& key_phrase) const;

  // Each known roster, by name, with what it says of the quarter.
  absl::StatusOr<std::vector<RosterFigures>> Of(const model::Period& quarter) const;
  // The newest quarter that any of them released, or none.
  absl::StatusOr<std::optional<model::Period>> Newest() const;

 private:
  absl::StatusOr<std::shared_ptr<const PeriodFigures>> Figures(const Stored<v1::ReleaseFile>& stored) const;

  FederationStore* const store_;
  const std::string own_roster_;
  mutable absl::Mutex mutex_;
  // By key of the store, with the signature they were made of.
  mutable std::map<std::string, std::shared_ptr<const PeriodFigures>> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_SISTER_BOOK_H_

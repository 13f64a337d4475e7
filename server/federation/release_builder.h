// SPDX-License-Identifier: Apache-2.0
// Makes the national release of a frozen round: the sum of its contributions, cell by cell, without the cells that are
// left out, signed and numbered. The same freeze always makes the same sums.
//
// Source: protocol.md 5.5 to 5.7. In a direct round nothing has to be reconstructed and nobody can dispute: the release
// is confirmed at once. Threads: pure but for reading the store.
// Errors: DATA_LOSS (DAMAGED) when a contribution of the freeze is missing or is not the one that was frozen.
#ifndef AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_
#define AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_

#include <cstdint>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/signing.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

struct ReleaseWish {
  int64_t number = 0;  // of the release
  absl::Time now;
};

absl::StatusOr<v1::NationalRelease> BuildRelease(const FederationStore& store, const ResourceNames& names,
                                                 const RoundGround& ground, const store::v1::StoredRound& round,
                                                 const SigningKey& key, const ReleaseWish& wish);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_

// SPDX-License-Identifier: Apache-2.0
// Makes the national release of a frozen round: the opened sums cell by cell, signed and numbered. The same freeze
// always makes the same sums.
//
// Source: protocol.md 5.5 to 5.7. In a direct round nothing has to be reconstructed and nobody can dispute: the release
// is confirmed at once. In a summed round the sums come out of the answers (answer_book.h).
// Threads: pure but for reading the store.
// Errors: DATA_LOSS (DAMAGED) when a contribution of the freeze is missing or is not the one that was frozen.
#ifndef AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_
#define AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_

#include <cstdint>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/signing.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

// Of a direct round: the sums of its contributions, without the cells that are left out.
absl::StatusOr<std::vector<int64_t>> SumContributions(const FederationStore& store, const RoundGround& ground,
                                                      const store::v1::StoredRound& round);

struct ReleaseWish {
  int64_t number = 0;  // of the release
  v1::ReleaseState state = v1::RELEASE_STATE_UNSPECIFIED;
  int64_t supersedes = 0;
  absl::Time now;
};
absl::StatusOr<v1::NationalRelease> BuildRelease(const ResourceNames& names, const RoundGround& ground,
                                                 const store::v1::StoredRound& round, const std::vector<int64_t>& sums,
                                                 const SigningKey& key, const ReleaseWish& wish);
// The same figures in another state, signed anew.
absl::StatusOr<v1::NationalRelease> WithState(v1::NationalRelease release, v1::ReleaseState state,
                                              const SigningKey& key);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_RELEASE_BUILDER_H_

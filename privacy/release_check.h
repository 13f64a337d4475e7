// SPDX-License-Identifier: Apache-2.0
// Whether a release that came as a file is what its federation signed, and made under the roster and catalogue beside
// it. The federation of another roster asks it before it counts a release in, and so does anybody who holds such a
// file, without any server.
//
// What a file alone can not show: that the key is that federation's (people compare its phrase), that the collectives
// signed roster and catalogue, and that the sums are those of the answers (each collective's node checks that itself).
//
// Source: protocol.md 1 and 6. Threads: pure. Errors: INVALID_ARGUMENT (BAD_SIGNATURE; INVALID_FIELD naming what does
// not go together; CATALOGUE_REFUSED).
#ifndef AANGAN_PRIVACY_RELEASE_CHECK_H_
#define AANGAN_PRIVACY_RELEASE_CHECK_H_

#include <memory>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "model/period.h"

namespace aangan::privacy {

// The key of the roster in the file, under which the release's signature verifies. Nothing is computed from the file
// before this, apart from its canonical bytes.
absl::StatusOr<PublicKey> SignerOf(const federation::v1::ReleaseFile& file);

struct ReleaseGround {
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  model::Period quarter;
  Digest round_id{};
};
// That all of the file goes together: roster and catalogue keep their rules, the descriptor is the one that everybody
// computes from them, who is in it and who is not are the roster, its state stands and its name is its own.
absl::StatusOr<ReleaseGround> CheckReleaseFile(const federation::v1::ReleaseFile& file);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RELEASE_CHECK_H_

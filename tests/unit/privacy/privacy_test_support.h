// SPDX-License-Identifier: Apache-2.0
// What the tests of privacy share: the shipped catalogue, changed where a test wants, and a roster that it fits.
#ifndef AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_

#include <functional>
#include <memory>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "model/catalogue.h"
#include "privacy/shamir.h"

namespace aangan::privacy {

using Edit = std::function<void(federation::v1::Catalogue&)>;

// deploy/default.catalogue.txtpb, edited, compiled for its twelve collectives.
std::shared_ptr<const model::CompiledCatalogue> DefaultCatalogue(const Edit& edit);
// A catalogue of another budget: every table keeps its share of the cap.
Edit WithCap(int64_t nano_rho_cap);
// The share at `place` that follows from the secret and the shares of the first places.
template <typename F>
uint64_t FollowingShare(int place, uint64_t secret, const std::vector<uint64_t>& first_shares) {
  std::vector<uint64_t> values = {secret};
  values.insert(values.end(), first_shares.begin(), first_shares.end());
  return WeightedSum<F>(WeightsAt<F>(PointOfPlace(place), DealtPoints(first_shares.size())), values);
}
// The twelve collectives of the shipped catalogue with keys of a seed.
federation::v1::Roster TwelveRoster();

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_

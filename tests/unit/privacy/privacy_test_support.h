// SPDX-License-Identifier: Apache-2.0
// What the tests of privacy share: the shipped catalogue, changed where a test wants, and a roster that it fits.
#ifndef AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_

#include <functional>
#include <memory>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "model/catalogue.h"

namespace aangan::privacy {

using Edit = std::function<void(federation::v1::Catalogue&)>;

// deploy/default.catalogue.txtpb, edited, compiled for its twelve collectives.
std::shared_ptr<const model::CompiledCatalogue> DefaultCatalogue(const Edit& edit);
// The twelve collectives of the shipped catalogue with keys of a seed.
federation::v1::Roster TwelveRoster();

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_UNIT_PRIVACY_PRIVACY_TEST_SUPPORT_H_

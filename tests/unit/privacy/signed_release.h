// SPDX-License-Identifier: Apache-2.0
// A release of the twelve collectives as a file, as an honest federation with this key writes it.
#ifndef AANGAN_TESTS_UNIT_PRIVACY_SIGNED_RELEASE_H_
#define AANGAN_TESTS_UNIT_PRIVACY_SIGNED_RELEASE_H_

#include "aangan/federation/v1/figures.pb.h"
#include "base/signing.h"

namespace aangan::privacy {

// Of 2026Q3, confirmed, all in it.
federation::v1::ReleaseFile SignedRelease(const SigningKey& key);
// Again, after a change.
void SignAgain(const SigningKey& key, federation::v1::ReleaseFile& file);

}  // namespace aangan::privacy

#endif  // AANGAN_TESTS_UNIT_PRIVACY_SIGNED_RELEASE_H_

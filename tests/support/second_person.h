// SPDX-License-Identifier: Apache-2.0
// The second person of a test: says yes to what a refusal asks a permit for.
// Threads: thread-safe.
#ifndef AANGAN_TESTS_SUPPORT_SECOND_PERSON_H_
#define AANGAN_TESTS_SUPPORT_SECOND_PERSON_H_

#include <string>

#include "tests/support/node_client.h"

namespace aangan::tests {

// What the refusal (PERMIT_NEEDED) says to ask for.
node::v1::CreatePermitRequest PermitWish(const absl::Status& refusal);
// Asks for it and lets the second one say yes; the permit's name.
std::string PermitFor(const absl::Status& refusal, const NodeClient& asker, const NodeClient& second);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_SECOND_PERSON_H_

// SPDX-License-Identifier: Apache-2.0
// Canaries: texts that stand in every personal field of every record, and the search for them in whatever bytes, in
// whatever form (plain, UTF-16, hexadecimal, base64).
// Threads: pure; FillWithCanaries calls a node.
#ifndef AANGAN_TESTS_SUPPORT_CANARIES_H_
#define AANGAN_TESTS_SUPPORT_CANARIES_H_

#include <string>
#include <vector>

#include "tests/support/node_client.h"

namespace aangan::tests {

// All that FillWithCanaries writes.
const std::vector<std::string>& Canaries();
// The first of the needles that is in the bytes in any form; empty when there is none.
std::string FoundIn(const std::string& bytes, const std::vector<std::string>& needles = Canaries());
// A member with a service, an assessment and an answered grievance, and another from an imported row, every text a
// canary; a search; and wrong calls with canaries in them, whose errors are appended. Returns the names of the records
// of the first.
std::vector<std::string> FillWithCanaries(const NodeClient& caseworker, const NodeClient& steward,
                                          const std::string& enrolment_quarter, std::string* errors);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_CANARIES_H_

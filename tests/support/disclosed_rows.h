// SPDX-License-Identifier: Apache-2.0
// Holds a real federation's folder to the list of what it could be forced to hand over.
// Threads: one thread; the federation has stopped.
#ifndef AANGAN_TESTS_SUPPORT_DISCLOSED_ROWS_H_
#define AANGAN_TESTS_SUPPORT_DISCLOSED_ROWS_H_

#include <string>
#include <vector>

namespace aangan::tests {

struct DisclosedRows {
  size_t rows = 0;                    // that were looked at, over all tables
  std::vector<std::string> unlisted;  // rows and files that the list does not name: empty is what is wanted
};
DisclosedRows LookThrough(const std::string& federation_folder);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_DISCLOSED_ROWS_H_

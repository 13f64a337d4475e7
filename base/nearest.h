// SPDX-License-Identifier: Apache-2.0
// The name that somebody probably meant: for errors about unknown keys, fields and columns.
// Source: Levenshtein's distance. Threads: pure.
#ifndef AANGAN_BASE_NEAREST_H_
#define AANGAN_BASE_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace aangan {

// The first of those with the fewest edits; empty when there are no names.
std::string NearestName(absl::string_view name, const std::vector<std::string>& names);

}  // namespace aangan

#endif  // AANGAN_BASE_NEAREST_H_

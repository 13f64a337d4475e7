// SPDX-License-Identifier: Apache-2.0
// The words of a name as a search compares them: without regard to capitals and to the ways in which Unicode writes the
// same letter (NFKC_Casefold, Unicode 3.13), cut where something stands that is neither letter, mark nor digit.
// Threads: pure.
#ifndef AANGAN_SERVER_NODE_NAME_WORDS_H_
#define AANGAN_SERVER_NODE_NAME_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace aangan::node {

// In the order of the text; none of a text that is not UTF-8.
std::vector<std::string> NameWords(absl::string_view text);

// The first two characters, or empty when there are fewer.
absl::string_view NameBeginning(absl::string_view word);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NAME_WORDS_H_

// SPDX-License-Identifier: Apache-2.0
// Bytes of published vectors.
#ifndef AANGAN_TESTS_SUPPORT_HEX_H_
#define AANGAN_TESTS_SUPPORT_HEX_H_

#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace aangan::tests {

// An even number of hexadecimal digits in lower case; anything else ends the test.
inline std::string FromHex(absl::string_view hex) {
  const std::optional<std::string> bytes = aangan::FromHex(hex);
  if (!bytes) std::abort();
  return *bytes;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_HEX_H_

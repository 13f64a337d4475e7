// SPDX-License-Identifier: Apache-2.0
// Bytes of published vectors. Abseil's own reader of hexadecimal changed its form between the two Debians.
#ifndef AANGAN_TESTS_SUPPORT_HEX_H_
#define AANGAN_TESTS_SUPPORT_HEX_H_

#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace aangan::tests {

// An even number of hexadecimal digits; anything else ends the test.
inline std::string FromHex(absl::string_view hex) {
  const auto digit = [](char c) {
    const size_t at = absl::string_view("0123456789abcdef").find(c);
    if (at == absl::string_view::npos) std::abort();
    return at;
  };
  std::string bytes;
  if (hex.size() % 2 != 0) std::abort();
  for (size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return bytes;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_HEX_H_

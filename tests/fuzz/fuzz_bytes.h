// SPDX-License-Identifier: Apache-2.0
// What a fuzz target is given, as text, and laid over bytes that would be accepted.
#ifndef AANGAN_TESTS_FUZZ_FUZZ_BYTES_H_
#define AANGAN_TESTS_FUZZ_FUZZ_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace aangan::tests {

inline absl::string_view AsInput(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The bytes laid over a frame that would be accepted, so that most fields stay plausible. `frame` is not empty.
inline std::string Over(std::string frame, absl::string_view bytes) {
  for (size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const size_t at = (static_cast<uint8_t>(bytes[i]) * 256u + static_cast<uint8_t>(bytes[i + 1])) % frame.size();
    frame[at] = bytes[i + 2];
  }
  return frame;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FUZZ_FUZZ_BYTES_H_

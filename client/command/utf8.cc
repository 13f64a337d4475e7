// SPDX-License-Identifier: Apache-2.0
// Well-formed UTF-8: see utf8.h.
#include "client/command/utf8.h"

#include <cstdint>

namespace aangan::client {
namespace {

// Length of a sequence by its first byte, and the least code point that may take that length; 0 for no first byte.
struct Lead {
  int length;
  uint32_t bits;
  uint32_t least;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1Fu, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0Fu, 0x800};
  if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07u, 0x10000};
  return {0, 0, 0};
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    Lead lead = LeadOf(static_cast<unsigned char>(text[i]));
    if (lead.length == 0 || i + static_cast<size_t>(lead.length) > text.size()) return false;
    uint32_t point = lead.bits;
    for (int k = 1; k < lead.length; ++k) {
      auto byte = static_cast<unsigned char>(text[i + static_cast<size_t>(k)]);
      if ((byte & 0xC0) != 0x80) return false;
      point = point << 6 | (byte & 0x3Fu);
    }
    if (point < lead.least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    i += static_cast<size_t>(lead.length);
  }
  return true;
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// The sheet of paper that one person keeps: her part of the node's key in words and as a QR picture, and what to do
// with it. As a page for a browser to print, or on a terminal.
//
// The picture holds the digits of the part without spaces, so that a telephone without a network gives them back.
// Source: ISO/IEC 18004 by the library qrcodegen.
// Threads: pure. The returned page is a secret: bytes in locked memory.
#ifndef AANGAN_CLIENT_COMMAND_PART_SHEET_H_
#define AANGAN_CLIENT_COMMAND_PART_SHEET_H_

#include <string>

#include "absl/types/span.h"
#include "base/secret.h"

namespace aangan::client {

struct PartSheet {
  int place = 0;  // 1..of
  int of = 0;
  int needed = 0;
  std::string day;                 // "2026-11-25"
  absl::Span<const uint8_t> part;  // lines, as the node gave them
};

SecretBytes SheetPage(const PartSheet& sheet);  // HTML, one page, nothing from elsewhere
SecretBytes SheetOnTerminal(const PartSheet& sheet);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_PART_SHEET_H_

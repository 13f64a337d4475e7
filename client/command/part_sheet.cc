// SPDX-License-Identifier: Apache-2.0
// A part on paper: see part_sheet.h.
#include "client/command/part_sheet.h"

#include <algorithm>
#include <qrcodegen/qrcodegen.hpp>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"

namespace aangan::client {
namespace {

using qrcodegen::QrCode;

constexpr int kQuietModules = 4;  // around the picture, as the standard asks
constexpr size_t kPageBytesMax = 65536;

// Text in locked memory that grows up to its bound.
class SecretText {
 public:
  SecretText() : bytes_(kPageBytesMax) {}
  void Add(absl::string_view text) {
    AANGAN_CHECK(text.size() <= bytes_.size() - size_);
    std::copy(text.begin(), text.end(), bytes_.data() + size_);
    size_ += text.size();
  }
  SecretBytes Take() && { return SecretBytes::Copy(bytes_.span().subspan(0, size_)); }

 private:
  SecretBytes bytes_;
  size_t size_ = 0;
};

bool IsDark(const QrCode& code, int x, int y) { return code.getModule(x, y); }

QrCode CodeOf(const PartSheet& sheet) {
  SecretBytes digits(sheet.part.size() + 1);  // ends with a zero
  uint8_t* out = digits.data();
  for (const uint8_t letter : sheet.part) {
    if (letter != ' ' && letter != '\n') *out++ = letter;
  }
  return QrCode::encodeText(reinterpret_cast<const char*>(digits.data()), QrCode::Ecc::MEDIUM);
}

std::string Title(const PartSheet& sheet) {
  return absl::StrCat("Part ", sheet.place, " of ", sheet.of, " of the key of a node. Made on ", sheet.day, ".");
}

std::string WhatItIs(const PartSheet& sheet) {
  return absl::StrCat("Any ", sheet.needed, " of the ", sheet.of,
                      " parts together open every record of the collective. Fewer open nothing. Keep this sheet where "
                      "you keep what must not be found, and tell nobody where. Never photograph it, never send it.");
}

std::string WhatToDo() {
  return "When the collective asks: bring the sheet and type it yourself, at the collective's own computer, after "
         "'aangan recovery rehearse' (a trial) or 'aangan recovery recover'. When you leave, give it back. When it is "
         "lost or seen by others, say so at once: new parts are made, and every old one is burnt.";
}

}  // namespace

SecretBytes SheetPage(const PartSheet& sheet) {
  const QrCode code = CodeOf(sheet);
  const int side = code.getSize() + 2 * kQuietModules;
  SecretText page;
  page.Add("<!doctype html><meta charset=\"utf-8\"><title>");
  page.Add(Title(sheet));
  page.Add("</title><style>body{font:14pt serif;margin:2cm}pre{font:bold 15pt monospace}svg{width:7cm}</style><h1>");
  page.Add(Title(sheet));
  page.Add("</h1><p>");
  page.Add(WhatItIs(sheet));
  page.Add("</p><pre>");
  page.Add(AsText(sheet.part));
  page.Add("</pre>");
  page.Add(absl::StrCat("<svg viewBox=\"0 0 ", side, " ", side, "\" shape-rendering=\"crispEdges\"><path d=\""));
  for (int y = 0; y < code.getSize(); ++y) {
    for (int x = 0; x < code.getSize(); ++x) {
      if (IsDark(code, x, y)) page.Add(absl::StrCat("M", x + kQuietModules, " ", y + kQuietModules, "h1v1h-1z"));
    }
  }
  page.Add("\"/></svg><p>");
  page.Add(WhatToDo());
  page.Add("</p>\n");
  return std::move(page).Take();
}

SecretBytes SheetOnTerminal(const PartSheet& sheet) {
  const QrCode code = CodeOf(sheet);
  SecretText text;
  text.Add(absl::StrCat(Title(sheet), "\n\n", WhatItIs(sheet), "\n\n"));
  text.Add(AsText(sheet.part));
  text.Add("\n");
  // Two rows to a line; light modules are drawn, because terminals are mostly dark.
  for (int y = -kQuietModules; y < code.getSize() + kQuietModules; y += 2) {
    for (int x = -kQuietModules; x < code.getSize() + kQuietModules; ++x) {
      const bool upper = !IsDark(code, x, y);
      const bool lower = !IsDark(code, x, y + 1);
      text.Add(upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ");
    }
    text.Add("\n");
  }
  text.Add(absl::StrCat("\n", WhatToDo(), "\n"));
  return std::move(text).Take();
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// The sheet with a part of the key: a reader of QR pictures finds the digits in the page and on the terminal.
#include "client/command/part_sheet.h"

#include <gtest/gtest.h>
#include <zbar.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"

namespace aangan::client {
namespace {

constexpr char kPart[] =
    "0123 4567 89AB CDEF 0123 11\n1123 4567 89AB CDEF 0123 22\n2123 4567 89AB CDEF 0123 33\n"
    "3123 4567 89AB CDEF 0123 44\n4123 4567 89AB CDEF 0123 55\n5123 4567 89AB CDEF 0123 66\n"
    "6123 4567 89AB CDEF 0123 77\n7123 4567 89AB CDEF 0123 88\n";

std::string Digits() {
  std::string digits = kPart;
  digits.erase(std::remove_if(digits.begin(), digits.end(), [](char c) { return c == ' ' || c == '\n'; }),
               digits.end());
  return digits;
}

PartSheet Sheet() { return {2, 5, 3, "2026-11-25", AsBytes(kPart)}; }

// What a reader sees in a picture of dark (true) and light modules; four pixels a module.
std::string Scan(const std::vector<std::vector<bool>>& modules) {
  constexpr size_t kScale = 4;
  const size_t height = modules.size() * kScale;
  const size_t width = modules.front().size() * kScale;
  std::vector<uint8_t> pixels(width * height);
  for (size_t y = 0; y < height; ++y)
    for (size_t x = 0; x < width; ++x) pixels[y * width + x] = modules[y / kScale][x / kScale] ? 0 : 255;
  zbar::ImageScanner scanner;
  scanner.set_config(zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 1);
  zbar::Image image(static_cast<unsigned>(width), static_cast<unsigned>(height), "Y800", pixels.data(), pixels.size());
  if (scanner.scan(image) != 1) return "";
  return image.symbol_begin()->get_data();
}

TEST(PartSheetTest, ThePageHoldsThePartInWordsAndAsAPicture) {
  const SecretBytes bytes = SheetPage(Sheet());
  const std::string page(AsText(bytes.span()));
  EXPECT_TRUE(absl::StrContains(page, kPart));
  EXPECT_TRUE(absl::StrContains(page, "Part 2 of 5"));
  EXPECT_TRUE(absl::StrContains(page, "Any 3 of the 5"));
  EXPECT_FALSE(absl::StrContains(page, "http"));  // nothing from elsewhere
  const size_t box = page.find("viewBox=\"0 0 ");
  ASSERT_NE(box, std::string::npos);
  const auto side = static_cast<size_t>(std::stoi(page.substr(box + 13)));
  std::vector<std::vector<bool>> modules(side, std::vector<bool>(side, false));
  for (size_t at = page.find('M', box); at != std::string::npos;
       at = page.find("zM", at) == std::string::npos ? std::string::npos : page.find("zM", at) + 1) {
    unsigned x = 0, y = 0;
    ASSERT_EQ(std::sscanf(page.c_str() + at, "M%u %uh1v1h-1z", &x, &y), 2);
    ASSERT_TRUE(x < side && y < side);
    modules[y][x] = true;
  }
  EXPECT_EQ(Scan(modules), Digits());
}

TEST(PartSheetTest, TheTerminalShowsTheSame) {
  const SecretBytes bytes = SheetOnTerminal(Sheet());
  const std::string text(AsText(bytes.span()));
  EXPECT_TRUE(absl::StrContains(text, kPart));
  std::vector<std::vector<bool>> modules;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "\u2588\u2588\u2588") && modules.empty()) continue;
    if (line.empty()) break;
    std::vector<bool> upper, lower;
    for (absl::string_view rest = line; !rest.empty();) {
      const bool space = rest[0] == ' ';
      const absl::string_view block = rest.substr(0, space ? 1 : 3);
      upper.push_back(block != "\u2588" && block != "\u2580");
      lower.push_back(block != "\u2588" && block != "\u2584");
      rest.remove_prefix(block.size());
    }
    modules.push_back(upper);
    modules.push_back(lower);
  }
  ASSERT_FALSE(modules.empty());
  EXPECT_EQ(Scan(modules), Digits());
}

}  // namespace
}  // namespace aangan::client

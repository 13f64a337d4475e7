// SPDX-License-Identifier: Apache-2.0
// Words by utf8proc.
#include "server/node/name_words.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace aangan::node {
namespace {

bool OfAWord(utf8proc_int32_t letter) {
  switch (utf8proc_category(letter)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
      return true;
    default:
      return false;
  }
}

const utf8proc_uint8_t* Bytes(absl::string_view text) { return reinterpret_cast<const utf8proc_uint8_t*>(text.data()); }

// Bytes of the first character of a text that is not empty; 0 where it is not UTF-8.
size_t FirstLetter(absl::string_view text, utf8proc_int32_t* letter) {
  const utf8proc_ssize_t size = utf8proc_iterate(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), letter);
  return size > 0 ? static_cast<size_t>(size) : 0;
}

}  // namespace

std::vector<std::string> NameWords(absl::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                  UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(mapped, &std::free);
  if (size < 0) return {};
  absl::string_view rest(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  std::vector<std::string> words;
  bool inside = false;
  while (!rest.empty()) {
    utf8proc_int32_t letter = 0;
    const size_t bytes = FirstLetter(rest, &letter);
    if (bytes == 0) return {};
    if (OfAWord(letter)) {
      if (!inside) words.emplace_back();
      words.back().append(rest.data(), bytes);
    }
    inside = OfAWord(letter);
    rest.remove_prefix(bytes);
  }
  return words;
}

absl::string_view NameBeginning(absl::string_view word) {
  utf8proc_int32_t letter = 0;
  if (word.empty()) return {};
  const size_t first = FirstLetter(word, &letter);
  if (first == 0 || first == word.size()) return {};
  return word.substr(0, first + FirstLetter(word.substr(first), &letter));
}

}  // namespace aangan::node

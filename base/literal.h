// SPDX-License-Identifier: Apache-2.0
// Text that is known when the program is built: the only text that errors and log lines take, so that a name or a note
// of a member can not get into them.
#ifndef AANGAN_BASE_LITERAL_H_
#define AANGAN_BASE_LITERAL_H_

#include "absl/strings/string_view.h"

namespace aangan {

// Holds a string literal. Made from a constant expression alone: passing a std::string or a run-time pointer does not
// compile.
class Literal {
 public:
  consteval Literal(const char* text)
      : text_(text) {}  // NOLINT(google-explicit-constructor): literals convert by design
  constexpr absl::string_view text() const { return text_; }

 private:
  const char* text_;
};

}  // namespace aangan

#endif  // AANGAN_BASE_LITERAL_H_

// SPDX-License-Identifier: Apache-2.0
// The one-time code for setting a node up.
#include "server/node/setup_code.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/problem.h"
#include "server/shared/tokens.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr size_t kLength = 12;
constexpr size_t kGroup = 4;

SecretBytes HashOf(absl::string_view letters) {
  const Digest digest = Sha256({"aangan/v1/set-up code", letters});
  return SecretBytes::Copy(digest);
}

// As it was made, of what somebody typed.
std::string Letters(absl::string_view typed) {
  std::string letters;
  for (const char c : typed) {
    if (c != '-' && c != ' ') letters.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return letters;
}

}  // namespace

std::string SetupCode::Make() {
  std::string letters;
  while (letters.size() < kLength) letters.push_back(kLetters[random_->Below(kLetters.size())]);
  const absl::string_view all = letters;
  std::string code =
      absl::StrCat(all.substr(0, kGroup), "-", all.substr(kGroup, kGroup), "-", all.substr(2 * kGroup, kGroup));
  absl::MutexLock lock(&mutex_);
  hash_ = HashOf(letters);
  end_ = clock_->Now() + kLife;
  Wipe(letters);
  return code;
}

void SetupCode::End() {
  absl::MutexLock lock(&mutex_);
  hash_ = SecretBytes();
}

absl::StatusOr<server::Caller> SetupCode::Identify(const server::Peer&, absl::string_view token) const {
  server::Caller caller;
  if (token.empty() || server::TokenId(token).ok()) return caller;
  std::string letters = Letters(token);
  const SecretBytes shown = HashOf(letters);
  Wipe(letters);
  absl::MutexLock lock(&mutex_);
  if (hash_.empty() || clock_->Now() >= end_ || !hash_.ConstantTimeEquals(shown.span())) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                   "This is not the set-up code, or its time is over. Make another at this computer: aangan setup-code")
        .ToStatus();
  }
  caller.role = server::Role::kOperator;
  caller.id = "setup";
  return caller;
}

}  // namespace aangan::node

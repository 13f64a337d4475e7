// SPDX-License-Identifier: Apache-2.0
// Bytes of a small file that end in their SHA-256: a bit that flipped, or a cut, is found before anything is believed.
// Against whoever can write it, it is no protection. Threads: pure.
#ifndef AANGAN_SERVER_NODE_CHECKED_BYTES_H_
#define AANGAN_SERVER_NODE_CHECKED_BYTES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/canonical.h"
#include "base/digest.h"

namespace aangan::node {

inline std::string WithCheck(CanonicalWriter body) {
  const Digest digest = Sha256(body.bytes());
  body.Fixed(digest);
  return std::move(body).Take();
}

// What stands before the digest; none when it does not fit.
inline std::optional<absl::string_view> BeforeCheck(absl::string_view bytes) {
  if (bytes.size() < sizeof(Digest)) return std::nullopt;
  const absl::string_view body = bytes.substr(0, bytes.size() - sizeof(Digest));
  if (AsText(Sha256(body)) != bytes.substr(body.size())) return std::nullopt;
  return body;
}

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CHECKED_BYTES_H_

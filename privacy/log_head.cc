// SPDX-License-Identifier: Apache-2.0
// RFC 6962 heads: see log_head.h.
#include "privacy/log_head.h"

#include <bit>

#include "model/canonical_message.h"

namespace aangan::privacy {

absl::StatusOr<std::string> LeafOf(const federation::v1::LogEntry& entry) { return model::CanonicalMessage(entry); }

Digest LogHead(absl::Span<const std::string> entries) {
  if (entries.empty()) return Sha256("");
  if (entries.size() == 1) return Sha256({absl::string_view("\0", 1), entries[0]});
  const size_t left = std::bit_floor(entries.size() - 1);  // the largest power of two below the size
  const Digest first = LogHead(entries.subspan(0, left));
  const Digest second = LogHead(entries.subspan(left));
  return Sha256({"\1", AsText(first), AsText(second)});
}

}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// The head of the log that everybody keeps whole: a Merkle tree over its entries in order. No inclusion or consistency
// proofs: whoever holds all entries recomputes every head.
//
// Source: RFC 6962, section 2.1 (leaf prefix 0x00, node prefix 0x01; the empty tree is SHA-256 of nothing). Threads:
// pure.
#ifndef AANGAN_PRIVACY_LOG_HEAD_H_
#define AANGAN_PRIVACY_LOG_HEAD_H_

#include <cstdint>
#include <string>

#include "aangan/federation/v1/log.pb.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/literal.h"

namespace aangan::privacy {

// Where somebody's copy of the log ended.
struct LogPosition {
  uint64_t size = 0;
  Digest head{};
  bool operator==(const LogPosition&) const = default;
};

inline constexpr Literal kLogHeadLabel = "aangan/v1/log_head";

// An entry's leaf: its canonical bytes. INVALID_ARGUMENT for unknown fields.
absl::StatusOr<std::string> LeafOf(const federation::v1::LogEntry& entry);
// Over leaves in order.
Digest LogHead(absl::Span<const std::string> entries);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_LOG_HEAD_H_

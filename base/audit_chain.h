// SPDX-License-Identifier: Apache-2.0
// The chain of a node's audit log and its signed heads, for the store that writes it and for whoever checks an export
// of it elsewhere.
//
// hash(entry) = SHA-256(hash before | u64 commit | u32 number in it | i64 time | u8 action | actor | resource), the two
// texts with their lengths before them; the hash before the first is all zeros. A head names the chain up to one entry.
// A chain alone can not see its end cut off: a head that was kept elsewhere can.
// Threads: a follower belongs to one thread; the rest is pure. Errors: DATA_LOSS (DAMAGED) for a chain that does not
// hold or a head of another log, (LOG_SHORTENED) for a log that ends before a head; INVALID_ARGUMENT (BAD_SIGNATURE).
#ifndef AANGAN_BASE_AUDIT_CHAIN_H_
#define AANGAN_BASE_AUDIT_CHAIN_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "base/literal.h"
#include "base/signing.h"

namespace aangan {

// An entry's place is one number: that of its commit, then its own within it.
inline constexpr int kAuditNumberBits = 20;

struct AuditLine {
  uint64_t place = 0;   // newest largest
  int64_t time_us = 0;  // Unix, UTC
  uint8_t action = 0;   // number of aangan.node.v1.AuditAction
  absl::string_view actor;
  absl::string_view resource;
};

// What an entry says, without its place and its hash.
std::string CanonicalAuditBody(const AuditLine& line);
Digest NextAuditHash(const Digest& before, const AuditLine& line);

struct AuditHead {
  std::array<uint8_t, 16> incarnation{};  // of the node's second store when this was signed
  int64_t entries = 0;                    // so many entries from the first on
  uint64_t place = 0;                     // of the last of them; 0 when there is none
  Digest chain_hash{};                    // after the last of them
  int64_t time_us = 0;                    // when this was signed
};
inline constexpr Literal kAuditHeadLabel = "aangan/v1/audit_head";
// What is signed. The key is in it, so that a head says whose it is.
std::string CanonicalAuditHead(const AuditHead& head, const PublicKey& key);

// Follows a log entry by entry.
class AuditFollower {
 public:
  // The hashes after these numbers of entries are remembered, for CheckHead.
  explicit AuditFollower(std::set<int64_t> remember = {}) : remember_(std::move(remember)) {}

  // The next entry with the hash that stands beside it. DATA_LOSS (DAMAGED).
  absl::Status Add(const AuditLine& line, const Digest& chain_hash);
  // That the log begins with what a head names; `entries` is one of `remember`, or no more than were added.
  absl::Status CheckHead(const AuditHead& head) const;
  // Its hash after so many entries; null when it ends before, or the number was not to be remembered.
  const Digest* HashAfter(int64_t entries) const;

  int64_t entries() const { return entries_; }
  uint64_t place() const { return place_; }
  const Digest& chain_hash() const { return chain_hash_; }

 private:
  const std::set<int64_t> remember_;
  std::map<int64_t, Digest> remembered_ = {{0, Digest{}}};
  int64_t entries_ = 0;
  uint64_t place_ = 0;
  Digest chain_hash_{};
};

// The two ways in which a log is not the one that a head was taken of.
absl::Status AuditEndsBefore(int64_t entries, int64_t head_entries);
absl::Status AuditDiffersFromHead(int64_t head_entries);

}  // namespace aangan

#endif  // AANGAN_BASE_AUDIT_CHAIN_H_

// SPDX-License-Identifier: Apache-2.0
// The audit log's chain: see audit_chain.h.
#include "base/audit_chain.h"

#include "base/canonical.h"
#include "base/problem.h"

namespace aangan {

std::string CanonicalAuditBody(const AuditLine& line) {
  return CanonicalWriter().I64(line.time_us).U8(line.action).Bytes(line.actor).Bytes(line.resource).bytes();
}

Digest NextAuditHash(const Digest& before, const AuditLine& line) {
  const std::string place = CanonicalWriter()
                                .U64(line.place >> kAuditNumberBits)
                                .U32(static_cast<uint32_t>(line.place & ((1u << kAuditNumberBits) - 1)))
                                .bytes();
  return Sha256({AsText(before), place, CanonicalAuditBody(line)});
}

std::string CanonicalAuditHead(const AuditHead& head, const PublicKey& key) {
  return CanonicalWriter()
      .Fixed(key)
      .Fixed(head.incarnation)
      .I64(head.entries)
      .U64(head.place)
      .Fixed(head.chain_hash)
      .I64(head.time_us)
      .bytes();
}

absl::Status AuditFollower::Add(const AuditLine& line, const Digest& chain_hash) {
  const Digest next = NextAuditHash(chain_hash_, line);
  const bool later = entries_ == 0 || line.place > place_;
  if (!later || next != chain_hash) {
    return Problem(
               absl::StatusCode::kDataLoss, Reason::kDamaged,
               "the audit log's chain is broken: an entry was changed, removed, moved or added outside this program")
        .Number("entry", entries_ + 1);
  }
  ++entries_;
  place_ = line.place;
  chain_hash_ = next;
  if (remember_.contains(entries_)) remembered_[entries_] = next;
  return absl::OkStatus();
}

const Digest* AuditFollower::HashAfter(int64_t entries) const {
  if (entries == entries_) return &chain_hash_;
  const auto found = remembered_.find(entries);
  return found == remembered_.end() ? nullptr : &found->second;
}

absl::Status AuditFollower::CheckHead(const AuditHead& head) const {
  if (head.entries > entries_) return AuditEndsBefore(entries_, head.entries);
  const Digest* const found = HashAfter(head.entries);
  if (found == nullptr || *found != head.chain_hash) return AuditDiffersFromHead(head.entries);
  return absl::OkStatus();
}

absl::Status AuditEndsBefore(int64_t entries, int64_t head_entries) {
  return Problem(
             absl::StatusCode::kDataLoss, Reason::kLogShortened,
             "this head is not in the audit log, which ends before it: its end was cut off, or an older log was put "
             "in its place")
      .Number("entries", entries)
      .Number("headEntries", head_entries);
}

absl::Status AuditDiffersFromHead(int64_t head_entries) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "this head is not in the audit log, which holds other entries: another log was put in its place")
      .Number("headEntries", head_entries);
}

}  // namespace aangan

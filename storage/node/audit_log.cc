// SPDX-License-Identifier: Apache-2.0
// Chained entries: see audit_log.h.
#include "storage/node/audit_log.h"

#include <utility>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kNameBytesMax = 400;

absl::Status Broken() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the audit log's chain is broken: an entry was changed, removed or added outside this program");
}

std::string KeyOf(uint64_t combined) {
  return KeyWriter()
      .U64(combined >> kAuditNumberBits)
      .U32(static_cast<uint32_t>(combined & ((1u << kAuditNumberBits) - 1)))
      .Take();
}

AuditLine LineOf(const AuditEntry& entry) {
  return {entry.sequence, entry.time_us, static_cast<uint8_t>(entry.action), entry.actor, entry.resource};
}

absl::StatusOr<AuditEntry> Parse(absl::string_view key, absl::string_view value) {
  KeyReader key_reader(key);
  ASSIGN_OR_RETURN(uint64_t sequence, key_reader.U64());
  ASSIGN_OR_RETURN(uint32_t number, key_reader.U32());
  AuditEntry entry;
  entry.sequence = sequence << kAuditNumberBits | number;
  CanonicalReader reader(value);
  ASSIGN_OR_RETURN(entry.time_us, reader.I64());
  ASSIGN_OR_RETURN(uint8_t action, reader.U8());
  ASSIGN_OR_RETURN(absl::string_view actor, reader.Bytes(kNameBytesMax));
  ASSIGN_OR_RETURN(absl::string_view resource, reader.Bytes(kNameBytesMax));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.chain_hash)));
  RETURN_IF_ERROR(reader.End());
  if (key != KeyOf(entry.sequence)) return Broken();  // it would stand for another place than its own
  entry.action = static_cast<Action>(action);
  entry.actor = std::string(actor);
  entry.resource = std::string(resource);
  return entry;
}

}  // namespace

Digest AppendAudit(uint64_t sequence, uint32_t number, int64_t time_us, const std::vector<AuditNote>& notes,
                   const Digest& head, Batch& batch) {
  Digest chain = head;
  uint64_t combined = sequence << kAuditNumberBits | number;
  for (const AuditNote& note : notes) {
    const AuditLine line{combined++, time_us, static_cast<uint8_t>(note.action), note.actor, note.resource};
    const std::string key = KeyOf(line.place);
    chain = NextAuditHash(chain, line);
    batch.Put(Family::kAudit, key, CanonicalAuditBody(line) + std::string(AsText(chain)));
    if (note.member.has_value()) batch.Put(Family::kAuditByMember, KeyWriter().Id(note.member->bytes).Take() + key, "");
  }
  return chain;
}

absl::StatusOr<std::vector<AuditEntry>> ReadAudit(const Reader& reader, const std::optional<model::Id>& member,
                                                  uint64_t before, size_t limit) {
  std::vector<AuditEntry> entries;
  absl::Status status;
  const std::string prefix = member.has_value() ? KeyWriter().Id(member->bytes).Take() : "";
  KeyRange range = KeyRange::Prefix(prefix);
  if (before != 0) range.end = prefix + KeyOf(before);
  const auto add = [&](absl::string_view key, absl::string_view value) {
    auto entry = Parse(key, value);
    if (entry.ok()) entries.push_back(*std::move(entry));
    status = entry.ok() ? absl::OkStatus() : Broken();
    return status.ok() && entries.size() < limit;
  };
  if (!member.has_value()) {
    RETURN_IF_ERROR(reader.Scan(Family::kAudit, range, Order::kBackward, add));
  } else {
    RETURN_IF_ERROR(
        reader.Scan(Family::kAuditByMember, range, Order::kBackward, [&](absl::string_view key, absl::string_view) {
          const absl::string_view entry_key = key.substr(prefix.size());
          auto value = reader.Get(Family::kAudit, entry_key);
          if (!value.ok() || !value->has_value()) return status = Broken(), false;
          return add(entry_key, **value);
        }));
  }
  RETURN_IF_ERROR(status);
  return entries;
}

absl::StatusOr<std::vector<AuditEntry>> ReadAuditAfter(const Reader& reader, uint64_t after, size_t limit) {
  std::vector<AuditEntry> entries;
  absl::Status status;
  const KeyRange range = after == 0 ? KeyRange::All() : KeyRange::All().After(KeyOf(after));
  RETURN_IF_ERROR(
      reader.Scan(Family::kAudit, range, Order::kForward, [&](absl::string_view key, absl::string_view value) {
        if (entries.size() == limit) return false;
        auto entry = Parse(key, value);
        if (entry.ok()) entries.push_back(*std::move(entry));
        status = entry.ok() ? absl::OkStatus() : Broken();
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  return entries;
}

absl::StatusOr<AuditFollower> FollowAudit(const Reader& reader, std::set<int64_t> remember) {
  AuditFollower follower(std::move(remember));
  absl::Status status;
  RETURN_IF_ERROR(reader.Scan(Family::kAudit, KeyRange::All(), Order::kForward,
                              [&](absl::string_view key, absl::string_view value) {
                                const auto entry = Parse(key, value);
                                status = entry.ok() ? follower.Add(LineOf(*entry), entry->chain_hash) : Broken();
                                return status.ok();
                              }));
  RETURN_IF_ERROR(status);
  return follower;
}

absl::Status CheckAuditEnd(const Reader& reader, const Digest& of_last_commit) {
  ASSIGN_OR_RETURN(const std::vector<AuditEntry> newest, ReadAudit(reader, std::nullopt, 0, 2));
  Digest end{};
  // Computed, because a hash that stands beside an entry says nothing about it.
  if (!newest.empty()) end = NextAuditHash(newest.size() == 2 ? newest[1].chain_hash : Digest{}, LineOf(newest[0]));
  const bool beside = newest.empty() || newest[0].chain_hash == end;
  if (beside && end == of_last_commit) return absl::OkStatus();
  return Problem(
      absl::StatusCode::kDataLoss, Reason::kDamaged,
      "the audit log's end is not that of the last commit: entries were removed, changed or added at its end");
}

}  // namespace aangan::storage::node

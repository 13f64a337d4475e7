// SPDX-License-Identifier: Apache-2.0
// Chained entries: see audit_log.h.
#include "storage/node/audit_log.h"

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

std::string Body(int64_t time_us, Action action, absl::string_view actor, absl::string_view resource) {
  return CanonicalWriter().I64(time_us).U8(static_cast<uint8_t>(action)).Bytes(actor).Bytes(resource).bytes();
}

Digest Link(const Digest& before, absl::string_view key, absl::string_view body) {
  return Sha256({AsText(before), key, body});
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
    const std::string key = KeyOf(combined++);
    const std::string body = Body(time_us, note.action, note.actor, note.resource);
    chain = Link(chain, key, body);
    batch.Put(Family::kAudit, key, body + std::string(AsText(chain)));
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

absl::StatusOr<AuditChain> FollowAudit(const Reader& reader) {
  AuditChain chain;
  bool whole = true;
  RETURN_IF_ERROR(reader.Scan(Family::kAudit, KeyRange::All(), Order::kForward,
                              [&](absl::string_view key, absl::string_view value) {
                                if (value.size() < sizeof(Digest)) return whole = false;
                                const absl::string_view body = value.substr(0, value.size() - sizeof(Digest));
                                chain.head = Link(chain.head, key, body);
                                ++chain.entries;
                                return whole = value.substr(body.size()) == AsText(chain.head);
                              }));
  if (!whole) return Broken();
  return chain;
}

}  // namespace aangan::storage::node

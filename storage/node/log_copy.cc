// SPDX-License-Identifier: Apache-2.0
// The federation's log as it was seen: see log_copy.h.
#include "storage/node/log_copy.h"

#include <utility>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/keys.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kEntryBytesMax = 1 << 20;

std::string LogKey(size_t number) { return KeyWriter().U64(number).Take(); }

absl::StatusOr<LoggedEntry> Parse(absl::string_view value) {
  LoggedEntry entry;
  CanonicalReader reader(value);
  ASSIGN_OR_RETURN(entry.receive_time_us, reader.I64());
  ASSIGN_OR_RETURN(const absl::string_view bytes, reader.Bytes(kEntryBytesMax));
  entry.bytes = std::string(bytes);
  RETURN_IF_ERROR(reader.End());
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<LoggedEntry>> ReadLog(const Reader& reader) {
  std::vector<LoggedEntry> entries;
  bool whole = true;
  RETURN_IF_ERROR(
      reader.Scan(Family::kLog, KeyRange::All(), Order::kForward, [&](absl::string_view key, absl::string_view value) {
        absl::StatusOr<LoggedEntry> entry = Parse(value);
        whole = entry.ok() && key == LogKey(entries.size() + 1);
        if (whole) entries.push_back(*std::move(entry));
        return whole;
      }));
  if (whole) return entries;
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the copy of the federation's log has a hole");
}

void PutLog(size_t known, absl::Span<const LoggedEntry> entries, Batch& batch) {
  for (const LoggedEntry& entry : entries)
    batch.Put(Family::kLog, LogKey(++known), CanonicalWriter().I64(entry.receive_time_us).Bytes(entry.bytes).bytes());
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// What a backup of the node holds, and how a generation is written from a snapshot while writes go on.
//
// In it: records (sealed), audit, settings, ids of erased members; the node's signing keys, membership, last offers of
// the federation and certificates. Not in it: members' keys (key_file.h), tallies (they are counted anew), once/,
// round_keys/, the files with tokens.
// A family is cut into pieces where its keys say so, so that a change touches one piece and all others stay the files
// that they were. A snapshot holds whole commits, so every generation is the store after one commit.
//
// Threads: pure but for files. Errors: those of the Reader and of BackupFolder; CANCELLED when `go_on` says no.
#ifndef AANGAN_STORAGE_NODE_BULK_H_
#define AANGAN_STORAGE_NODE_BULK_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "storage/engine/backup.h"
#include "storage/engine/column_families.h"
#include "storage/engine/reader.h"

namespace aangan::storage::node {

inline constexpr std::array<Family, 8> kFamiliesInBulk = {
    Family::kMeta,  Family::kRecords,       Family::kRevisions,  Family::kErasedIds,
    Family::kAudit, Family::kAuditByMember, Family::kRequestIds, Family::kSettings,
};
inline constexpr absl::string_view kFamilyPart = "family/";  // and its name: what a part is
inline constexpr absl::string_view kFilePart = "file/";      // and its path in the data folder

// The setting by which the main store knows the incarnation of the second store that goes with it; written by
// server/node/restore.
inline constexpr char kIncarnationSetting[] = "once/incarnation";

// What a generation says of the store that it is of.
struct BulkFacts {
  uint64_t sequence = 0;
  Digest audit_head{};
  std::string incarnation;  // of the second store beside it; may be empty
};
std::string EncodeBulkFacts(const BulkFacts& facts);
absl::StatusOr<BulkFacts> DecodeBulkFacts(absl::string_view bytes);

// Paths in the data folder of the files that go along.
absl::StatusOr<std::vector<std::string>> FilesInBulk(const std::string& data_folder);
bool IsFileInBulk(absl::string_view path);

// Writes generation `number`; it is there when this returns OK. `go_on` hears how many bytes are done.
absl::StatusOr<Generation> WriteBulk(const Reader& snapshot, const std::string& data_folder, uint64_t number,
                                     int64_t time_us, BackupFolder& folder, absl::FunctionRef<bool(uint64_t)> go_on);

// Entries of a piece of a family, in the order of keys.
absl::Status ForEachEntry(absl::string_view piece,
                          absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> visit);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_BULK_H_

// SPDX-License-Identifier: Apache-2.0
// The second half of an erasure. The first is a commit: it deletes the member's records and her wrapped key, and from
// then on nobody can read her. What lies in old table files and logs goes here, in the background; then the receipt can
// be given.
//
// A receipt never says who she was: her pseudonym, times, and which copies of her wrapped key and of her sealed records
// this node had made that may still exist. It is put together when it is asked for, so that a copy that was overwritten
// meanwhile is said to be.
//
// Threads: thread-safe. Errors: UNAVAILABLE (BUSY) while somebody reads the store as it was before; NOT_FOUND; those of
// the stores.
#ifndef AANGAN_STORAGE_NODE_ERASURE_H_
#define AANGAN_STORAGE_NODE_ERASURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "storage/engine/database.h"
#include "storage/node/backup_notes.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

// Erased members whose bytes are not cleared from the files yet.
absl::StatusOr<std::vector<model::Id>> PendingErasures(const Reader& reader);
// Clears them, and notes it with an audit entry each.
absl::Status ClearErased(NodeStore& store, const std::vector<model::Id>& members, const Clock& clock,
                         absl::Duration patience);

// Where what is hers lies, and what told of her.
std::vector<Database::Place> PlacesOf(const std::vector<model::Id>& members);

struct ErasureReceipt {
  ErasureNote note;
  std::vector<KeyCopyNote> key_copies;  // made between her enrolment and her erasure: they hold her key
  std::vector<BackupNote> backups;      // that still hold her sealed records
};
absl::StatusOr<ErasureReceipt> ReceiptFor(const Reader& reader, const model::Id& member);
// The same for a member who is still there, as if she were erased now.
absl::StatusOr<ErasureReceipt> PreviewReceipt(const Reader& reader, const model::Id& member);
// What is signed, in canonical bytes: format u32, member's name, incarnation, time of issue, enrolled, destroyed with
// its sequence, cleared; then copies (label, generation, time, overwritten) and backups (number, time), each list with
// its count u32 before.
std::string ReceiptBytes(const ErasureReceipt& receipt, absl::string_view incarnation, int64_t issued_us);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_ERASURE_H_

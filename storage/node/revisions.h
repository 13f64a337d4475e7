// SPDX-License-Identifier: Apache-2.0
// What a record said before it was changed. Each change leaves the record of before beside it, byte for byte as it was
// sealed: under the member's key, bound to its name and version. So history goes with her key, and with the record.
//
// Growth: each change costs as much disk as the record had, a few hundred bytes to some kilobytes; nothing is cut off.
// Threads: pure over a Reader. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_REVISIONS_H_
#define AANGAN_STORAGE_NODE_REVISIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/names.h"
#include "storage/engine/keys.h"
#include "storage/engine/reader.h"
#include "storage/node/node_store.h"

namespace aangan::storage::node {

std::string RevisionKey(const model::RecordName& name, uint64_t version);
absl::StatusOr<model::RecordName> NameOfRevisionKey(absl::string_view key);
KeyRange RevisionRange(const model::RecordName& name);

// Earlier forms of a record with versions under `before` (0: all), newest first.
absl::StatusOr<std::vector<Found>> ReadRevisions(const Reader& reader, absl::Span<const uint8_t> member_key,
                                                 const model::RecordName& name, uint64_t before, size_t limit);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_REVISIONS_H_

// SPDX-License-Identifier: Apache-2.0
// A round entry as it lies in the once/ store.
// Threads: pure. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_ROUND_ENTRY_CODEC_H_
#define AANGAN_STORAGE_NODE_ROUND_ENTRY_CODEC_H_

#include <string>

#include "absl/status/statusor.h"
#include "storage/engine/reader.h"
#include "storage/node/once_store.h"

namespace aangan::storage::node {

std::string RoundKey(const model::Period& period);
std::string EncodeRoundEntry(const RoundEntry& entry);
absl::StatusOr<RoundEntry> DecodeRoundEntry(absl::string_view bytes);
// All rounds, newest first.
absl::StatusOr<std::vector<RoundEntry>> ReadRounds(const Reader& reader);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_ROUND_ENTRY_CODEC_H_

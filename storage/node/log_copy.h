// SPDX-License-Identifier: Apache-2.0
// This node's copy of the federation's log, whole, with the moment when each entry came.
//
// Entries are kept as the bytes that came; whoever appends has checked their head. Threads: pure over what it is given.
// Errors: DATA_LOSS (DAMAGED) when a number is missing.
#ifndef AANGAN_STORAGE_NODE_LOG_COPY_H_
#define AANGAN_STORAGE_NODE_LOG_COPY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/engine/batch.h"

namespace aangan::storage::node {

struct LoggedEntry {
  int64_t receive_time_us = 0;
  std::string bytes;
};
absl::StatusOr<std::vector<LoggedEntry>> ReadLog(const Reader& reader);  // in order, from number 1
// Behind the first `known` entries.
void PutLog(size_t known, absl::Span<const LoggedEntry> entries, Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_LOG_COPY_H_

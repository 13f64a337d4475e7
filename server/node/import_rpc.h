// SPDX-License-Identifier: Apache-2.0
// ImportRecords and ImportBatch: rows of a file, already mapped to fields by the caller, taken in one by one, out of a
// stream or out of one call.
//
// A row is one change: whole or not at all. Its ids are made from the mapping, the row's digest and its number among
// identical rows, so the same row again is a repeat and adds nothing, however often and however far a broken import
// ran. Rows are pipelined: a bounded number is in flight, so one sync of the disk carries many. A refused row is told
// by line, field and reason, never by value; the rows around it go in. A caseworker's row of a sensitive domain needs
// her grant; an operator's does not. Threads: thread-safe; the caller's thread reads and waits, the store's sequencer
// completes.
#ifndef AANGAN_SERVER_NODE_IMPORT_RPC_H_
#define AANGAN_SERVER_NODE_IMPORT_RPC_H_

#include "aangan/node/v1/operator.pb.h"
#include "absl/status/statusor.h"
#include "server/node/member_rpc.h"
#include "server/shared/door.h"

namespace aangan::node {

inline constexpr int kImportRowsMax = 2000;  // a stream, or a batch
inline constexpr int kImportRowsInFlightMax = 512;

// Errors: INVALID_ARGUMENT (mapping_id missing or too long, too many rows): rows before it are on disk, and a repeat of
// the whole is safe.
absl::StatusOr<v1::ImportRecordsResponse> ImportRecords(const RecordRooms& rooms, const server::Call& call,
                                                        server::Reader<v1::ImportRecordsRequest>& reader);
// Nothing is on disk with validate_only. Errors: INVALID_ARGUMENT (mapping_id missing or too long, too many rows): then
// no row is.
absl::StatusOr<v1::ImportRecordsResponse> ImportBatch(const RecordRooms& rooms, const server::Call& call,
                                                      const v1::ImportBatchRequest& request);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_IMPORT_RPC_H_

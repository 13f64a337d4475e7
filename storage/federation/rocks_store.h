// SPDX-License-Identifier: Apache-2.0
// The federation's store embedded in one process, over storage/engine. A durable head beside the database shows at the
// next start that acknowledged commits are gone.
// Threads: thread-safe; one process at a time (LOCKED). Errors: as FederationStore, and those of HeadedDatabase::Open.
#ifndef AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_
#define AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "storage/federation/federation_store.h"

namespace aangan::storage::federation {

class RocksStore : public FederationStore {
 public:
  // Of Commit(): those that are over, well or not, and the callers that are inside. Neither waits for anything.
  virtual uint64_t commits() const = 0;
  virtual size_t commits_waiting() const = 0;
};

// The database is main/ in `folder`, the head durable_head. Makes both when they are not there; `random` outlives the
// store.
absl::StatusOr<std::unique_ptr<RocksStore>> OpenRocksStore(const std::string& folder, RandomSource* random);

}  // namespace aangan::storage::federation

#endif  // AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_

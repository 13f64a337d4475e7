// SPDX-License-Identifier: Apache-2.0
// The federation's store embedded in one process, over storage/engine.
// Threads: thread-safe; one process at a time (LOCKED). Errors: as FederationStore, and those of Database::Open.
#ifndef AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_
#define AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/federation/federation_store.h"

namespace aangan::storage::federation {

// Makes the store when the folder is new.
absl::StatusOr<std::unique_ptr<FederationStore>> OpenRocksStore(const std::string& folder);

}  // namespace aangan::storage::federation

#endif  // AANGAN_STORAGE_FEDERATION_ROCKS_STORE_H_

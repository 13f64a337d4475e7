// SPDX-License-Identifier: Apache-2.0
// A store with backups and key files beside it, and stores made again from them.
#ifndef AANGAN_TESTS_UNIT_STORAGE_NODE_BACKUP_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_STORAGE_NODE_BACKUP_TEST_SUPPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "storage/engine/keyring.h"
#include "storage/node/bulk.h"
#include "storage/node/bulk_restore.h"
#include "storage/node/key_file.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {

class BackedUpStore : public StoreUnderTest {
 public:
  std::string data() const { return folder / "node"; }
  // Writes generation `number` and notes it, as the node does.
  absl::StatusOr<Generation> BackUp(uint64_t number);
  // Writes the key file into folder / place and notes it; its bytes.
  std::string CopyKeys(uint64_t generation, const std::string& place);
  BackupFolder Folder(bool make = false) const;
  // A store in folder / into from a generation and the bytes of a key file; opened and verified.
  absl::StatusOr<std::unique_ptr<NodeStore>> Restore(const std::string& key_file, uint64_t number,
                                                     const std::string& into, bool lose_members = false);
  absl::Status Erase(const model::Id& member, Action action = Action::kDeleted);
  std::string WrappedKey(const model::Id& member) const;
  absl::Status Read(const NodeStore& from, const model::Id& member) const;
  // Files below the folder that hold these bytes.
  static std::vector<std::string> FilesWith(const std::string& folder, const std::string& bytes);

  RestoreReport report;  // of the last Restore
};

}  // namespace aangan::storage::node

#endif  // AANGAN_TESTS_UNIT_STORAGE_NODE_BACKUP_TEST_SUPPORT_H_

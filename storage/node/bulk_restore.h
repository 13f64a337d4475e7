// SPDX-License-Identifier: Apache-2.0
// A store made again from one generation of a backup and a key file.
//
// Who was erased since the backup (the key file says so) does not come back: her records are left out, her id stays
// refused. Members of whom there are records and no key are counted, and left out when that is allowed. The audit chain
// goes on with a note of the restore. The sequence goes on behind whatever the backup or the key file has seen, so that
// none is used twice. Tallies are not there: the node counts anew.
//
// Threads: pure but for files. Errors: DATA_LOSS (DAMAGED); FAILED_PRECONDITION (KEY_MISSING: the keys are of another
// store, or some members have none; NEWER_FORMAT: a family or file that this program does not know); those of Database.
#ifndef AANGAN_STORAGE_NODE_BULK_RESTORE_H_
#define AANGAN_STORAGE_NODE_BULK_RESTORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/engine/backup.h"
#include "storage/engine/keyring.h"
#include "storage/node/key_file.h"

namespace aangan::storage::node {

struct RestoreWish {
  const BackupFolder* folder = nullptr;
  const Generation* generation = nullptr;
  const KeyFile* keys = nullptr;
  const Keyring* keyring = nullptr;
  std::string data_folder;                 // holds master_key and nothing else
  std::vector<std::string> settings_left;  // prefixes of settings that do not come along
  bool lose_members_without_key = false;
  int64_t now_us = 0;
};

struct RestoreReport {
  int64_t members = 0;  // with their records
  int64_t records = 0;
  int64_t erased_since = 0;         // left out
  int64_t members_without_key = 0;  // left out
  int64_t keys_without_member = 0;  // enrolled after the backup: their records are in none
};

// `done_bytes` hears how many plain bytes of the generation are done.
absl::StatusOr<RestoreReport> RestoreBulk(const RestoreWish& wish, absl::FunctionRef<void(uint64_t)> done_bytes);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_BULK_RESTORE_H_

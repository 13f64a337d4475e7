// SPDX-License-Identifier: Apache-2.0
// The key file: the wrapped keys of all members, the ids of those who were erased, and the file of the master key,
// which lies behind its own lock. It is apart from the backups, so that an old backup with the key file of today can
// not read who was erased since; and a place holds one generation of it (decision 14).
//
// File "aangan-keys-<10 digits>": "AANGANKC", format u32, the master key's file with its length u32, then the rest,
// sealed as a file of a backup (storage/engine/backup_file.h) under a key that follows from the master key. What opens
// the master key is a KeyLock, as at the start of a node.
//
// Threads: plain values and files. Errors: DATA_LOSS (DAMAGED); FAILED_PRECONDITION (NEWER_FORMAT); UNAVAILABLE when
// the medium refuses.
#ifndef AANGAN_STORAGE_NODE_KEY_FILE_H_
#define AANGAN_STORAGE_NODE_KEY_FILE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "model/names.h"
#include "storage/engine/reader.h"
#include "storage/node/backup_notes.h"

namespace aangan::storage::node {

struct KeyFile {
  uint64_t generation = 0;
  int64_t time_us = 0;
  uint64_t sequence = 0;            // of the last commit that it knows
  BackupNote newest_backup;         // that the node had made by then; number 0: none
  std::vector<KeyCopyNote> copies;  // this one among them
  std::string master_key;           // the file, byte for byte
  absl::flat_hash_map<model::Id, std::string> wrapped;
  std::set<model::Id> erased;
};

// What a snapshot of the store says; generation, time and the master key's file are for the caller to set.
absl::StatusOr<KeyFile> GatherKeys(const Reader& snapshot);

// `key` is the store's, for the purpose "key file".
std::string SealKeyFile(const KeyFile& keys, const SecretBytes& key);
// The first step: the master key's file, from which the key of the second follows.
absl::StatusOr<std::string> MasterKeyIn(absl::string_view key_file);
absl::StatusOr<KeyFile> OpenKeyFile(absl::string_view key_file, const SecretBytes& key);

// Puts the file into the folder and reads it back; then older generations of the same node there are overwritten in
// place and taken away: theirs are the numbers that are returned. FAILED_PRECONDITION (WRONG_STATE) before anything is
// written when the folder holds a key file that is another node's, or damaged.
absl::StatusOr<std::vector<uint64_t>> WriteKeyFile(const std::string& folder, const KeyFile& keys,
                                                   const SecretBytes& key);
// The bytes of a key file, or of the newest in a folder. NOT_FOUND.
absl::StatusOr<std::string> ReadKeyFile(const std::string& file_or_folder);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_KEY_FILE_H_

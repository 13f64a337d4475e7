// SPDX-License-Identifier: Apache-2.0
// aangan-node restore: makes a node's folder again from a backup and a key file, before a node runs there.
//
// Everything is made and checked in a folder beside (its name with ".restoring"), which is renamed at the end: a folder
// that is there is whole. A folder that holds anything is never touched. once/ and round_keys/ are in no backup: the
// node makes them new at its next start and sits out what had begun (restore.h). Tokens do not come along, so the first
// start makes new ones.
// A node that runs already can not be given a folder at once: its page has one made within its own (RestoredFolder),
// and then moves what is in it one up. Threads: one. Errors: ALREADY_EXISTS when the folder is not empty;
// FAILED_PRECONDITION (WRONG_STATE) when a newer generation is known, (KEY_MISSING, BAD_PASSPHRASE); DATA_LOSS
// (DAMAGED).
#ifndef AANGAN_SERVER_NODE_RESTORE_FROM_H_
#define AANGAN_SERVER_NODE_RESTORE_FROM_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/engine/master_key.h"
#include "storage/node/bulk_restore.h"

namespace aangan::node {

struct RestoreOptions {
  std::string from;         // folder of the backup
  std::string keys_from;    // key file, or its folder
  std::string data;         // to be made
  uint64_t generation = 0;  // 0: the newest
  bool accept_older = false;
  bool lose_members_without_key = false;
};

// What it found, also when it refuses; times are microseconds since 1970.
struct RestoreFindings {
  uint64_t generation = 0;
  int64_t time_us = 0;
  uint64_t newest_generation = 0;  // that the folder or the key file knows of
  int64_t newest_time_us = 0;      // 0: not known
  uint64_t key_generation = 0;
  int64_t key_time_us = 0;
  storage::node::RestoreReport report;
};

// `lock_for` gives what opens the master key file at a path, as the key file brought it; it may put the key that
// people's parts give in its place (recovery.h). `progress` hears done and all bytes.
absl::Status RestoreFrom(const RestoreOptions& options, const Clock& clock, RandomSource& random,
                         absl::FunctionRef<absl::StatusOr<storage::KeyLock>(const std::string& path)> lock_for,
                         absl::FunctionRef<void(uint64_t, uint64_t)> progress, RestoreFindings* findings);

// Puts the key that people's parts give in the place of the master key file at `path`, behind `next`.
absl::Status LockByParts(const std::string& path, const std::vector<SecretBytes>& parts, const storage::KeyLock& next,
                         const Clock& clock, RandomSource& random);

// Where a node that runs has its folder restored: within its own. It is whole when it is there.
std::string RestoredFolder(const std::string& data);
// Moves what is in it one up, and takes away what a restore left that was broken off. Does what is missing when it was
// broken off itself, and nothing where there is nothing. While the port is open the node keeps the authority by which
// it was opened, and that of the backup waits there for the next start. UNAVAILABLE when the disk refuses.
absl::Status MoveRestoredIn(const std::string& data, bool port_is_open);
// Some of what was restored still waits there, so that what lies in the node's folder is no whole node.
bool RestoreIsHalfDone(const std::string& data);

// The whole program of `aangan-node restore`; the exit code as of RunNode.
int RunRestore(int argc, const char* const* argv, const Clock& clock);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RESTORE_FROM_H_

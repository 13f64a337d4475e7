// SPDX-License-Identifier: Apache-2.0
// Finds members by name: a keyed blind index. A member stands in the bucket of the first two letters of each word of
// her names, and a bucket is known by HMAC-SHA-256 under a key of this process alone, so the index tells nobody a name;
// whether a name really fits is seen by opening the records of the bucket.
//
// It lies in memory alone. On disk it would tell which members share a word, and the commonest words of a place can be
// guessed by their number (docs/decisions/0022). The first search counts through all members; later ones read in the
// audit log which members changed since.
//
// Threads: thread-safe; searches wait for each other while the index catches up. Errors: INVALID_ARGUMENT
// (INVALID_FIELD) for a query without a word of two letters or with too many words; those of NodeStore.
#ifndef AANGAN_SERVER_NODE_NAME_INDEX_H_
#define AANGAN_SERVER_NODE_NAME_INDEX_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/names.h"
#include "storage/node/node_store.h"

namespace aangan::node {

class NameIndex {
 public:
  // `store` outlives it.
  NameIndex(const storage::node::NodeStore* store, RandomSource& random);

  // Members of whose names some word begins with each word of the query, who are not sealed, by id, behind `after`.
  absl::StatusOr<std::vector<storage::node::Found>> Find(absl::string_view query, const std::optional<model::Id>& after,
                                                         size_t limit);

 private:
  using Bucket = uint32_t;

  Bucket BucketOf(absl::string_view word) const;
  absl::Status CatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status LookAgain(const model::Id& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Put(const storage::node::Found& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const model::Id& member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<model::Id> Candidates(const std::vector<std::string>& words, const std::optional<model::Id>& after) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const storage::node::NodeStore* const store_;
  const SecretBytes key_;
  absl::Mutex mutex_;
  std::optional<uint64_t> seen_
      ABSL_GUARDED_BY(mutex_);  // the last audit entry that it knows of; none before the first
  absl::flat_hash_map<Bucket, absl::flat_hash_set<model::Id>> buckets_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<model::Id, std::vector<Bucket>> by_member_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NAME_INDEX_H_

// SPDX-License-Identifier: Apache-2.0
// Private keys to which the shares of a period are sealed, each in a file of its own beside the stores: made once, used
// once, overwritten in place.
//
// They are in no database, because a log or a snapshot would keep what is to be destroyed, and in no backup. A period
// that has a file keeps it: after its end it holds zeros, so that no second key is ever made. Only a restore destroys
// them all. Source: protocol.md 4 (keys and locks). Threads: thread-safe; one step at a time.
// Errors: UNAVAILABLE when the disk refuses; FAILED_PRECONDITION (KEY_MISSING) for a file of a wider mode.
#ifndef AANGAN_STORAGE_NODE_ROUND_KEYS_H_
#define AANGAN_STORAGE_NODE_ROUND_KEYS_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "base/secret.h"
#include "model/period.h"

namespace aangan::storage::node {

class RoundKeys {
 public:
  static absl::StatusOr<std::unique_ptr<RoundKeys>> Open(const std::string& folder, RandomSource* random);

  // None when there is none, or none any more.
  absl::StatusOr<std::optional<SecretBytes>> Find(const model::Period& quarter) const;
  // The key of the quarter, made now if the quarter never had one; none when it is destroyed.
  absl::StatusOr<std::optional<SecretBytes>> FindOrMake(const model::Period& quarter);
  // Overwrites and syncs; again and again is fine. A quarter without a key gets an overwritten one, so that none is
  // made.
  absl::Status Destroy(const model::Period& quarter);
  // After a restore: whatever is found, also what does not read. Quarters can get new keys then.
  absl::Status DestroyAll();

 private:
  RoundKeys(std::string folder, RandomSource* random) : folder_(std::move(folder)), random_(random) {}
  std::string PathOf(const model::Period& quarter) const;
  absl::StatusOr<std::optional<SecretBytes>> Read(const std::string& path, bool* exists) const;

  const std::string folder_;
  RandomSource* const random_;
  mutable absl::Mutex steps_;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_ROUND_KEYS_H_

// SPDX-License-Identifier: Apache-2.0
// The master key in parts among people of the collective: made, rehearsed, and put together again when the passphrase
// is forgotten or the computer is gone.
//
// <data>/recovery says what was dealt: how many parts, how many are needed, a digest of each and of the key, when it
// was made and rehearsed last. Nothing of it opens anything. With it a wrong part is named, and a key that is not this
// node's is not taken. Parts of an older deal still open the key: who kept one gives it back, or it is burnt.
// Threads: one at a time. Errors: those of privacy/key_split and storage/engine/master_key; FAILED_PRECONDITION
// (WRONG_STATE) when nothing was dealt; DATA_LOSS (DAMAGED).
#ifndef AANGAN_SERVER_NODE_RECOVERY_H_
#define AANGAN_SERVER_NODE_RECOVERY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/secret.h"
#include "storage/engine/master_key.h"

namespace aangan::node {

// What was dealt last.
struct Deal {
  uint64_t number = 0;
  int needed = 0;
  int64_t deal_time_us = 0;
  int64_t rehearse_time_us = 0;  // 0: never
  Digest key_check{};
  std::vector<Digest> parts;  // by place
};

// Parts as they were typed or read, each behind the other, as Recovery takes them.
SecretBytes JoinedParts(absl::Span<const SecretBytes> parts);

class Recovery {
 public:
  // `folder` is the node's data folder. All outlive it.
  Recovery(std::string folder, const Clock* clock, RandomSource* random)
      : folder_(std::move(folder)), clock_(clock), random_(random) {}

  // Nothing when no parts were made.
  absl::StatusOr<std::optional<Deal>> Find() const;
  // The parts as text, each behind the other (privacy/key_split.h). `lock` opens the master key. Parts of an older deal
  // are no longer known here, and still work.
  absl::StatusOr<SecretBytes> Split(const storage::KeyLock& lock, int needed, int of) const;
  // These parts, each behind the other, would open this node. Notes the day.
  absl::Status Rehearse(const SecretBytes& parts) const;
  // Puts the key behind a new lock. Where a node has its key file, only its own key is taken.
  absl::Status Recover(const SecretBytes& parts, const storage::KeyLock& next) const;

 private:
  absl::StatusOr<SecretBytes> Join(const SecretBytes& parts) const;
  absl::Status Note(const Deal& deal) const;
  std::string deal_path() const { return folder_ + "/recovery"; }
  std::string key_path() const { return folder_ + "/master_key"; }

  const std::string folder_;
  const Clock* const clock_;
  RandomSource* const random_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RECOVERY_H_

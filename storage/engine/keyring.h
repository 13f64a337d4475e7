// SPDX-License-Identifier: Apache-2.0
// The hierarchy of keys: one master key (master_key.h) outside the database; from it, by HKDF, one key for each purpose
// of the node; and under one of those, sealed, a random key for each member. A member is erased by deleting her sealed
// key and Forget(): what was sealed under it can then not be read by anybody.
//
// Labels of derived keys begin "aangan/v1/". Threads: thread-safe. Errors: FAILED_PRECONDITION (KEY_MISSING) when the
// key is of another store; DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_ENGINE_KEYRING_H_
#define AANGAN_STORAGE_ENGINE_KEYRING_H_

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/literal.h"
#include "base/random.h"
#include "base/secret.h"
#include "storage/engine/database.h"
#include "storage/engine/keys.h"
#include "storage/engine/sealing.h"

namespace aangan::storage {

// A key for the length of one call: kept inside the object, wiped when it goes. Moves, does not copy.
class WorkingKey {
 public:
  explicit WorkingKey(absl::Span<const uint8_t> bytes);  // 32 bytes
  WorkingKey(WorkingKey&& other) noexcept;
  WorkingKey& operator=(WorkingKey&& other) noexcept;
  ~WorkingKey();
  absl::Span<const uint8_t> span() const { return bytes_; }

 private:
  std::array<uint8_t, kSealKeyBytes> bytes_;
};

class Keyring {
 public:
  explicit Keyring(SecretBytes master, size_t cached_keys_max = 1024);  // 32 bytes

  // Notes in a new store which master key it belongs to, and refuses a store of another one.
  absl::Status BindTo(Database& database) const;

  // The key for one purpose ("tally", "import", "page tokens"), always the same.
  SecretBytes Derive(Literal purpose) const;

  struct NewKey {
    WorkingKey key;
    std::string wrapped;  // to store under the member's id, in the commit that creates her
  };
  NewKey MakeMemberKey(const KeyId& member, RandomSource& random);
  // The member's key from the cache, else from what `load` gives: the stored bytes, or NOT_FOUND for an erased member.
  absl::StatusOr<WorkingKey> MemberKey(const KeyId& member, absl::FunctionRef<absl::StatusOr<std::string>()> load);
  // Takes an erased member's key out of the cache; call it after the commit that deletes the wrapped one.
  void Forget(const KeyId& member);
  size_t cached_keys() const;

 private:
  void Remember(const KeyId& member, absl::Span<const uint8_t> key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  struct IdHash {
    size_t operator()(const KeyId& id) const;
  };
  struct Slot {
    size_t number;
    std::list<KeyId>::iterator used;
  };

  const SecretBytes master_;
  const SecretBytes wrapping_key_;
  const size_t slots_max_;
  mutable absl::Mutex mutex_;
  SecretBytes arena_ ABSL_GUARDED_BY(mutex_);  // slots_max_ keys in one locked block
  std::list<KeyId> recent_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<KeyId, Slot, IdHash> slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<size_t> free_slots_ ABSL_GUARDED_BY(mutex_);  // of forgotten keys
  uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;  // how often: a key that was being loaded meanwhile is not kept
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_KEYRING_H_

// SPDX-License-Identifier: Apache-2.0
// The key lock of stores that tests open in their own process: that of tests/support/key_lock.h.
#ifndef AANGAN_TESTS_SUPPORT_STORE_KEY_LOCK_H_
#define AANGAN_TESTS_SUPPORT_STORE_KEY_LOCK_H_

#include "base/digest.h"
#include "storage/engine/master_key.h"
#include "tests/support/key_lock.h"

namespace aangan::tests {

inline const storage::KeyLock& TestKeyLock() {
  static const storage::KeyLock* const lock =
      new storage::KeyLock{storage::KeyProtection::kByKeyFile, SecretBytes::Copy(AsBytes(kKeyFileBytes))};
  return *lock;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_STORE_KEY_LOCK_H_

// SPDX-License-Identifier: Apache-2.0
// The file of the master key and what protects it: a passphrase, or another file (a stick that is pulled out). The key
// lies sealed behind it. Files of the first format, in which the mode of the file was all, can be opened and are
// written no more.
//
// File: "AANGANKY", format u32, protection u8. Format 1, protection 0: the key (32 bytes). Format 2, protection 1
// (passphrase): salt 16, passes u64, memory u64 (bytes); protection 2 (key file): salt 16; then the sealed key with its
// length u32. At the end the first 16 bytes of SHA-256 of all before. What stands before the sealed key is bound into
// it, so an edited file does not open with weaker parameters; and parameters below the floor are refused before any
// work.
// Source: Argon2id, RFC 9106, by libsodium's crypto_pwhash; HKDF, RFC 5869, for key files.
// Threads: pure but for files. Errors: FAILED_PRECONDITION (KEY_MISSING: the file, or what opens it, is not there;
// BAD_PASSPHRASE; NEWER_FORMAT); DATA_LOSS (DAMAGED); ALREADY_EXISTS: a key is never overwritten by another.
#ifndef AANGAN_STORAGE_ENGINE_MASTER_KEY_H_
#define AANGAN_STORAGE_ENGINE_MASTER_KEY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::storage {

enum class KeyProtection : uint8_t { kByMode = 0, kByPassphrase = 1, kByKeyFile = 2 };

// What opens the master key: a passphrase, the bytes of a key file, or nothing.
struct KeyLock {
  KeyProtection protection = KeyProtection::kByMode;
  SecretBytes secret;
};

// What one try of a passphrase costs. The floor stands here and not in the file.
struct PassphraseCost {
  uint64_t passes = 0;
  uint64_t memory_bytes = 0;
};
inline constexpr PassphraseCost kPassphraseFloor = {3, 64 << 20};
inline constexpr PassphraseCost kPassphraseCeiling = {64, 1 << 30};  // what a start may be made to spend
inline constexpr size_t kPassphraseBytesMin = 12;
inline constexpr size_t kKeyFileBytesMin = 32;
// About a second of this machine's processor, at 128 MiB.
PassphraseCost MeasuredPassphraseCost();

// NOT_FOUND when there is no such file.
absl::StatusOr<KeyProtection> ProtectionOf(const std::string& path);
// Makes the file; INVALID_ARGUMENT (INVALID_FIELD) for a passphrase or key file that is too short, or none.
absl::Status CreateMasterKey(const std::string& path, const KeyLock& lock, const PassphraseCost& cost,
                             RandomSource& random);
absl::StatusOr<SecretBytes> OpenMasterKey(const std::string& path, const KeyLock& lock);
// The same key behind another lock. Written beside and renamed over, after the old lock has opened it.
absl::Status ChangeLock(const std::string& path, const KeyLock& before, const KeyLock& after,
                        const PassphraseCost& cost, RandomSource& random);

// A key that is there (from its parts, from a copy) behind a lock, in the place of what the file holds.
absl::Status WriteMasterKey(const std::string& path, const SecretBytes& master, const KeyLock& lock,
                            const PassphraseCost& cost, RandomSource& random);

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_MASTER_KEY_H_

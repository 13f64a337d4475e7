// SPDX-License-Identifier: Apache-2.0
// The file of the master key: see master_key.h.
#include "storage/engine/master_key.h"

#include <sodium.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/sealing.h"

namespace aangan::storage {
namespace {

constexpr absl::string_view kMagic = "AANGANKY";
constexpr uint32_t kInClear = 1;
constexpr uint32_t kBehindALock = 2;
constexpr uint8_t kMasterKeyKind = 2;
constexpr size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr size_t kCheckBytes = 16;
constexpr size_t kFileBytesMax = 512;
static_assert(kSaltBytes == 16 && crypto_pwhash_ALG_DEFAULT == crypto_pwhash_ALG_ARGON2ID13);

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "the master key file is damaged; bring it back from where you keep its copy");
}

// What stands before the key.
struct Head {
  uint32_t format = 0;
  KeyProtection protection = KeyProtection::kByMode;
  std::array<uint8_t, kSaltBytes> salt{};
  PassphraseCost cost;
};

std::string Encode(const Head& head) {
  CanonicalWriter writer;
  writer.Fixed(AsBytes(kMagic)).U32(head.format).U8(static_cast<uint8_t>(head.protection));
  if (head.format == kBehindALock) writer.Fixed(head.salt);
  if (head.protection == KeyProtection::kByPassphrase) writer.U64(head.cost.passes).U64(head.cost.memory_bytes);
  return std::move(writer).Take();
}

absl::StatusOr<Head> ReadHead(CanonicalReader& reader) {
  std::array<uint8_t, kMagic.size()> magic;
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(magic)));
  if (AsText(magic) != kMagic) return Damaged();
  Head head;
  ASSIGN_OR_RETURN(head.format, reader.U32());
  if (head.format > kBehindALock) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "the master key file was written by a newer program; install that version")
        .Number("stored", head.format);
  }
  ASSIGN_OR_RETURN(const uint8_t protection, reader.U8());
  if (protection > static_cast<uint8_t>(KeyProtection::kByKeyFile)) return Damaged();
  head.protection = static_cast<KeyProtection>(protection);
  if ((head.format == kInClear) != (head.protection == KeyProtection::kByMode)) return Damaged();
  if (head.format == kBehindALock) RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(head.salt)));
  if (head.protection == KeyProtection::kByPassphrase) {
    ASSIGN_OR_RETURN(head.cost.passes, reader.U64());
    ASSIGN_OR_RETURN(head.cost.memory_bytes, reader.U64());
  }
  return head;
}

absl::Status CheckCost(const PassphraseCost& cost) {
  const bool within = cost.passes >= kPassphraseFloor.passes && cost.passes <= kPassphraseCeiling.passes &&
                      cost.memory_bytes >= kPassphraseFloor.memory_bytes &&
                      cost.memory_bytes <= kPassphraseCeiling.memory_bytes;
  return within ? absl::OkStatus() : Damaged();
}

absl::StatusOr<SecretBytes> Stretch(const SecretBytes& passphrase, const Head& head) {
  SecretBytes key(kSealKeyBytes);
  if (crypto_pwhash(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                    head.salt.data(), head.cost.passes, head.cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                   "there is not enough free memory to check the passphrase; end other programs and try again")
        .Number("bytes", static_cast<int64_t>(head.cost.memory_bytes));
  }
  return key;
}

// The key that the master key is sealed under.
absl::StatusOr<SecretBytes> LockingKey(const KeyLock& lock, const Head& head) {
  if (lock.protection == KeyProtection::kByPassphrase) return Stretch(lock.secret, head);
  return HkdfSha256(lock.secret.span(), AsText(head.salt), "aangan/v1/key file", kSealKeyBytes);
}

absl::Status CheckLock(const KeyLock& lock) {
  constexpr auto kRefused = absl::StatusCode::kInvalidArgument;
  if (lock.protection == KeyProtection::kByMode)
    return Problem(kRefused, Reason::kInvalidField, "a key is never written in the clear")
        .Field("protection", "must be a passphrase or a key file");
  if (lock.protection == KeyProtection::kByPassphrase && lock.secret.size() < kPassphraseBytesMin)
    return Problem(kRefused, Reason::kInvalidField,
                   "a passphrase has at least 12 characters; five words that do not belong together do well")
        .Field("passphrase", "must have at least 12 characters");
  if (lock.protection == KeyProtection::kByKeyFile && lock.secret.size() < kKeyFileBytesMin)
    return Problem(kRefused, Reason::kInvalidField, "a key file has at least 32 bytes, from a source of randomness")
        .Field("key_file", "must have at least 32 bytes");
  return absl::OkStatus();
}

absl::Status Write(const std::string& path, const SecretBytes& master, const KeyLock& lock, const PassphraseCost& cost,
                   RandomSource& random) {
  Head head;
  head.format = kBehindALock;
  head.protection = lock.protection;
  random.Fill(absl::MakeSpan(head.salt));
  head.cost = cost;
  const std::string before = Encode(head);
  ASSIGN_OR_RETURN(const SecretBytes locking, LockingKey(lock, head));
  const Sealed sealed = Seal(locking.span(), {kMasterKeyKind, before, kBehindALock}, AsText(master.span()), random);
  std::string bytes = std::move(CanonicalWriter().Fixed(AsBytes(before)).Bytes(sealed.bytes())).Take();
  const Digest check = Sha256(bytes);
  absl::StrAppend(&bytes, AsText(absl::MakeConstSpan(check).subspan(0, kCheckBytes)));
  return WriteFileDurably(path, bytes, 0600);
}

// Without the check at the end, which is verified.
absl::StatusOr<absl::Span<const uint8_t>> Checked(const SecretBytes& file) {
  if (file.size() < kCheckBytes) return Damaged();
  const auto body = file.span().subspan(0, file.size() - kCheckBytes);
  const Digest expected = Sha256(AsText(body));
  if (!std::equal(expected.begin(), expected.begin() + kCheckBytes, file.span().end() - kCheckBytes)) return Damaged();
  return body;
}

absl::StatusOr<SecretBytes> ReadWhole(const std::string& path) {
  absl::StatusOr<SecretBytes> file = ReadSecretFile(path, kFileBytesMax);
  if (absl::IsNotFound(file.status())) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "the master key file is missing, and without it no record can be read; bring it back from where you "
                   "keep its copy");
  }
  if (absl::IsInvalidArgument(file.status())) return Damaged();  // longer than such a file can be
  return file;
}

// A file that says another lock than the one that is there.
absl::Status OtherLock(KeyProtection protection) {
  if (protection == KeyProtection::kByMode)
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "the master key is behind no passphrase and no key file; take them out of the configuration");
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the master key is locked; open it with: aangan unlock, or give its key file as node.key_file");
}

}  // namespace

PassphraseCost MeasuredPassphraseCost() {
  PassphraseCost cost = {kPassphraseFloor.passes, 128 << 20};
  SecretBytes tried(kPassphraseBytesMin);
  Head head;
  head.cost = cost;
  timespec begin{}, end{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  const bool measured = Stretch(tried, head).ok();
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
  if (!measured) return kPassphraseFloor;  // a machine with little memory
  const int64_t took_ms = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1'000'000;
  const auto wanted = static_cast<uint64_t>(1000 * static_cast<int64_t>(cost.passes) / std::max<int64_t>(took_ms, 1));
  cost.passes = std::clamp(wanted, kPassphraseFloor.passes, kPassphraseCeiling.passes);
  return cost;
}

absl::StatusOr<KeyProtection> ProtectionOf(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) {
    return Problem(absl::StatusCode::kNotFound, Reason::kKeyMissing, "there is no master key file yet");
  }
  ASSIGN_OR_RETURN(const SecretBytes file, ReadWhole(path));
  ASSIGN_OR_RETURN(const auto body, Checked(file));
  CanonicalReader reader(AsText(body));
  ASSIGN_OR_RETURN(const Head head, ReadHead(reader));
  return head.protection;
}

absl::Status CreateMasterKey(const std::string& path, const KeyLock& lock, const PassphraseCost& cost,
                             RandomSource& random) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                   "there is a master key file already; a key is never overwritten");
  }
  RETURN_IF_ERROR(CheckLock(lock));
  return Write(path, SecretBytes::Random(kSealKeyBytes, random), lock, cost, random);
}

absl::StatusOr<SecretBytes> OpenMasterKey(const std::string& path, const KeyLock& lock) {
  ASSIGN_OR_RETURN(const SecretBytes file, ReadWhole(path));
  ASSIGN_OR_RETURN(const auto body, Checked(file));
  CanonicalReader reader(AsText(body));
  ASSIGN_OR_RETURN(const Head head, ReadHead(reader));
  if (lock.protection != head.protection) return OtherLock(head.protection);
  SecretBytes key(kSealKeyBytes);
  if (head.format == kInClear) {
    RETURN_IF_ERROR(reader.Fixed(key.mutable_span()));
    RETURN_IF_ERROR(reader.End());
    return key;
  }
  if (head.protection == KeyProtection::kByPassphrase) RETURN_IF_ERROR(CheckCost(head.cost));
  ASSIGN_OR_RETURN(const absl::string_view sealed, reader.Bytes(kFileBytesMax));
  RETURN_IF_ERROR(reader.End());
  ASSIGN_OR_RETURN(const SecretBytes locking, LockingKey(lock, head));
  absl::StatusOr<SecretBytes> opened =
      OpenSecret(locking.span(), {kMasterKeyKind, Encode(head), kBehindALock}, Sealed::FromStored(sealed));
  // The file is whole, or its check would have said otherwise.
  if (!opened.ok() || opened->size() != kSealKeyBytes) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kBadPassphrase,
                   "this passphrase or key file does not open the master key; look for capital letters and the "
                   "keyboard's language");
  }
  return *std::move(opened);
}

absl::Status ChangeLock(const std::string& path, const KeyLock& before, const KeyLock& after,
                        const PassphraseCost& cost, RandomSource& random) {
  ASSIGN_OR_RETURN(const SecretBytes master, OpenMasterKey(path, before));
  return WriteMasterKey(path, master, after, cost, random);
}

absl::Status WriteMasterKey(const std::string& path, const SecretBytes& master, const KeyLock& lock,
                            const PassphraseCost& cost, RandomSource& random) {
  RETURN_IF_ERROR(CheckLock(lock));
  if (lock.protection == KeyProtection::kByPassphrase) RETURN_IF_ERROR(CheckCost(cost));
  return Write(path, master, lock, cost, random);
}

}  // namespace aangan::storage

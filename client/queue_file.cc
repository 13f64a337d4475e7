// SPDX-License-Identifier: Apache-2.0
// Sealed records in an append-only file: see queue_file.h.
#include "client/queue_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::client {
namespace {

constexpr absl::string_view kMagic = "AANGANWQ";
constexpr uint32_t kFormat = 1;
constexpr size_t kIdBytes = 16;
constexpr size_t kHeadCheckBytes = 16;
constexpr size_t kHeadBytes = kMagic.size() + 4 + kIdBytes + kHeadCheckBytes;
constexpr size_t kFrameCheckBytes = 8;
constexpr size_t kFrameBytes = 4 + kFrameCheckBytes;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kPadTo = 64;
static_assert(kQueueKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

absl::Status Damaged(uint64_t offset) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "The key does not open the write queue, or its file is damaged. Try the key that it was made with. If "
                 "that is right, WriteQueue::Salvage keeps what can be read and the damaged file beside it.")
      .Number("offset", static_cast<int64_t>(offset));
}

absl::Status DiskRefuses() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kDiskReserve,
                 "The disk refuses the write queue. Is it full, or may this program not write there?")
      .Number("errno", errno);
}

absl::Status Full() {
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany,
                 "The write queue is full. Reach the node, so that it can be sent.");
}

std::string Check(absl::Span<const uint8_t> key, absl::string_view bytes, size_t size) {
  const SecretBytes own = HkdfSha256(key, "", "aangan write queue check", 32);
  return std::string(AsText(HmacSha256(own.span(), bytes)).substr(0, size));
}

// What a record is bound to: its file and its place.
std::string Bound(absl::string_view id, uint64_t offset) {
  return CanonicalWriter().Fixed(AsBytes(id)).U64(offset).bytes();
}

std::string HeadOf(absl::string_view id, absl::Span<const uint8_t> key) {
  const std::string head = CanonicalWriter().Fixed(AsBytes(kMagic)).U32(kFormat).Fixed(AsBytes(id)).bytes();
  return head + Check(key, head, kHeadCheckBytes);
}

std::string FrameOf(absl::string_view id, uint64_t offset, uint32_t size, absl::Span<const uint8_t> key) {
  const std::string sized = CanonicalWriter().U32(size).bytes();
  return sized + Check(key, Bound(id, offset) + sized, kFrameCheckBytes);
}

std::string Seal(absl::string_view plain, const std::string& bound, absl::Span<const uint8_t> key,
                 RandomSource& random) {
  std::string padded(plain);
  padded.push_back('\x80');  // ISO/IEC 7816-4
  padded.resize((padded.size() + kPadTo - 1) / kPadTo * kPadTo, '\0');
  const auto nonce = random.Bytes<kNonceBytes>();
  const SecretBytes own = HkdfSha256(key, "", "aangan write queue records", kQueueKeyBytes);
  std::string sealed(AsText(nonce));
  sealed.resize(kNonceBytes + padded.size() + kTagBytes);
  AANGAN_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                   reinterpret_cast<unsigned char*>(sealed.data()) + kNonceBytes, nullptr, AsBytes(padded).data(),
                   padded.size(), AsBytes(bound).data(), bound.size(), nullptr, nonce.data(), own.data()) == 0);
  Wipe(padded);
  return sealed;
}

// None when it does not open.
std::optional<std::string> Unseal(absl::string_view sealed, const std::string& bound, absl::Span<const uint8_t> key) {
  if (sealed.size() < kNonceBytes + kPadTo + kTagBytes) return std::nullopt;
  const SecretBytes own = HkdfSha256(key, "", "aangan write queue records", kQueueKeyBytes);
  std::string plain(sealed.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr, AsBytes(sealed).data() + kNonceBytes,
          sealed.size() - kNonceBytes, AsBytes(bound).data(), bound.size(), AsBytes(sealed).data(), own.data()) != 0) {
    return std::nullopt;
  }
  plain.resize(plain.find_last_not_of('\0') + 1);
  if (plain.empty() || plain.back() != '\x80') return std::nullopt;
  plain.pop_back();
  return plain;
}

std::string RecordOf(absl::string_view plain, absl::string_view id, uint64_t offset, absl::Span<const uint8_t> key,
                     RandomSource& random) {
  const std::string sealed = Seal(plain, Bound(id, offset), key, random);
  return FrameOf(id, offset, static_cast<uint32_t>(sealed.size()), key) + sealed;
}

bool AllZero(absl::string_view bytes) { return bytes.find_first_not_of('\0') == absl::string_view::npos; }

absl::StatusOr<std::string> IdOf(absl::string_view bytes, absl::Span<const uint8_t> key) {
  if (bytes.size() < kHeadBytes || bytes.substr(0, kMagic.size()) != kMagic) return Damaged(0);
  CanonicalReader reader(bytes.substr(kMagic.size(), 4));
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format > kFormat) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "The write queue was written by a newer version of the app. Update the app.");
  }
  const std::string id(bytes.substr(kMagic.size() + 4, kIdBytes));
  if (bytes.substr(0, kHeadBytes) != HeadOf(id, key)) return Damaged(0);
  return id;
}

bool WriteAllAt(int file, absl::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return true;
}

bool ReadAllAt(int file, std::string& bytes, uint64_t offset) {
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t part = pread(file, bytes.data() + got, bytes.size() - got, static_cast<off_t>(offset + got));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    got += static_cast<size_t>(part);
  }
  return true;
}

absl::Status PutThere(const std::string& path, const std::vector<std::string>& plain_records,
                      absl::Span<const uint8_t> key, RandomSource& random) {
  const std::string bytes = BuildQueue(plain_records, key, random);
  if (bytes.size() > kQueueFileBytesMax) return Full();
  return WriteFileDurably(path, bytes, 0600);
}

}  // namespace

absl::StatusOr<QueueScan> ScanQueue(absl::string_view bytes, absl::Span<const uint8_t> key, OnDamage on_damage) {
  AANGAN_CHECK(key.size() == kQueueKeyBytes);
  ASSIGN_OR_RETURN(const std::string id, IdOf(bytes, key));
  QueueScan scan;
  uint64_t offset = kHeadBytes;
  while (bytes.size() - offset >= kFrameBytes) {
    const absl::string_view rest = bytes.substr(offset);
    ASSIGN_OR_RETURN(const uint32_t size, CanonicalReader(rest.substr(0, 4)).U32());
    if (rest.substr(0, kFrameBytes) != FrameOf(id, offset, size, key)) {
      if (AllZero(rest)) break;  // the file grew, and its bytes never came
      if (on_damage == OnDamage::kRefuse) return Damaged(offset);
      scan.damaged_bytes += rest.size();
      ++scan.damaged_records;
      break;
    }
    if (rest.size() - kFrameBytes < size) break;
    const absl::string_view sealed = rest.substr(kFrameBytes, size);
    std::optional<std::string> plain = Unseal(sealed, Bound(id, offset), key);
    if (plain) {
      scan.records.emplace_back(QueuePlace{offset, size}, *std::move(plain));
    } else {
      const bool is_last = sealed.size() == rest.size() - kFrameBytes;
      if (is_last && size >= kTagBytes && AllZero(sealed.substr(size - kTagBytes))) break;  // its end never came
      if (on_damage == OnDamage::kRefuse) return Damaged(offset);
      scan.damaged_bytes += kFrameBytes + size;
      ++scan.damaged_records;
    }
    offset += kFrameBytes + size;
  }
  scan.whole_bytes = offset;
  return scan;
}

std::string BuildQueue(const std::vector<std::string>& plain_records, absl::Span<const uint8_t> key,
                       RandomSource& random) {
  AANGAN_CHECK(key.size() == kQueueKeyBytes);
  const std::string id(AsText(random.Bytes<kIdBytes>()));
  std::string bytes = HeadOf(id, key);
  for (const std::string& plain : plain_records) bytes += RecordOf(plain, id, bytes.size(), key, random);
  return bytes;
}

QueueFile::QueueFile(std::string path, absl::Span<const uint8_t> key)
    : path_(std::move(path)), key_(SecretBytes::Copy(key)) {}

QueueFile::~QueueFile() {
  if (file_ >= 0) close(file_);
  if (lock_ >= 0) close(lock_);
}

// The lock is a file of its own, because the queue's file is replaced by another now and then.
absl::Status QueueFile::Hold() {
  lock_ = open(absl::StrCat(path_, ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return DiskRefuses();
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kLocked,
                 "Another process has this write queue open. Close it there first.");
}

// The file that was held before is held until all of this has gone well, because its places are in use.
absl::Status QueueFile::Load(const Visit& visit) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_, kQueueFileBytesMax));
  ASSIGN_OR_RETURN(QueueScan scan, ScanQueue(bytes, key_.span(), OnDamage::kRefuse));
  ASSIGN_OR_RETURN(std::string id, IdOf(bytes, key_.span()));
  const int file = open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return DiskRefuses();
  auto give_up = absl::MakeCleanup([file] { close(file); });
  const bool torn = scan.whole_bytes < bytes.size();
  if (torn && (ftruncate(file, static_cast<off_t>(scan.whole_bytes)) != 0 || fsync(file) != 0)) return DiskRefuses();
  for (auto& [place, plain] : scan.records) {
    absl::Status visited = visit(place, plain);
    Wipe(plain);
    RETURN_IF_ERROR(visited);
  }
  std::move(give_up).Cancel();
  if (file_ >= 0) close(file_);
  file_ = file;
  id_ = std::move(id);
  end_ = scan.whole_bytes;
  records_ = scan.records.size();
  unsure_ = false;
  return absl::OkStatus();
}

// Is the file that is held the one that a restart would open?
bool QueueFile::StandsThere() const {
  struct stat held {};
  struct stat there {};
  return fstat(file_, &held) == 0 && stat(path_.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

absl::StatusOr<std::unique_ptr<QueueFile>> QueueFile::Open(const std::string& path, absl::Span<const uint8_t> key,
                                                           const Visit& visit) {
  AANGAN_CHECK(key.size() == kQueueKeyBytes);
  auto file = std::unique_ptr<QueueFile>(new QueueFile(path, key));
  RETURN_IF_ERROR(file->Hold());
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) RETURN_IF_ERROR(PutThere(path, {}, key, file->random_));
  RETURN_IF_ERROR(file->Load(visit));
  return file;
}

absl::Status QueueFile::PutAside(const std::string& path, absl::Span<const uint8_t> key, const Keep& keep) {
  AANGAN_CHECK(key.size() == kQueueKeyBytes);
  QueueFile file(path, key);
  RETURN_IF_ERROR(file.Hold());
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kQueueFileBytesMax));
  ASSIGN_OR_RETURN(const QueueScan scan, ScanQueue(bytes, key, OnDamage::kPassOver));
  ASSIGN_OR_RETURN(const std::vector<std::string> records, keep(scan));
  const std::string aside = absl::StrCat(path, ".damaged");
  if (link(path.c_str(), aside.c_str()) != 0) {
    if (errno != EEXIST) return DiskRefuses();
    std::error_code unknown;
    if (!std::filesystem::equivalent(path, aside, unknown)) {  // else a try that the disk refused named it so
      return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                     "A damaged write queue lies there already. Move it to another place first, then try again.");
    }
  }
  return PutThere(path, records, key, file.random_);
}

absl::StatusOr<QueuePlace> QueueFile::Append(absl::string_view plain) {
  if (unsure_) {
    return Problem(absl::StatusCode::kUnavailable, Reason::kDiskReserve,
                   "The disk refused the write queue before. Make room, then try again.");
  }
  const std::string record = RecordOf(plain, id_, end_, key_.span(), random_);
  if (end_ + record.size() > kQueueFileBytesMax) return Full();
  unsure_ = true;
  if (!WriteAllAt(file_, record, end_)) {
    const absl::Status refused = DiskRefuses();
    unsure_ = ftruncate(file_, static_cast<off_t>(end_)) != 0;  // what came of it must not follow the next record
    return refused;
  }
  if (fsync(file_) != 0) return DiskRefuses();
  unsure_ = false;
  const QueuePlace place{end_, static_cast<uint32_t>(record.size() - kFrameBytes)};
  end_ += record.size();
  ++records_;
  return place;
}

absl::StatusOr<std::string> QueueFile::Read(const QueuePlace& place) const {
  std::string sealed(place.size, '\0');
  if (!ReadAllAt(file_, sealed, place.offset + kFrameBytes)) return DiskRefuses();
  std::optional<std::string> plain = Unseal(sealed, Bound(id_, place.offset), key_.span());
  if (!plain) return Damaged(place.offset);
  return *std::move(plain);
}

absl::Status QueueFile::Rewrite(const std::vector<std::string>& plain_records, const Visit& visit) {
  const absl::Status written = PutThere(path_, plain_records, key_.span(), random_);
  if (!written.ok()) {
    unsure_ = unsure_ || !StandsThere();  // the new one is there, and only its folder was not synced
    return written;
  }
  unsure_ = true;  // until the new one is held
  return Load(visit);
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// The file of a write queue: records appended and synced, each sealed with XChaCha20-Poly1305 by libsodium under the
// app's key, bound to its file and place. Source: draft-irtf-cfrg-xchacha-03.
//
// Form, integers big-endian: "AANGANWQ", format u32 (1), id of the file (16 random bytes), check (16 bytes); then
// records of size u32, check (8 bytes), and `size` bytes of nonce (24), ciphertext, tag (16). A check is HMAC-SHA-256,
// cut, of what stands before it: of the id and the place too for a record, so that a size that was changed is never
// believed. Plain texts are padded to a multiple of 64 bytes, so that lengths say little.
//
// A record that was not written to its end is a torn tail, which was never acknowledged: it is cut. Anything else that
// does not fit is DATA_LOSS (DAMAGED), and nothing is dropped. A file that was cut at the end of a record can't be told
// from one that ended there.
// Threads: one thread an object; the other rooms are pure.
// Errors: DATA_LOSS (DAMAGED): another key or damage; FAILED_PRECONDITION (NEWER_FORMAT, LOCKED); UNAVAILABLE when the
// disk refuses; RESOURCE_EXHAUSTED (TOO_MANY) when the file would grow beyond kQueueFileBytesMax. A refusal changes
// nothing: the file says what it said, and its places can be read. Where it can't be known what a restart would find
// (a sync that failed, above all), Append is refused until Rewrite or Open has settled it.
#ifndef AANGAN_CLIENT_QUEUE_FILE_H_
#define AANGAN_CLIENT_QUEUE_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "base/secret.h"

namespace aangan::client {

inline constexpr size_t kQueueKeyBytes = 32;
inline constexpr size_t kQueueFileBytesMax = 128u << 20;

// Where a record stands in its file, in bytes.
struct QueuePlace {
  uint64_t offset = 0;
  uint32_t size = 0;  // of the sealed bytes
};

// What a file's bytes hold.
struct QueueScan {
  std::vector<std::pair<QueuePlace, std::string>> records;  // plain texts, in order
  uint64_t whole_bytes = 0;                                 // a torn tail begins here
  uint64_t damaged_bytes = 0;                               // passed over; 0 unless that was asked for
  size_t damaged_records = 0;                               // the same; all that follows a damaged size counts as one
};
enum class OnDamage { kRefuse, kPassOver };
// `key` has 32 bytes. A damaged head is refused in either way, as no record opens without it. Where a record's size is
// damaged, kPassOver ends, because nothing says where the next one begins.
absl::StatusOr<QueueScan> ScanQueue(absl::string_view bytes, absl::Span<const uint8_t> key, OnDamage on_damage);
// A new file with these records.
std::string BuildQueue(const std::vector<std::string>& plain_records, absl::Span<const uint8_t> key,
                       RandomSource& random);

// A file that is held, so that no other process uses it meanwhile.
class QueueFile {
 public:
  using Visit = std::function<absl::Status(const QueuePlace&, absl::string_view plain)>;
  // Makes the file when there is none. Calls `visit` for each record; an error of it is returned.
  static absl::StatusOr<std::unique_ptr<QueueFile>> Open(const std::string& path, absl::Span<const uint8_t> key,
                                                         const Visit& visit);
  // Gives the damaged file a second name, <path>.damaged, and puts in its place what `keep` makes of what can be read.
  using Keep = std::function<absl::StatusOr<std::vector<std::string>>(const QueueScan& scan)>;
  static absl::Status PutAside(const std::string& path, absl::Span<const uint8_t> key, const Keep& keep);
  ~QueueFile();

  // On disk when it returns.
  absl::StatusOr<QueuePlace> Append(absl::string_view plain);
  absl::StatusOr<std::string> Read(const QueuePlace& place) const;
  // Puts these records in place of all, at once, and calls `visit` for each as Open does; an error of it is returned.
  absl::Status Rewrite(const std::vector<std::string>& plain_records, const Visit& visit);
  uint64_t bytes() const { return end_; }
  size_t records() const { return records_; }
  bool unsure() const { return unsure_; }

 private:
  QueueFile(std::string path, absl::Span<const uint8_t> key);
  absl::Status Hold();
  absl::Status Load(const Visit& visit);
  bool StandsThere() const;

  const std::string path_;
  const SecretBytes key_;
  SystemRandom random_;
  std::string id_;
  int lock_ = -1;
  int file_ = -1;
  uint64_t end_ = 0;
  size_t records_ = 0;
  bool unsure_ = false;  // of what a restart would find
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_QUEUE_FILE_H_

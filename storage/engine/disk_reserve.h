// SPDX-License-Identifier: Apache-2.0
// Refuses writes before the disk is full, because RocksDB that meets a full disk may abort the process.
//
// Below the reserve (the larger of a number of bytes and a share of the disk) writes are refused. Reads of personal
// data, which leave an entry in the audit log, go on down to half of it, and no further: none goes without its entry. A
// ballast file is given back to the disk when free space falls to an eighth of the reserve, so that RocksDB's own
// background work still ends well, and made again when there is room. Threads: thread-safe. Errors: RESOURCE_EXHAUSTED
// (DISK_RESERVE), with free and needed bytes in the metadata.
#ifndef AANGAN_STORAGE_ENGINE_DISK_RESERVE_H_
#define AANGAN_STORAGE_ENGINE_DISK_RESERVE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace aangan::storage {

struct DiskSpace {
  uint64_t free_bytes = 0;  // for this user
  uint64_t total_bytes = 0;
};
// Of the disk that holds `folder`.
absl::StatusOr<DiskSpace> MeasureDisk(const std::string& folder);

struct DiskReserveOptions {
  std::string folder;
  uint64_t reserve_bytes = 256u << 20;
  uint32_t reserve_percent = 5;
  uint64_t ballast_bytes = 64u << 20;
  std::function<absl::StatusOr<DiskSpace>(const std::string& folder)> measure = MeasureDisk;
};

class DiskReserve {
 public:
  static absl::StatusOr<std::unique_ptr<DiskReserve>> Open(DiskReserveOptions options);

  // OK when something may be written now. A system call each time; ask once a commit.
  absl::Status Check();
  uint64_t free_bytes() const;      // as of the last Check
  bool has_room_for_reads() const;  // as of the last Check: half of the reserve is left

 private:
  explicit DiskReserve(DiskReserveOptions options);
  void TendBallast(const DiskSpace& space, uint64_t reserve) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const DiskReserveOptions options_;
  const std::string ballast_path_;
  mutable absl::Mutex mutex_;
  uint64_t free_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t reserve_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool has_ballast_ ABSL_GUARDED_BY(mutex_) = false;
  bool refusing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_DISK_RESERVE_H_

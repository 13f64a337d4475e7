// SPDX-License-Identifier: Apache-2.0
// Asks the disk before each commit: see disk_reserve.h.
#include "storage/engine/disk_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr uint64_t kReadsShare = 2;
constexpr uint64_t kLastStepShare = 8;  // the ballast goes when free space is below this part of the reserve

bool MakeBallast(const std::string& path, uint64_t size_bytes) {
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool made = posix_fallocate(file, 0, static_cast<off_t>(size_bytes)) == 0;
  close(file);
  if (!made) unlink(path.c_str());
  return made;
}

}  // namespace

absl::StatusOr<DiskSpace> MeasureDisk(const std::string& folder) {
  struct statvfs facts {};
  if (statvfs(folder.c_str(), &facts) != 0) {
    return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                   "the disk does not say how much space is free; look for disk errors in the system's log")
        .Number("errno", errno);
  }
  return DiskSpace{static_cast<uint64_t>(facts.f_bavail) * facts.f_frsize,
                   static_cast<uint64_t>(facts.f_blocks) * facts.f_frsize};
}

DiskReserve::DiskReserve(DiskReserveOptions options)
    : options_(std::move(options)), ballast_path_(absl::StrCat(options_.folder, "/ballast")) {}

absl::StatusOr<std::unique_ptr<DiskReserve>> DiskReserve::Open(DiskReserveOptions options) {
  std::unique_ptr<DiskReserve> reserve(new DiskReserve(std::move(options)));
  {
    absl::MutexLock lock(&reserve->mutex_);
    struct stat facts {};
    reserve->has_ballast_ = stat(reserve->ballast_path_.c_str(), &facts) == 0;
  }
  // A disk that is full already is no reason not to start: reads go on.
  absl::Status checked = reserve->Check();
  if (!checked.ok() && !absl::IsResourceExhausted(checked)) return checked;
  return reserve;
}

void DiskReserve::TendBallast(const DiskSpace& space, uint64_t reserve) {
  if (has_ballast_ && space.free_bytes < reserve / kLastStepShare) {
    LogWarning("disk_reserve", "the disk is full: the ballast file is given back");
    unlink(ballast_path_.c_str());
    has_ballast_ = false;
  } else if (!has_ballast_ && options_.ballast_bytes > 0 && space.free_bytes > reserve + options_.ballast_bytes) {
    has_ballast_ = MakeBallast(ballast_path_, options_.ballast_bytes);
  }
}

absl::Status DiskReserve::Check() {
  ASSIGN_OR_RETURN(DiskSpace space, options_.measure(options_.folder));
  const uint64_t reserve = std::max(options_.reserve_bytes, space.total_bytes / 100 * options_.reserve_percent);
  absl::MutexLock lock(&mutex_);
  free_bytes_ = space.free_bytes;
  reserve_bytes_ = reserve;
  TendBallast(space, reserve);
  const bool refuse = space.free_bytes < reserve;
  if (refuse != refusing_) {
    refusing_ = refuse;
    LogWarning("disk_reserve", "free disk space crossed the reserve")
        .Number("free_bytes", static_cast<int64_t>(space.free_bytes))
        .Number("reserve_bytes", static_cast<int64_t>(reserve))
        .Text("writes", refuse ? Literal("refused") : Literal("accepted"));
  }
  if (!refuse) return absl::OkStatus();
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve,
                 "the disk is nearly full, so nothing more is written; reading goes on for a while. Free some space "
                 "and try "
                 "again")
      .Number("freeBytes", static_cast<int64_t>(space.free_bytes))
      .Number("neededBytes", static_cast<int64_t>(reserve));
}

uint64_t DiskReserve::free_bytes() const {
  absl::MutexLock lock(&mutex_);
  return free_bytes_;
}

bool DiskReserve::has_room_for_reads() const {
  absl::MutexLock lock(&mutex_);
  return free_bytes_ >= reserve_bytes_ / kReadsShare;
}

}  // namespace aangan::storage

// SPDX-License-Identifier: Apache-2.0
// Checks of the computer: disk, clock, memory, swap. See doctor.h.
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/secret.h"
#include "client/command/doctor.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

// statfs(2): f_type of file systems that lie in memory, or on another computer.
constexpr int64_t kTmpfs = 0x01021994, kRamfs = 0x858458f6;
constexpr int64_t kNfs = 0x6969, kCifs = 0xff534d42, kSmb2 = 0xfe534d42;
constexpr uint64_t kMegabyte = 1 << 20;
constexpr uint64_t kUsualReserve = 256;  // megabytes

// Why there is no file system to look at.
const char* WhyNot(const Patient& patient) {
  return SightOf(patient.folder, F_OK) == Sight::kForbidden ? kMayNotLook : "there is no data folder";
}

Finding DiskFree(const Patient& patient) {
  Finding finding{"disk_free", Verdict::kPass, "", "When the disk is full nothing more can be recorded.",
                  "free some space on the disk of the data folder, or move it to a larger one: docs/OPERATING.md"};
  if (!patient.disk.has_value()) return Skipped(finding, WhyNot(patient));
  const uint64_t free = patient.disk->free_bytes / kMegabyte;
  const bool said = !patient.settings.Text("node.disk_reserve_megabytes").empty();
  const auto reserve =
      said ? static_cast<uint64_t>(patient.settings.Number("node.disk_reserve_megabytes")) : kUsualReserve;
  finding.what = absl::StrCat(free, " megabytes are free, ", reserve, " are the reserve");
  if (free < 4 * reserve) finding.verdict = free < reserve ? Verdict::kFail : Verdict::kWarn;
  return finding;
}

Finding DiskInodes(const Patient& patient) {
  Finding finding{"disk_inodes", Verdict::kPass, "",
                  "Without inodes no new file can be made, however much space is free.",
                  "take away what other programs left in many small files: df -i, then du --inodes"};
  if (!patient.disk.has_value()) return Skipped(finding, WhyNot(patient));
  if (patient.disk->files == 0) return Skipped(finding, "this file system does not count them");
  const uint64_t percent = patient.disk->free_files * 100 / patient.disk->files;
  finding.what = absl::StrCat(percent, " percent of the inodes are free");
  if (percent < 5) finding.verdict = percent < 1 ? Verdict::kFail : Verdict::kWarn;
  return finding;
}

Finding DiskKind(const Patient& patient) {
  Finding finding{
      "disk_kind", Verdict::kPass, "the data folder is on a disk of this computer",
      "What lies in memory is gone after a power cut; a disk over a network may lose what it said was written.",
      "stop the node, make a backup, and restore it to a disk of this computer: aangan restore"};
  if (!patient.disk.has_value()) return Skipped(finding, WhyNot(patient));
  const int64_t type = patient.disk->type;
  if (type == kTmpfs || type == kRamfs) {
    finding.verdict = Verdict::kFail;
    finding.what = "the data folder lies in memory, not on a disk";
  } else if (type == kNfs || type == kCifs || type == kSmb2) {
    finding.verdict = Verdict::kFail;
    finding.what = "the data folder lies on a disk over the network";
  }
  return finding;
}

// A clock before this program was built, or before files that the node wrote, is behind. Rows of a directory in order
// of their own making say nothing, so the newest counts.
Finding ClockPlausible(const Patient& patient) {
  Finding finding{
      "clock", Verdict::kPass, "the clock is later than this program and than every file of the data folder",
      "Quarters, certificates and consent go by the clock; with a wrong one the node takes no step of a round.",
      "look at a watch, then: timedatectl set-ntp true, or timedatectl set-time '2026-11-25 14:30:00'"};
  constexpr absl::Duration kSlack = absl::Hours(1);
  if (patient.now + kSlack < absl::FromUnixSeconds(patient.built_seconds)) {
    finding.verdict = Verdict::kFail;
    finding.what = "the clock shows a time before this program was built";
    return finding;
  }
  bool later = false;
  const bool whole = WalkFolder(patient.folder, [&](const fs::path&, const struct stat& found) {
    later = later || absl::FromTimeT(found.st_mtime) > patient.now + kSlack;
    return true;
  });
  if (later) {
    finding.verdict = Verdict::kFail;
    finding.what = "a file of the data folder is of a later time than the clock shows";
    return finding;
  }
  return whole ? finding : Skipped(finding, kMayNotLook);
}

Finding MemoryLock() {
  Finding finding{"memory_lock", Verdict::kPass, "keys can be kept from the swap",
                  "Keys lie in memory that is never written to the disk; without that the node does not start.",
                  "raise the limit: ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit"};
  if (!LockSecrets().ok()) {
    finding.verdict = Verdict::kFail;
    finding.what = "this user may lock too little memory";
  }
  return finding;
}

// dm-crypt says so in its uuid; zram is memory.
bool IsSafeSwap(const std::string& sys, const std::string& device) {
  std::error_code error;
  const std::string real = fs::canonical(device, error).string();
  const std::string name = fs::path(error ? device : real).filename().string();
  if (absl::StartsWith(name, "zram")) return true;
  std::ifstream uuid(absl::StrCat(sys, "/block/", name, "/dm/uuid"));
  std::string text;
  return std::getline(uuid, text) && absl::StartsWith(text, "CRYPT-");
}

Finding Swap(const Patient& patient) {
  Finding finding{
      "swap", Verdict::kPass, "no swap, or an encrypted one",
      "What somebody looks at may be written to the swap, where it can be read when the computer is stolen.",
      "switch it off: swapoff -a and take it out of /etc/fstab; or encrypt it by /etc/crypttab"};
  std::ifstream file(absl::StrCat(patient.proc, "/swaps"));
  std::string line;
  if (!std::getline(file, line)) {
    return Skipped(finding, "this system does not say whether it has swap");
  }
  int open = 0;
  while (std::getline(file, line)) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (!words.empty() && !IsSafeSwap(patient.sys, words.front())) ++open;
  }
  if (open > 0) {
    finding.verdict = Verdict::kWarn;
    finding.what = absl::StrCat(open, open == 1 ? " swap is not encrypted" : " swaps are not encrypted");
  }
  return finding;
}

// What is in /proc/meminfo is in kibibytes.
Finding Memory(const Patient& patient) {
  Finding finding{"memory", Verdict::kPass, "",
                  "With too little memory the system ends the node in the middle of its work.",
                  "close other programs, or give the computer more memory"};
  std::ifstream file(absl::StrCat(patient.proc, "/meminfo"));
  std::string name;
  uint64_t amount = 0;
  std::string unit;
  while (file >> name >> amount && std::getline(file, unit)) {
    if (name != "MemAvailable:") continue;
    finding.what = absl::StrCat(amount / 1024, " megabytes of memory are free");
    if (amount / 1024 < 128) finding.verdict = Verdict::kWarn;
    return finding;
  }
  return Skipped(finding, "this system does not say how much memory is free");
}

}  // namespace

std::optional<Disk> DiskOf(const std::string& folder) {
  struct statvfs room {};
  struct statfs kind {};
  if (statvfs(folder.c_str(), &room) != 0 || statfs(folder.c_str(), &kind) != 0) return std::nullopt;
  return Disk{static_cast<uint64_t>(room.f_bavail) * room.f_frsize, room.f_files, room.f_favail,
              static_cast<int64_t>(kind.f_type)};
}

void CheckMachine(const Patient& patient, Findings* findings) {
  for (Finding (*check)(const Patient&) : {DiskFree, DiskInodes, DiskKind, ClockPlausible, Memory, Swap})
    findings->push_back(check(patient));
  findings->push_back(MemoryLock());
}

}  // namespace aangan::client

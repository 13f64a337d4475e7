// SPDX-License-Identifier: Apache-2.0
// The note of where the second store lies: see home.h.
#include "server/node/home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

constexpr uint32_t kFormat = 1;
constexpr size_t kNoteBytesMax = 256;
constexpr size_t kMachineIdBytesMax = 256;
constexpr absl::string_view kMachineLabel = "aangan/v1/home machine";
constexpr absl::string_view kNoteLabel = "aangan/v1/home note";

struct Facts {
  Digest machine{};
  uint64_t inode = 0;
  bool birth_known = false;
  int64_t birth_seconds = 0;
  uint32_t birth_nanoseconds = 0;
};

absl::Status DiskRefuses() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "the disk refuses the note of where the second store lies")
      .Number("errno", errno);
}

// The machine's id is to be kept on the machine, so a keyed hash of it stands for it (machine-id(5)).
absl::StatusOr<Digest> MachineOf(const std::string& path, const SecretBytes& key) {
  absl::StatusOr<std::string> id = ReadFile(path, kMachineIdBytesMax);
  if (!id.ok() && !absl::IsNotFound(id.status())) return id.status();
  const absl::string_view said = id.ok() ? absl::StripAsciiWhitespace(*id) : absl::string_view();
  return HmacSha256(key.span(), absl::StrCat(kMachineLabel, said));
}

absl::Status TakeFileFacts(const std::string& path, Facts* facts) {
  struct statx found {};
  if (statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &found) != 0) return DiskRefuses();
  facts->inode = found.stx_ino;
  facts->birth_known = (found.stx_mask & STATX_BTIME) != 0;
  if (facts->birth_known) {
    facts->birth_seconds = found.stx_btime.tv_sec;
    facts->birth_nanoseconds = found.stx_btime.tv_nsec;
  }
  return absl::OkStatus();
}

Digest MacOf(const SecretBytes& key, absl::string_view body) {
  return HmacSha256(key.span(), absl::StrCat(kNoteLabel, body));
}

std::string Encode(const Facts& facts, const SecretBytes& key) {
  CanonicalWriter writer;
  writer.U32(kFormat).Fixed(facts.machine).U64(facts.inode).U8(facts.birth_known ? 1 : 0);
  writer.I64(facts.birth_seconds).U32(facts.birth_nanoseconds);
  const Digest mac = MacOf(key, writer.bytes());
  return writer.Fixed(mac).bytes();
}

absl::StatusOr<Facts> Decode(absl::string_view note, const SecretBytes& key) {
  const auto damaged =
      Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "the note of where the second store lies does not read");
  const size_t mac_bytes = Digest{}.size();
  if (note.size() <= mac_bytes) return damaged;
  const absl::string_view body = note.substr(0, note.size() - mac_bytes);
  if (AsText(MacOf(key, body)) != note.substr(body.size())) return damaged;
  CanonicalReader reader(body);
  Facts facts;
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat) return damaged;
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(facts.machine)));
  ASSIGN_OR_RETURN(facts.inode, reader.U64());
  ASSIGN_OR_RETURN(const uint8_t birth_known, reader.U8());
  facts.birth_known = birth_known != 0;
  ASSIGN_OR_RETURN(facts.birth_seconds, reader.I64());
  ASSIGN_OR_RETURN(facts.birth_nanoseconds, reader.U32());
  RETURN_IF_ERROR(reader.End());
  return facts;
}

// Nothing but the file system sets a birth time. Inode numbers are made up at each mount by some file systems, so they
// are asked only where there is nothing better.
bool SameFile(const Facts& one, const Facts& other) {
  if (!one.birth_known || !other.birth_known) return one.inode == other.inode;
  return one.birth_seconds == other.birth_seconds && one.birth_nanoseconds == other.birth_nanoseconds;
}

absl::Status SyncedWrite(const std::string& path, int flags, absl::string_view bytes) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return DiskRefuses();
  const bool written =
      (bytes.empty() || write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) && fsync(fd) == 0;
  const absl::Status status = written ? absl::OkStatus() : DiskRefuses();
  close(fd);
  return status;
}

}  // namespace

Home::Home(std::string folder, SecretBytes key, std::string machine_id_path)
    : folder_(std::move(folder)), key_(std::move(key)), machine_id_path_(std::move(machine_id_path)) {}

absl::StatusOr<Home::Finding> Home::Look() const {
  const std::string path = absl::StrCat(folder_, "/home");
  const absl::StatusOr<std::string> note = ReadFile(path, kNoteBytesMax);
  if (absl::IsNotFound(note.status())) return Finding::kNone;
  if (absl::IsInvalidArgument(note.status())) return Finding::kElsewhere;  // too long for a note
  RETURN_IF_ERROR(note.status());
  const absl::StatusOr<Facts> said = Decode(*note, key_);
  if (!said.ok()) return Finding::kElsewhere;
  Facts found;
  ASSIGN_OR_RETURN(found.machine, MachineOf(machine_id_path_, key_));
  RETURN_IF_ERROR(TakeFileFacts(path, &found));
  return said->machine == found.machine && SameFile(*said, found) ? Finding::kHere : Finding::kElsewhere;
}

absl::Status Home::Settle() const {
  const std::string beside = absl::StrCat(folder_, "/home.new");
  unlink(beside.c_str());  // left by a crash
  RETURN_IF_ERROR(SyncedWrite(beside, O_WRONLY | O_CREAT | O_EXCL, ""));
  Facts facts;
  ASSIGN_OR_RETURN(facts.machine, MachineOf(machine_id_path_, key_));
  RETURN_IF_ERROR(TakeFileFacts(beside, &facts));
  RETURN_IF_ERROR(SyncedWrite(beside, O_WRONLY, Encode(facts, key_)));
  if (rename(beside.c_str(), absl::StrCat(folder_, "/home").c_str()) != 0) return DiskRefuses();
  return SyncedWrite(folder_, O_RDONLY | O_DIRECTORY, "");
}

}  // namespace aangan::node

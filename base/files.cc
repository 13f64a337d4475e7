// SPDX-License-Identifier: Apache-2.0
// Durable small files: see files.h.
#include "base/files.h"

#include <endian.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan {
namespace {

absl::string_view LastPart(absl::string_view path) { return path.substr(path.find_last_of('/') + 1); }

absl::Status DiskRefuses(const std::string& path) {
  if (errno == ENOENT) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "the file is missing").Name("file", LastPart(path));
  }
  return Problem(absl::StatusCode::kUnavailable, Reason::kKeyMissing, "the disk or its permissions refuse this file")
      .Name("file", LastPart(path))
      .Number("errno", errno);
}

// Closes a descriptor when it goes out of scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// The mask of an access list stands where the group's rights else stand, so a credential that systemd gives to the
// unit's user reads as 0440: the list says who may, acl(5). Only this user, that is, and none to write.
bool ListGivesItToThisUserAlone(int fd, mode_t mode) {
  std::array<char, 256> list;
  const ssize_t size = fgetxattr(fd, "system.posix_acl_access", list.data(), list.size());
  if ((mode & 0037) != 0 || size < static_cast<ssize_t>(sizeof(posix_acl_xattr_header))) return false;
  posix_acl_xattr_entry entry;
  for (size_t at = sizeof(posix_acl_xattr_header); at + sizeof(entry) <= static_cast<size_t>(size);
       at += sizeof(entry)) {
    std::memcpy(&entry, list.data() + at, sizeof(entry));
    const uint16_t tag = le16toh(entry.e_tag);
    const bool own = tag == ACL_USER_OBJ || tag == ACL_MASK || (tag == ACL_USER && le32toh(entry.e_id) == geteuid());
    if (!own && entry.e_perm != 0) return false;
  }
  return true;
}

absl::Status SyncFolderOf(const std::string& path) {
  size_t slash = path.find_last_of('/');
  Descriptor folder(
      open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || fsync(folder.get()) != 0) return DiskRefuses(path);
  return absl::OkStatus();
}

absl::StatusOr<size_t> ReadInto(const std::string& path, int fd, absl::Span<uint8_t> out) {
  size_t size = 0;
  while (size < out.size()) {
    ssize_t got = read(fd, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return DiskRefuses(path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return size;
}

absl::Status TooLarge(const std::string& path) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge, "the file is larger than it can be")
      .Name("file", LastPart(path));
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return DiskRefuses(path);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return DiskRefuses(path);
  if (static_cast<uint64_t>(facts.st_size) > max_bytes) return TooLarge(path);
  std::string bytes(static_cast<size_t>(facts.st_size), '\0');
  ASSIGN_OR_RETURN(size_t size, ReadInto(path, file.get(), {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()}));
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<SecretBytes> ReadSecretFile(const std::string& path, size_t max_bytes) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return DiskRefuses(path);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return DiskRefuses(path);
  if ((facts.st_mode & 0077) != 0 && !ListGivesItToThisUserAlone(file.get(), facts.st_mode)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "others may read this secret file; make it private: chmod 0600")
        .Name("file", LastPart(path));
  }
  if (static_cast<uint64_t>(facts.st_size) > max_bytes) return TooLarge(path);
  SecretBytes bytes(static_cast<size_t>(facts.st_size));
  ASSIGN_OR_RETURN(size_t size, ReadInto(path, file.get(), bytes.mutable_span()));
  if (size != bytes.size()) return TooLarge(path);
  return bytes;
}

absl::StatusOr<SecretBytes> ReadSecretLine(const std::string& path, size_t max_bytes) {
  ASSIGN_OR_RETURN(const SecretBytes bytes, ReadSecretFile(path, max_bytes));
  const auto end = std::find(bytes.span().begin(), bytes.span().end(), uint8_t{'\n'});
  return SecretBytes::Copy(bytes.span().subspan(0, static_cast<size_t>(end - bytes.span().begin())));
}

absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, int mode) {
  const std::string beside = absl::StrCat(path, ".new");
  unlink(beside.c_str());  // left by a crash
  {
    Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
    if (!file.ok() || fchmod(file.get(), static_cast<mode_t>(mode)) != 0 || !WriteAll(file.get(), bytes) ||
        fsync(file.get()) != 0) {
      absl::Status refused = DiskRefuses(path);
      unlink(beside.c_str());
      return refused;
    }
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return DiskRefuses(path);
  return SyncFolderOf(path);
}

absl::Status OverwriteInPlace(const std::string& path) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.ok()) return DiskRefuses(path);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return DiskRefuses(path);
  const std::string zeros(static_cast<size_t>(facts.st_size), '\0');
  if (!WriteAll(file.get(), zeros) || fsync(file.get()) != 0) return DiskRefuses(path);
  return absl::OkStatus();
}

absl::Status OverwriteAndUnlink(const std::string& path) {
  RETURN_IF_ERROR(OverwriteInPlace(path));
  if (unlink(path.c_str()) != 0) return DiskRefuses(path);
  return SyncFolderOf(path);
}

absl::Status OverwriteAndUnlinkAll(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& each : std::filesystem::directory_iterator(folder, error)) {
    if (each.is_regular_file(error)) paths.push_back(each.path().string());
  }
  if (error) {
    errno = error.value();
    return DiskRefuses(folder);
  }
  for (const std::string& path : paths) RETURN_IF_ERROR(OverwriteAndUnlink(path));
  return absl::OkStatus();
}

absl::Status MakeFolders(const std::string& path, int mode) {
  std::string so_far;
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    absl::StrAppend(&so_far, part, "/");
    if (part.empty()) continue;
    if (mkdir(so_far.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST) return DiskRefuses(path);
  }
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return DiskRefuses(path);
  if (!S_ISDIR(facts.st_mode)) {
    errno = ENOTDIR;
    return DiskRefuses(path);
  }
  return absl::OkStatus();
}

}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// What whoever runs the doctor may see: see doctor_sight.h.
#include "client/command/doctor_sight.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace aangan::client {

Sight SightOf(const std::string& path, int mode) {
  if (faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0) return Sight::kThere;
  return errno == ENOENT || errno == ENOTDIR ? Sight::kAbsent : Sight::kForbidden;
}

bool WalkFolder(const std::string& folder,
                const std::function<bool(const std::filesystem::path&, const struct stat&)>& visit) {
  std::error_code error;
  bool whole = true;
  for (std::filesystem::directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
    struct stat found {};
    if (lstat(each->path().c_str(), &found) != 0) {
      whole = whole && errno == ENOENT;
      continue;
    }
    if (visit(each->path(), found) && S_ISDIR(found.st_mode)) whole = WalkFolder(each->path(), visit) && whole;
  }
  return whole && (!error || error == std::errc::no_such_file_or_directory);
}

}  // namespace aangan::client

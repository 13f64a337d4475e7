// SPDX-License-Identifier: Apache-2.0
// A node's folder from a backup: see restore_from.h.
#include "server/node/restore_from.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/recovery.h"
#include "storage/engine/backup.h"
#include "storage/engine/keyring.h"
#include "storage/node/bulk.h"
#include "storage/node/key_file.h"
#include "storage/node/node_store.h"

namespace aangan::node {
namespace {

namespace fs = std::filesystem;
using storage::BackupFolder;
using storage::Generation;
using storage::KeyLock;
using storage::node::KeyFile;

constexpr absl::string_view kBeside = ".restoring";

// A node that was started and never opened has left its port's certificate and nothing else: that counts as empty.
absl::Status CheckEmpty(const std::string& data) {
  std::error_code error;
  if (!fs::exists(data, error)) return absl::OkStatus();
  bool empty = fs::is_directory(data, error);
  if (empty) {
    for (const fs::directory_entry& entry : fs::directory_iterator(data, error))
      empty = empty && entry.path().filename() == "tls";
  }
  if (empty && !error) return absl::OkStatus();
  return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                 "the data folder holds something already, and nothing is restored over it; move it away, or name "
                 "another with --data");
}

bool Synced(const std::string& path) {
  const int folder = open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && fsync(folder) == 0;
  const int why = errno;
  if (folder >= 0) close(folder);
  errno = why;
  return synced;
}

absl::Status InPlace(const std::string& beside, const std::string& data) {
  const bool done = rename(beside.c_str(), data.c_str()) == 0 && Synced(fs::path(data).parent_path().string());
  const int why = errno;
  if (done) return absl::OkStatus();
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "the restored folder can not be put in its place; it lies beside it, with .restoring behind its name")
      .Number("errno", why);
}

// The generation that is asked for, or the newest; and what is known of newer ones.
absl::StatusOr<Generation> Choose(const RestoreOptions& options, const BackupFolder& folder, const KeyFile& keys,
                                  RestoreFindings* findings) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, folder.Numbers());
  if (numbers.empty())
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no backup in this folder");
  findings->generation = options.generation == 0 ? numbers.back() : options.generation;
  findings->newest_generation = std::max(numbers.back(), keys.newest_backup.number);
  if (keys.newest_backup.number >= numbers.back()) findings->newest_time_us = keys.newest_backup.time_us;
  ASSIGN_OR_RETURN(Generation generation, folder.Read(findings->generation));
  findings->time_us = generation.time_us;
  if (findings->newest_generation > findings->generation && findings->newest_time_us == 0) {
    if (const auto newest = folder.Read(findings->newest_generation); newest.ok())
      findings->newest_time_us = newest->time_us;
  }
  if (findings->newest_generation > findings->generation && !options.accept_older) {
    return Problem(
        absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
        "there is a newer backup than this one. Bring it, or say that the older one will do: --accept-older");
  }
  return generation;
}

absl::Status CheckWhole(const std::string& folder, const KeyLock& lock, const Clock& clock, RandomSource& random) {
  storage::node::StoreOptions options;
  options.folder = folder;
  options.key_lock = &lock;
  options.clock = &clock;
  options.random = &random;
  options.disk_reserve_bytes = 0;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::node::NodeStore> store, storage::node::NodeStore::Open(options));
  return store->Verify().status();
}

}  // namespace

absl::Status RestoreFrom(const RestoreOptions& options, const Clock& clock, RandomSource& random,
                         absl::FunctionRef<absl::StatusOr<KeyLock>(const std::string& path)> lock_for,
                         absl::FunctionRef<void(uint64_t, uint64_t)> progress, RestoreFindings* findings) {
  RETURN_IF_ERROR(CheckEmpty(options.data));
  ASSIGN_OR_RETURN(const std::string key_file, storage::node::ReadKeyFile(options.keys_from));
  ASSIGN_OR_RETURN(const std::string master_key, storage::node::MasterKeyIn(key_file));
  const std::string beside = absl::StrCat(options.data, kBeside);
  std::error_code error;
  fs::remove_all(beside, error);  // of one that was broken off
  RETURN_IF_ERROR(MakeFolders(beside, 0700));
  const auto make = [&]() -> absl::Status {
    const std::string key_path = absl::StrCat(beside, "/master_key");
    RETURN_IF_ERROR(WriteFileDurably(key_path, master_key, 0600));
    ASSIGN_OR_RETURN(const KeyLock lock, lock_for(key_path));
    ASSIGN_OR_RETURN(SecretBytes master, storage::OpenMasterKey(key_path, lock));
    const storage::Keyring keyring(std::move(master));
    ASSIGN_OR_RETURN(const KeyFile keys, storage::node::OpenKeyFile(key_file, keyring.Derive("key file")));
    findings->key_generation = keys.generation;
    findings->key_time_us = keys.time_us;
    ASSIGN_OR_RETURN(const BackupFolder folder, BackupFolder::Open(options.from, keyring.Derive("backup"), false));
    ASSIGN_OR_RETURN(const Generation generation, Choose(options, folder, keys, findings));
    uint64_t all = 0;
    for (const storage::BackupPart& part : generation.parts) all += part.size_bytes;
    const storage::node::RestoreWish wish{&folder,
                                          &generation,
                                          &keys,
                                          &keyring,
                                          beside,
                                          {"token/"},
                                          options.lose_members_without_key,
                                          absl::ToUnixMicros(clock.Now())};
    ASSIGN_OR_RETURN(findings->report, RestoreBulk(wish, [&](uint64_t done) { progress(done, all); }));
    return CheckWhole(beside, lock, clock, random);
  };
  if (absl::Status made = make(); !made.ok()) {
    fs::remove_all(beside, error);
    return made;
  }
  fs::remove_all(absl::StrCat(options.data, "/tls"), error);
  return InPlace(beside, options.data);
}

absl::Status LockByParts(const std::string& path, const std::vector<SecretBytes>& parts, const KeyLock& next,
                         const Clock& clock, RandomSource& random) {
  RETURN_IF_ERROR(OverwriteAndUnlink(path));  // nobody has what opens it
  return Recovery(path.substr(0, path.find_last_of('/')), &clock, &random).Recover(JoinedParts(parts), next);
}

std::string RestoredFolder(const std::string& data) { return absl::StrCat(data, "/restored"); }

bool RestoreIsHalfDone(const std::string& data) {
  std::error_code error;
  fs::directory_iterator each(RestoredFolder(data), error);
  if (error) return error != std::errc::no_such_file_or_directory;
  return std::any_of(begin(each), end(each),
                     [](const fs::directory_entry& entry) { return entry.path().filename() != "tls"; });
}

absl::Status MoveRestoredIn(const std::string& data, bool port_is_open) {
  const std::string restored = RestoredFolder(data);
  std::error_code error;
  fs::remove_all(absl::StrCat(restored, kBeside), error);
  if (!fs::exists(restored, error)) return absl::OkStatus();
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(restored, error))
    names.push_back(entry.path().filename().string());
  bool done = !error;
  for (const std::string& name : names) {
    if (name == "tls" && port_is_open) continue;
    if (name == "tls") fs::remove_all(absl::StrCat(data, "/tls"), error);
    done = done && rename(absl::StrCat(restored, "/", name).c_str(), absl::StrCat(data, "/", name).c_str()) == 0;
  }
  // Durable before the folder goes by which a later start knows that something is missing.
  done = done && Synced(data);
  if (done && fs::is_empty(restored, error)) done = fs::remove(restored, error) && Synced(data);
  if (done) return absl::OkStatus();
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "what was restored can not be moved to its place; it lies in the folder 'restored' of the node's "
                 "folder. Look at the disk and at who owns the folder, and start the node again");
}

}  // namespace aangan::node

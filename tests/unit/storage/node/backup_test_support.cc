// SPDX-License-Identifier: Apache-2.0
// Backups of a store under test.
#include "tests/unit/storage/node/backup_test_support.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/check.h"
#include "base/files.h"
#include "base/status.h"
#include "tests/support/store_key_lock.h"

namespace aangan::storage::node {

BackupFolder BackedUpStore::Folder(bool make) const {
  auto opened = BackupFolder::Open(folder / "backup", store->DeriveKey("backup"), make);
  AANGAN_CHECK(opened.ok());
  return *std::move(opened);
}

absl::StatusOr<Generation> BackedUpStore::BackUp(uint64_t number) {
  BackupFolder to = Folder(true);
  const auto snapshot = store->TakeSnapshot();
  const int64_t now_us = absl::ToUnixMicros(clock.Now());
  ASSIGN_OR_RETURN(const Generation generation,
                   WriteBulk(*snapshot, data(), number, now_us, to, [](uint64_t) { return true; }));
  ASSIGN_OR_RETURN(const BulkFacts facts, DecodeBulkFacts(generation.facts));
  RETURN_IF_ERROR(store->SubmitAndWait(NoteOf(BackupNote{number, now_us, facts.sequence, 1}, "tokens/test")).status());
  return generation;
}

std::string BackedUpStore::CopyKeys(uint64_t generation, const std::string& place) {
  auto keys = GatherKeys(*store->TakeSnapshot());
  AANGAN_CHECK(keys.ok());
  keys->generation = generation;
  keys->time_us = absl::ToUnixMicros(clock.Now());
  keys->copies.push_back({generation, place, keys->time_us, keys->sequence, 0});
  keys->master_key = *ReadFile(data() + "/master_key", 4096);
  AANGAN_CHECK(store->SubmitAndWait(NoteOf(keys->copies.back(), "tokens/test")).ok());
  AANGAN_CHECK(WriteKeyFile(folder / place, *keys, store->DeriveKey("key file")).ok());
  return *ReadKeyFile(folder / place);
}

absl::StatusOr<std::unique_ptr<NodeStore>> BackedUpStore::Restore(const std::string& key_file, uint64_t number,
                                                                  const std::string& into, bool lose_members) {
  const std::string to = folder / into;
  RETURN_IF_ERROR(MakeFolders(to, 0700));
  ASSIGN_OR_RETURN(const std::string master_key, MasterKeyIn(key_file));
  RETURN_IF_ERROR(WriteFileDurably(to + "/master_key", master_key, 0600));
  ASSIGN_OR_RETURN(SecretBytes master, OpenMasterKey(to + "/master_key", tests::TestKeyLock()));
  const Keyring keyring(std::move(master));
  ASSIGN_OR_RETURN(const KeyFile keys, OpenKeyFile(key_file, keyring.Derive("key file")));
  ASSIGN_OR_RETURN(const BackupFolder from, BackupFolder::Open(folder / "backup", keyring.Derive("backup"), false));
  ASSIGN_OR_RETURN(const Generation generation, from.Read(number));
  const RestoreWish wish{&from, &generation, &keys,        &keyring,
                         to,    {"token/"},  lose_members, absl::ToUnixMicros(clock.Now())};
  ASSIGN_OR_RETURN(report, RestoreBulk(wish, [](uint64_t) {}));
  StoreOptions options;
  options.folder = to;
  options.key_lock = &tests::TestKeyLock();
  options.clock = &clock;
  options.random = &random;
  options.disk_reserve_bytes = 1 << 20;
  ASSIGN_OR_RETURN(std::unique_ptr<NodeStore> opened, NodeStore::Open(options));
  RETURN_IF_ERROR(opened->SetCatalogues({CountedCatalogue{catalogue, 0}}));
  RETURN_IF_ERROR(opened->AwaitRebuilt(absl::Seconds(60)));
  RETURN_IF_ERROR(opened->Verify().status());
  return opened;
}

absl::Status BackedUpStore::Erase(const model::Id& member, Action action) {
  RecordsChange change;
  change.actor = "tokens/t";
  change.action = action;
  change.writes.push_back({WriteKind::kDelete, {model::RecordKind::kMember, member, member}, 1, {}});
  return store->SubmitAndWait(std::move(change)).status();
}

std::string BackedUpStore::WrappedKey(const model::Id& member) const {
  const auto found = store->TakeSnapshot()->Get(Family::kMemberKeys, AsText(member.bytes));
  AANGAN_CHECK(found.ok() && found->has_value());
  return **found;
}

absl::Status BackedUpStore::Read(const NodeStore& from, const model::Id& member) const {
  return from.Get({model::RecordKind::kMember, member, member}).status();
}

std::vector<std::string> BackedUpStore::FilesWith(const std::string& folder, const std::string& bytes) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), {});
    if (all.find(bytes) != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// A backup's files and a key file, as a medium or a stranger has changed them: whatever is changed is refused. And what
// somebody who has the key could have put under the seal: no bytes end the program, and what reads is written again as
// the same.
#include "storage/engine/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/files.h"
#include "storage/engine/backup_file.h"
#include "storage/node/bulk.h"
#include "storage/node/key_file.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

using namespace aangan;                 // NOLINT: a fuzz target is one function
using namespace aangan::storage;        // NOLINT
using namespace aangan::storage::node;  // NOLINT

namespace {

SecretBytes TheKey() {
  tests::SeededRandom random(11);
  return SecretBytes::Random(32, random);
}

KeyFile SomeKeys() {
  KeyFile keys;
  keys.generation = 3;
  keys.time_us = 5;
  keys.sequence = 7;
  keys.newest_backup.number = 2;
  keys.copies.push_back({3, "a stick", 5, 7, 0});
  keys.master_key = std::string(100, 'm');
  keys.wrapped[model::Id{}] = std::string(80, 'w');
  keys.erased.insert(model::Id{{1}});
  return keys;
}

// One generation of one part, and its files as they were written.
struct Backup {
  tests::TempDir folder;
  SecretBytes key = TheKey();
  Generation generation;
  std::string list_path = folder / "backup/generations/0000000001";
  std::string part_path;
  std::string list;
  std::string part;
  std::string plain_list;
  std::string key_file = SealKeyFile(SomeKeys(), key);

  Backup() {
    auto backup = *BackupFolder::Open(folder / "backup", key, true);
    generation.number = 1;
    generation.time_us = 9;
    generation.facts = EncodeBulkFacts({4, Sha256("head"), "an incarnation"});
    const std::string piece = CanonicalWriter().Bytes("key").Bytes("value").Bytes("other").Bytes("").bytes();
    generation.parts.push_back(*backup.Add("family/records", piece));
    AANGAN_CHECK(backup.Finish(generation).ok());
    part_path = absl::StrCat(folder / "backup/files/", ToHex(generation.parts[0].name));
    list = *ReadFile(list_path, 1 << 20);
    part = *ReadFile(part_path, 1 << 20);
    plain_list = *OpenBackupFile(FilesKey(), "generation/1", list);
  }
  // As storage/engine/backup.cc derives it.
  SecretBytes FilesKey() const { return HkdfSha256(key.span(), "", "aangan/v1/backup files", 32); }
  BackupFolder Open() const { return *BackupFolder::Open(folder / "backup", key, false); }
};

// Not synced: nothing here is to outlive the program.
void Replace(const std::string& path, absl::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  AANGAN_CHECK(file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  close(file);
}

void TryFiles(const Backup& backup, absl::string_view input, bool replaced) {
  const std::string list = replaced ? std::string(input) : tests::Over(backup.list, input);
  Replace(backup.list_path, list);
  const auto generation = backup.Open().Read(1);
  AANGAN_CHECK(generation.ok() == (list == backup.list));
  const std::string part = replaced ? std::string(input) : tests::Over(backup.part, input);
  Replace(backup.part_path, part);
  AANGAN_CHECK(backup.Open().ReadPart(backup.generation.parts[0]).ok() == (part == backup.part));
  Replace(backup.part_path, backup.part);
}

// Under the seal: the list of a generation, and what its owner says in it.
void TryList(const Backup& backup, const std::string& plain) {
  Replace(backup.list_path, SealBackupFile(backup.FilesKey(), "generation/1", plain));
  const auto generation = backup.Open().Read(1);
  if (!generation.ok()) return;
  AANGAN_CHECK(generation->number == 1);
  if (const auto facts = DecodeBulkFacts(generation->facts); facts.ok())
    AANGAN_CHECK(EncodeBulkFacts(*facts) == generation->facts);
  for (const BackupPart& part : generation->parts)
    AANGAN_CHECK(!backup.Open().ReadPart(part).ok() || part == backup.generation.parts[0]);
}

void TryKeyFile(const Backup& backup, const std::string& bytes) {
  (void)MasterKeyIn(bytes).ok();
  AANGAN_CHECK(OpenKeyFile(bytes, backup.key).ok() == (bytes == backup.key_file));
}

// Under the seal of a key file with a master key's file that is empty.
void TryKeys(const Backup& backup, absl::string_view plain) {
  const Digest nothing = Sha256("");
  const std::string file = absl::StrCat("AANGANKC", CanonicalWriter().U32(1).Bytes("").bytes(),
                                        SealBackupFile(backup.key, absl::StrCat("keys/", AsText(nothing)), plain));
  const auto keys = OpenKeyFile(file, backup.key);
  if (!keys.ok()) return;
  const auto again = OpenKeyFile(SealKeyFile(*keys, backup.key), backup.key);
  AANGAN_CHECK(again.ok() && again->wrapped == keys->wrapped && again->erased == keys->erased &&
               again->generation == keys->generation && again->copies.size() == keys->copies.size());
}

void TryPiece(absl::string_view piece) {
  CanonicalWriter writer;
  const absl::Status read = ForEachEntry(piece, [&](absl::string_view key, absl::string_view value) {
    writer.Bytes(key).Bytes(value);
    return absl::OkStatus();
  });
  AANGAN_CHECK(!read.ok() || writer.bytes() == piece);
}

// The plain bytes of a key file, by its own form: number, time, sequence, four numbers of the newest backup, then notes
// of copies, wrapped keys and erased ids, each behind their count.
std::string PlainKeys() {
  CanonicalWriter writer;
  writer.U64(3).I64(5).U64(7).U64(2).I64(0).U64(0).U64(0);
  writer.U64(1).Bytes(EncodeKeyCopy({3, "a stick", 5, 7, 0}));
  writer.U64(1).Fixed(model::Id{}.bytes).Bytes(std::string(80, 'w'));
  writer.U64(1).Fixed(model::Id{{1}}.bytes);
  return writer.bytes();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const backup = new Backup();
  static const std::string plain_keys = PlainKeys();
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      TryFiles(*backup, input, data[0] >= 128);
      break;
    case 1:
      TryList(*backup, data[0] >= 128 ? std::string(input) : tests::Over(backup->plain_list, input));
      break;
    case 2:
      TryKeyFile(*backup, data[0] >= 128 ? std::string(input) : tests::Over(backup->key_file, input));
      break;
    case 3:
      TryKeys(*backup, data[0] >= 128 ? std::string(input) : tests::Over(plain_keys, input));
      break;
    default:
      TryPiece(input);
  }
  return 0;
}

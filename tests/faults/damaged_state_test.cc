// SPDX-License-Identifier: Apache-2.0
// Damage to any file that carries a node's state: a flipped bit, or a cut, is found and said, or was harmless; never is
// a record, a setting, a key or a round read that is not what was written.
//
// Not here: RocksDB's LOG, OPTIONS and IDENTITY files, which carry no state; and a configuration file, in which a
// changed number can not be told from one that a person wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "model/period.h"
#include "storage/engine/database.h"
#include "storage/engine/single_key_file.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"
#include "tests/faults/node_store_rows.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {
namespace {

namespace fs = std::filesystem;
using storage::node::NodeStore;
using storage::node::OnceStore;
using storage::node::RoundEntry;
using storage::node::RoundKeys;

constexpr uint64_t kSeed = 20261125;
constexpr uint64_t kRows = 40;
constexpr int kParts = 4;  // that run side by side
constexpr int kFlips = 2000 / kParts;
constexpr int kCuts = 500 / kParts;
const model::Period kQuarter = {2026, 3};

// All that a node knows, read through the doors that the product uses. Equal texts: nothing was changed.
absl::StatusOr<std::string> ReadAllOf(const std::string& folder) {
  std::string all;
  {
    ASSIGN_OR_RETURN(const auto rows, RowStore::Open(folder + "/node"));
    NodeStore& store = rows->store();
    ASSIGN_OR_RETURN(const auto members, store.List(model::RecordKind::kMember, {}, std::nullopt, 1000));
    for (const auto& member : members) {
      for (const auto kind : {model::RecordKind::kMember, model::RecordKind::kConsent, model::RecordKind::kService}) {
        if (kind == model::RecordKind::kMember) {
          absl::StrAppend(&all, model::RecordNameText(member.name), std::get<0>(member.record).SerializeAsString());
          continue;
        }
        ASSIGN_OR_RETURN(const auto found, store.List(kind, member.name.member, std::nullopt, 1000));
        for (const auto& each : found) {
          absl::StrAppend(&all, model::RecordNameText(each.name));
          std::visit([&all](const auto& record) { all += record.SerializeAsString(); }, each.record);
        }
      }
    }
    ASSIGN_OR_RETURN(const auto settings, store.ListSettings("", "", 1000));
    for (const auto& [key, value] : settings) absl::StrAppend(&all, key, value);
    ASSIGN_OR_RETURN(const auto audit, store.ListAudit(std::nullopt, 0, 10000));
    for (const auto& entry : audit) absl::StrAppend(&all, entry.sequence, entry.actor, entry.resource);
    RETURN_IF_ERROR(store.AwaitRebuilt(absl::Seconds(60)));
    ASSIGN_OR_RETURN(const auto report, store.Verify());
    absl::StrAppend(&all, report.records, "/", report.audit_entries);
  }
  storage::node::StillClock clock;
  SystemRandom random;
  ASSIGN_OR_RETURN(const auto once, OnceStore::Open(folder + "/once", &clock, &random));
  absl::StrAppend(&all, AsText(once->incarnation()));
  ASSIGN_OR_RETURN(const auto rounds, once->ListRounds());
  for (const RoundEntry& round : rounds) absl::StrAppend(&all, AsText(round.round_id), round.descriptor);
  ASSIGN_OR_RETURN(const auto ledger, once->Ledger());
  for (const auto& entry : ledger) absl::StrAppend(&all, entry.number, "/", entry.nano_rho, AsText(entry.head));
  ASSIGN_OR_RETURN(const auto draw, once->FindDraw(Sha256("round")));
  if (draw) absl::StrAppend(&all, AsText(draw->span()));
  ASSIGN_OR_RETURN(const auto signing_key, storage::ReadSingleKey(folder + "/signing_key"));
  if (signing_key) absl::StrAppend(&all, AsText(signing_key->span()));
  return all;
}

class DamagedStateTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    SCOPED_TRACE(kSeed + static_cast<uint64_t>(GetParam()));
    {
      const auto rows = RowStore::Open(image_ + "/node");
      ASSERT_THAT(rows, IsOk());
      ASSERT_THAT((*rows)->store().AwaitRebuilt(absl::Seconds(60)), IsOk());
      for (uint64_t row = 0; row < kRows; ++row)
        ASSERT_THAT((*rows)->store().SubmitAndWait((*rows)->ImportOf(row)), IsOk());
      ASSERT_THAT((*rows)->store().SubmitAndWait(storage::node::NoteChange{storage::node::Action::kSigned, "node",
                                                                           "node", "roster/1", "what a roster says"}),
                  IsOk());
    }
    // Table files, and then a log of later commits.
    {
      storage::DatabaseOptions options;
      options.folder = image_ + "/node/main";
      options.families = storage::kNodeMainFamilies;
      const auto database = storage::Database::Open(options);
      ASSERT_THAT(database, IsOk());
      const storage::Database::Place all[] = {{storage::Family::kRecords, storage::KeyRange::All()}};
      ASSERT_THAT((*database)->Expunge(all, absl::Seconds(30)), IsOk());
    }
    {
      const auto rows = RowStore::Open(image_ + "/node");
      ASSERT_THAT(rows, IsOk());
      ASSERT_THAT((*rows)->store().AwaitRebuilt(absl::Seconds(60)), IsOk());
      for (uint64_t row = 0; row < kRows; row += 3)
        ASSERT_THAT((*rows)->store().SubmitAndWait((*rows)->EditOf(row)), IsOk());
    }
    MakeOnce();
    ASSERT_THAT(
        storage::WriteSingleKey(image_ + "/signing_key", SecretBytes::Random(storage::kSingleKeyBytes, random_)),
        IsOk());
    // Kept to be given back when the disk is full; made again at each start.
    for (const char* part : {"node", "once", "once/store"}) fs::remove(image_ + "/" + part + "/ballast");
    const auto whole = ReadAllOf(Copy());
    ASSERT_THAT(whole, IsOk());
    whole_ = *whole;
    for (const auto& entry : fs::recursive_directory_iterator(image_)) {
      if (entry.is_regular_file() && CarriesState(entry.path())) files_.push_back(entry.path());
    }
    ASSERT_GT(files_.size(), 12u);
  }

  void MakeOnce() {
    storage::node::StillClock clock;
    const auto once = OnceStore::Open(image_ + "/once", &clock, &random_);
    ASSERT_THAT(once, IsOk());
    // Debits of a restore; the draw comes after, as a restore destroys those before it.
    ASSERT_THAT((*once)->StartAfterRestore(absl::ToUnixMicros(clock.Now()), {{kQuarter, 1000}}), IsOk());
    RoundEntry round;
    round.period = kQuarter;
    round.round_id = Sha256("round");
    round.descriptor = "what a descriptor says";
    ASSERT_THAT((*once)->Announce(round), IsOk());
    ASSERT_THAT((*once)->KeepDraw(round.round_id, SecretBytes::Random(4096, random_)), IsOk());
  }

  static bool CarriesState(const fs::path& path) {
    const std::string name = path.filename();
    // The ballast is there to be given back when the disk is full; LOCK is empty.
    for (const char* none : {"LOG", "OPTIONS", "IDENTITY", "LOCK", "ballast"})
      if (name.rfind(none, 0) == 0) return false;
    return fs::file_size(path) > 0;
  }
  // By what it is, for the count: "main/sst", "once/MANIFEST", "master_key".
  std::string KindOf(const fs::path& path) const {
    const std::string part = path.parent_path().filename();
    std::string name = path.filename();
    if (!path.extension().empty()) name = path.extension();
    return part + "/" + name.substr(0, name.find('-'));
  }

  std::string Copy() {
    const std::string copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(image_, copy, fs::copy_options::recursive);
    return copy;
  }
  // A copy in which `damage` was done to the same place; true when it was found or harmless.
  void Try(const fs::path& file, const std::function<void(const std::string& path)>& damage, const std::string& what) {
    const std::string copy = Copy();
    damage(copy + file.string().substr(image_.size()));
    const absl::StatusOr<std::string> read = ReadAllOf(copy);
    const std::string kind = KindOf(file);
    ++tries_[kind];
    if (!read.ok()) {
      ++found_[kind];
      EXPECT_FALSE(ReasonOf(read.status()).empty()) << what << " in " << kind << ": " << read.status();
      EXPECT_FALSE(absl::StrContains(read.status().message(), storage::node::kCanary));
      return;
    }
    EXPECT_TRUE(*read == whole_) << what << " in " << kind << " was read as something else";
  }
  void SayCounts(const char* what) const {
    for (const auto& [kind, tries] : tries_) {
      const auto found = found_.find(kind);
      std::cerr << what << " " << kind << ": " << tries << " tried, " << (found == found_.end() ? 0 : found->second)
                << " refused, the rest read whole\n";
    }
  }

  const TempDir folder_;
  const std::string image_ = folder_ / "image";
  SeededRandom random_{kSeed + static_cast<uint64_t>(GetParam())};
  std::string whole_;
  std::vector<fs::path> files_;
  std::map<std::string, int> tries_, found_;
};

TEST_P(DamagedStateTest, AFlippedBitIsFoundOrHarmless) {
  for (int trial = 0; trial < kFlips; ++trial) {
    const fs::path& file = files_[static_cast<size_t>(trial) % files_.size()];
    const uint64_t bit = random_.Below(fs::file_size(file) * 8);
    Try(
        file,
        [bit](const std::string& path) {
          std::fstream bytes(path, std::ios::in | std::ios::out | std::ios::binary);
          bytes.seekg(static_cast<std::streamoff>(bit / 8));
          const char byte = static_cast<char>(bytes.get() ^ (1 << bit % 8));
          bytes.seekp(static_cast<std::streamoff>(bit / 8));
          bytes.put(byte);
        },
        absl::StrCat("bit ", bit));
  }
  SayCounts("flips");
}

TEST_P(DamagedStateTest, ACutIsFoundOrHarmless) {
  for (int trial = 0; trial < kCuts; ++trial) {
    const fs::path& file = files_[static_cast<size_t>(trial) % files_.size()];
    const uint64_t size = random_.Below(fs::file_size(file));
    Try(
        file, [size](const std::string& path) { fs::resize_file(path, size); }, absl::StrCat("cut to ", size));
  }
  SayCounts("cuts");
}

INSTANTIATE_TEST_SUITE_P(Parts, DamagedStateTest, testing::Range(0, kParts));

}  // namespace
}  // namespace aangan::tests

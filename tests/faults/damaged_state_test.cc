// SPDX-License-Identifier: Apache-2.0
// Damage to any file that carries a node's state, or to a backup of it: a flipped bit, or a cut, is found and said, or
// was harmless; never is a record, a setting, a key or a round read that is not what was written.
//
// Not here: RocksDB's LOG, OPTIONS and IDENTITY files, which carry no state; the note of where the second store lies,
// which is of another folder in every copy (home_test flips each of its bytes); the files with tokens, which the node
// never reads; and a configuration file, in which a changed number can not be told from one that a person wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/period.h"
#include "server/node/identity.h"
#include "server/node/offers_file.h"
#include "server/node/own_authority.h"
#include "server/node/recovery.h"
#include "server/node/renewal_file.h"
#include "server/node/restore_from.h"
#include "server/shared/port_certificate.h"
#include "storage/engine/backup.h"
#include "storage/engine/database.h"
#include "storage/node/bulk.h"
#include "storage/node/key_file.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"
#include "tests/faults/node_store_rows.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
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
const model::Period kQuarterBefore = {2026, 2};

// What a reader gives that takes damage for absence, as it promises: its owner goes on without.
absl::Status CountsAsNone(const char* what) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "this one is not used; another is made")
      .Name("of", what);
}

// All that a node knows, read through the doors that the product uses. Equal texts: nothing was changed.
absl::StatusOr<std::string> ReadStore(const std::string& folder) {
  std::string all;
  ASSIGN_OR_RETURN(const auto rows, RowStore::Open(folder));
  NodeStore& store = rows->store();
  ASSIGN_OR_RETURN(const auto members, store.List(model::RecordKind::kMember, {}, std::nullopt, 1000));
  for (const auto& member : members) {
    absl::StrAppend(&all, model::RecordNameText(member.name), std::get<0>(member.record).SerializeAsString());
    for (const auto kind : {model::RecordKind::kConsent, model::RecordKind::kService}) {
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
  return all;
}

absl::StatusOr<std::string> ReadOnce(const std::string& folder) {
  std::string all;
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
  return all;
}

// Files that go into a backup.
absl::StatusOr<std::string> ReadCarriedFiles(const std::string& folder) {
  std::string all;
  storage::node::StillClock clock;
  SystemRandom random;
  ASSIGN_OR_RETURN(const auto identity, node::Identity::Open(folder, random));
  const auto membership = identity->membership();
  if (!membership) return absl::InternalError("no membership, and nobody says so");
  absl::StrAppend(&all, AsText(identity->key().seed().span()), membership->roster, membership->collective,
                  membership->federation_address, AsText(membership->federation_key), membership->authority_pem,
                  membership->certificate_pem, membership->key_pem);
  ASSIGN_OR_RETURN(const auto deal, node::Recovery(folder, &clock, &random).Find());
  if (!deal) return absl::InternalError("no parts were made, and nobody says so");
  absl::StrAppend(&all, deal->number, "/", deal->needed, "/", deal->deal_time_us, "/", deal->rehearse_time_us,
                  AsText(deal->key_check));
  for (const Digest& part : deal->parts) absl::StrAppend(&all, AsText(part));
  ASSIGN_OR_RETURN(const node::Offers offers, node::ReadOffers(folder + "/offers"));
  all += node::EncodeOffers(offers);
  ASSIGN_OR_RETURN(const node::OwnCertificate own, node::OpenOwnAuthority(folder + "/tls", clock, random));
  if (own.authority_is_new) return CountsAsNone("authority");
  return all + own.authority_pem;
}

// Files that are this computer's.
absl::StatusOr<std::string> ReadOtherFiles(const std::string& folder) {
  std::string all;
  storage::node::StillClock clock;
  SystemRandom random;
  ASSIGN_OR_RETURN(const auto renewal, node::ReadRenewal(folder));
  if (!renewal) return CountsAsNone("renewal");
  absl::StrAppend(&all, AsText(renewal->renews), renewal->key_pem, renewal->request_der, renewal->certificate_pem);
  ASSIGN_OR_RETURN(const auto round_keys, RoundKeys::Open(folder + "/round_keys", &random));
  ASSIGN_OR_RETURN(const auto destroyed, round_keys->FindOrMake(kQuarterBefore));
  if (destroyed) return absl::InternalError("a key after it was destroyed");
  ASSIGN_OR_RETURN(const auto round_key, round_keys->FindOrMake(kQuarter));
  if (!round_key) return CountsAsNone("round key");
  absl::StrAppend(&all, AsText(round_key->span()));
  server::PortCertificate port(
      folder + "/tls/port", [] { return CountsAsNone("port"); }, &clock);
  RETURN_IF_ERROR(port.Look());
  return all;
}

absl::StatusOr<std::string> ReadNode(const std::string& image) {
  std::string all;
  for (const auto read : {ReadStore, ReadOnce, ReadCarriedFiles, ReadOtherFiles}) {
    ASSIGN_OR_RETURN(const std::string part, read(image + "/node"));
    all += part;
  }
  return all;
}

// What a restore from the backup and the key file makes.
absl::StatusOr<std::string> ReadBackup(const std::string& image) {
  const storage::node::StillClock clock;
  SystemRandom random;
  node::RestoreOptions options;
  options.from = image + "/backup";
  options.keys_from = image + "/stick";
  options.data = image + "/restored";
  node::RestoreFindings findings;
  RETURN_IF_ERROR(node::RestoreFrom(
      options, clock, random,
      [](const std::string&) {
        return storage::KeyLock{TestKeyLock().protection, TestKeyLock().secret.Clone()};
      },
      [](uint64_t, uint64_t) {}, &findings));
  ASSIGN_OR_RETURN(const std::string store, ReadStore(options.data));
  ASSIGN_OR_RETURN(const std::string files, ReadCarriedFiles(options.data));
  return store + files;
}

class DamagedStateTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    SCOPED_TRACE(kSeed + static_cast<uint64_t>(GetParam()));
    MakeStore();
    MakeOnce();
    MakeFiles();
    MakeBackup();
    // Kept to be given back when the disk is full; made again at each start.
    for (const char* part : {"", "/once", "/once/store"}) fs::remove(data_ + part + "/ballast");
    const auto whole = ReadNode(Copy()), restored = ReadBackup(Copy());
    ASSERT_THAT(whole, IsOk());
    ASSERT_THAT(restored, IsOk());
    whole_ = *whole;
    restored_ = *restored;
    for (const auto& entry : fs::recursive_directory_iterator(image_)) {
      if (entry.is_regular_file() && CarriesState(entry.path())) files_.push_back(entry.path());
    }
    ASSERT_GT(files_.size(), 30u);
  }

  void MakeStore() {
    {
      const auto rows = RowStore::Open(data_);
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
      options.folder = data_ + "/main";
      options.families = storage::kNodeMainFamilies;
      const auto database = storage::Database::Open(options);
      ASSERT_THAT(database, IsOk());
      const storage::Database::Place all[] = {{storage::Family::kRecords, storage::KeyRange::All()}};
      ASSERT_THAT((*database)->Expunge(all, absl::Seconds(30)), IsOk());
    }
    const auto rows = RowStore::Open(data_);
    ASSERT_THAT(rows, IsOk());
    ASSERT_THAT((*rows)->store().AwaitRebuilt(absl::Seconds(60)), IsOk());
    for (uint64_t row = 0; row < kRows; row += 3)
      ASSERT_THAT((*rows)->store().SubmitAndWait((*rows)->EditOf(row)), IsOk());
  }

  void MakeOnce() {
    storage::node::StillClock clock;
    const auto once = OnceStore::Open(data_ + "/once", &clock, &random_);
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

  // As a node that has joined has them, its certificate being renewed.
  void MakeFiles() {
    storage::node::StillClock clock;
    const auto own = node::OpenOwnAuthority(data_ + "/tls", clock, random_);
    ASSERT_THAT(own, IsOk());
    const auto identity = node::Identity::Open(data_, random_);
    ASSERT_THAT(identity, IsOk());
    const PublicKey& federation_key = (*identity)->key().public_key();
    ASSERT_THAT((*identity)->Join({"india", "kerala_1", "federation.example:7411", federation_key, own->authority_pem,
                                   own->certificate_pem, own->key_pem}),
                IsOk());
    ASSERT_THAT(
        node::WriteRenewal(data_, {Sha256(own->certificate_pem), own->key_pem, "a request", own->certificate_pem}),
        IsOk());
    ASSERT_THAT(node::Recovery(data_, &clock, &random_).Split(TestKeyLock(), 2, 3), IsOk());
    node::Offers offers;
    offers.in_force.emplace().mutable_roster()->set_epoch(2);
    offers.past[1].mutable_roster()->set_epoch(1);
    offers.since_us[2] = absl::ToUnixMicros(clock.Now());
    ASSERT_THAT(WriteFileDurably(data_ + "/offers", node::EncodeOffers(offers), 0600), IsOk());
    const auto round_keys = RoundKeys::Open(data_ + "/round_keys", &random_);
    ASSERT_THAT(round_keys, IsOk());
    for (const model::Period& quarter : {kQuarter, kQuarterBefore})
      ASSERT_THAT((*round_keys)->FindOrMake(quarter), IsOk());
    ASSERT_THAT((*round_keys)->Destroy(kQuarterBefore), IsOk());
    server::PortCertificate port(
        data_ + "/tls/port",
        [&own]() -> absl::StatusOr<server::PortCertificate::Pair> {
          return server::PortCertificate::Pair{own->certificate_pem, own->key_pem};
        },
        &clock);
    ASSERT_THAT(port.Look(), IsOk());
  }

  // Two generations on a medium of their own, and the key file on another.
  void MakeBackup() {
    const auto rows = RowStore::Open(data_);
    ASSERT_THAT(rows, IsOk());
    NodeStore& store = (*rows)->store();
    auto folder = storage::BackupFolder::Open(image_ + "/backup", store.DeriveKey("backup"), true);
    ASSERT_THAT(folder, IsOk());
    const storage::node::StillClock clock;
    const int64_t now_us = absl::ToUnixMicros(clock.Now());
    for (const uint64_t number : {1, 2}) {
      const auto written = storage::node::WriteBulk(*store.TakeSnapshot(), data_, number, now_us, *folder,
                                                    [](uint64_t) { return true; });
      ASSERT_THAT(written, IsOk());
    }
    auto keys = storage::node::GatherKeys(*store.TakeSnapshot());
    ASSERT_THAT(keys, IsOk());
    keys->generation = 1;
    keys->time_us = now_us;
    const auto master_key = ReadFile(data_ + "/master_key", 4096);
    ASSERT_THAT(master_key, IsOk());
    keys->master_key = *master_key;
    ASSERT_THAT(storage::node::WriteKeyFile(image_ + "/stick", *keys, store.DeriveKey("key file")), IsOk());
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
    if (part == "files" || part == "generations") return "backup/" + part;
    std::string name = path.filename();
    if (!path.extension().empty()) name = path.extension();
    return part + "/" + name.substr(0, name.find('-'));
  }

  std::string Copy() {
    const std::string copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(image_, copy, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    return copy;
  }
  // A copy in which `damage` was done to the same place; true when it was found or harmless.
  void Try(const fs::path& file, const std::function<void(const std::string& path)>& damage, const std::string& what) {
    const std::string copy = Copy();
    damage(copy + file.string().substr(image_.size()));
    const bool of_node = absl::StartsWith(file.string(), data_ + "/");
    const absl::StatusOr<std::string> read = of_node ? ReadNode(copy) : ReadBackup(copy);
    const std::string kind = KindOf(file);
    ++tries_[kind];
    if (read.ok()) {
      EXPECT_TRUE(*read == (of_node ? whole_ : restored_)) << what << " in " << kind << " was read as something else";
      return;
    }
    ++found_[kind];
    EXPECT_TRUE(SaysWhatToDo(read.status())) << what << " in " << kind << ": " << read.status();
    EXPECT_FALSE(absl::StrContains(read.status().message(), storage::node::kCanary));
  }
  // One of the reasons for damage, in words that end in something to do.
  static bool SaysWhatToDo(const absl::Status& refusal) {
    constexpr Reason kReasons[] = {Reason::kDamaged, Reason::kNewerFormat, Reason::kLogShortened, Reason::kKeyMissing,
                                   Reason::kBadPassphrase};
    constexpr const char* kDeeds[] = {"restore ",     "bring it back", "take ",      "install ",       "put the right",
                                      "look for cap", "check the",     "join again", "another is made"};
    const std::string says = absl::AsciiStrToLower(refusal.message());
    return absl::c_any_of(kReasons, [&](Reason reason) { return HasReason(refusal, reason); }) &&
           absl::c_any_of(kDeeds, [&](const char* deed) { return absl::StrContains(says, deed); });
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
  const std::string data_ = image_ + "/node";
  SeededRandom random_{kSeed + static_cast<uint64_t>(GetParam())};
  std::string whole_, restored_;
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

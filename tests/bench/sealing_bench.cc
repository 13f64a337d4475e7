// SPDX-License-Identifier: Apache-2.0
// What sealing costs a write, and what a passphrase costs a start, in one run on the real disk.
//
// Members with a consent, and services, are written through the store by 1 and 8 callers, with the sync and without;
// the peer is the same store, calls and bytes in which libsodium's cipher copies instead of enciphering and nonces are
// counted instead of drawn. The program can not do without sealing, and has no switch for it: this one stands in front
// of the library's two functions, and of the system's sync. Then one record by the engine alone, sealed and as plain
// bytes, which also are fewer. Slices of both take turns; what is printed are medians.
//
//   sealing_bench [--smoke]      --smoke: some seconds, to see that it works; its numbers mean nothing
#include <dlfcn.h>
#include <sodium.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "storage/engine/column_families.h"
#include "storage/engine/database.h"
#include "storage/engine/sealing.h"
#include "storage/node/node_store.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace {

std::atomic<bool> enciphers{true};
std::atomic<bool> syncs{true};

using Bytes = unsigned char*;
using ConstBytes = const unsigned char*;
using Length = unsigned long long;  // NOLINT(google-runtime-int): libsodium's type

}  // namespace

// The library's functions, with this program's in front of them.
extern "C" int crypto_aead_xchacha20poly1305_ietf_encrypt(Bytes c, Length* c_size, ConstBytes m, Length m_size,
                                                          ConstBytes ad, Length ad_size, ConstBytes nsec,
                                                          ConstBytes npub, ConstBytes k) {
  static const auto real = reinterpret_cast<decltype(&crypto_aead_xchacha20poly1305_ietf_encrypt)>(
      dlsym(RTLD_NEXT, "crypto_aead_xchacha20poly1305_ietf_encrypt"));
  if (enciphers) return real(c, c_size, m, m_size, ad, ad_size, nsec, npub, k);
  std::memmove(c, m, m_size);
  std::memset(c + m_size, 0, crypto_aead_xchacha20poly1305_ietf_ABYTES);
  if (c_size != nullptr) *c_size = m_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;
  return 0;
}
extern "C" int crypto_aead_xchacha20poly1305_ietf_decrypt(Bytes m, Length* m_size, Bytes nsec, ConstBytes c,
                                                          Length c_size, ConstBytes ad, Length ad_size, ConstBytes npub,
                                                          ConstBytes k) {
  static const auto real = reinterpret_cast<decltype(&crypto_aead_xchacha20poly1305_ietf_decrypt)>(
      dlsym(RTLD_NEXT, "crypto_aead_xchacha20poly1305_ietf_decrypt"));
  if (enciphers) return real(m, m_size, nsec, c, c_size, ad, ad_size, npub, k);
  const Length size = c_size - crypto_aead_xchacha20poly1305_ietf_ABYTES;
  std::memmove(m, c, size);
  if (m_size != nullptr) *m_size = size;
  return 0;
}
extern "C" int fdatasync(int file) { return syncs ? static_cast<int>(syscall(SYS_fdatasync, file)) : 0; }
extern "C" int fsync(int file) { return syncs ? static_cast<int>(syscall(SYS_fsync, file)) : 0; }

namespace aangan::storage::node {
namespace {

constexpr int kMembers = 1000;
constexpr int kServicesBefore = 10;  // of each: a write goes over all services of its member

// Different each time, and nothing else.
class CountedRandom final : public RandomSource {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    const uint64_t number = ++number_;
    for (size_t at = 0; at < out.size(); at += sizeof(number))
      std::memcpy(out.data() + at, &number, std::min(sizeof(number), out.size() - at));
  }

 private:
  std::atomic<uint64_t> number_{0};
};

double SecondsOf(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double Median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// A store with its members, sealed or not from its first key on.
class Side {
 public:
  Side(const std::string& folder, bool sealed) : sealed_(sealed) {
    enciphers = sealed_;
    StoreOptions options;
    options.folder = folder;
    options.key_lock = &tests::TestKeyLock();
    options.clock = &clock_;
    options.random = sealed_ ? static_cast<RandomSource*>(&drawn_) : &counted_;
    options.disk_reserve_bytes = 1 << 20;
    auto store = NodeStore::Open(options);
    AANGAN_CHECK(store.ok());
    store_ = *std::move(store);
  }
  ~Side() {
    enciphers = sealed_;
    store_.reset();
  }
  void AddMember() {
    const model::Id member = NewId();
    store::v1::MemberRecord record;
    record.set_birth_year(1996);
    record.set_full_name("A name of the usual length");
    record.set_address("A street and a house, a village, a district, a state");
    record.set_notes(std::string(200, 'n'));
    store::v1::ConsentRecord consent;
    consent.set_purpose(1);
    consent.set_decision(1);
    consent.set_decision_day(20'000);
    consent.set_language("hi");
    RecordsChange change;
    change.actor = kActor;
    change.writes.push_back({WriteKind::kCreate, {model::RecordKind::kMember, member, member}, 0, std::move(record)});
    change.writes.push_back(
        {WriteKind::kCreate, {model::RecordKind::kConsent, member, NewId()}, 0, std::move(consent)});
    AANGAN_CHECK(store_->SubmitAndWait(std::move(change)).ok());
  }
  // New members, to whom the services to come are dealt out; each has some already.
  void BeginWith(int members, int services) {
    enciphers = sealed_;
    members_.clear();
    for (int i = 0; i < members; ++i) {
      members_.push_back(NewId());
      RecordsChange change;
      change.actor = kActor;
      change.writes.push_back({WriteKind::kCreate,
                               {model::RecordKind::kMember, members_.back(), members_.back()},
                               0,
                               store::v1::MemberRecord()});
      AANGAN_CHECK(store_->SubmitAndWait(std::move(change)).ok());
    }
    Run(8, members * services, [](Side& side) { side.AddService(); });
  }
  void AddService() {
    const model::Id& member = members_[next_member_++ % members_.size()];
    store::v1::ServiceRecord record;
    record.set_domain("livelihood");
    record.set_type("training");
    record.set_received_day(20'000);
    record.set_provider("A provider of the usual length");
    record.set_notes(std::string(120, 'n'));
    RecordsChange change;
    change.actor = kActor;
    change.writes.push_back({WriteKind::kCreate, {model::RecordKind::kService, member, NewId()}, 0, std::move(record)});
    AANGAN_CHECK(store_->SubmitAndWait(std::move(change)).ok());
  }
  // So many calls by so many callers at once.
  void Run(int callers, int calls, const std::function<void(Side&)>& call) {
    enciphers = sealed_;
    if (callers == 1) {
      for (int i = 0; i < calls; ++i) call(*this);
      return;
    }
    std::atomic<int> left{calls};
    std::vector<std::thread> threads;
    for (int caller = 0; caller < callers; ++caller) {
      threads.emplace_back([&] {
        while (left-- > 0) call(*this);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  static constexpr char kActor[] = "tokens/aaaaaaaaaaaaaaaaaaaaaaaaaa";
  model::Id NewId() { return model::RandomId(ids_); }

  const bool sealed_;
  const SystemClock clock_;
  SystemRandom drawn_, ids_;
  CountedRandom counted_;
  std::unique_ptr<NodeStore> store_;
  std::vector<model::Id> members_;
  std::atomic<size_t> next_member_{0};
};

double AtQuarter(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 4];
}

// How often so many calls are timed on each side. Short slices, so that what others do on the machine meets both.
struct Slices {
  int count = 0;
  int calls = 0;
};

// Slices of two sides in turn, ABBA: writes a second by the median slice; the ratio also by the slice that a quarter of
// all were quicker than, which met less of others' work; and the processor's time a write.
void Compare(const char* what, int callers, bool synced, const Slices& slices,
             const std::function<void(bool sealed)>& slice) {
  syncs = synced;
  std::vector<double> took[2], worked[2];
  for (int i = 0; i < slices.count; ++i) {
    for (const bool is_sealed : {i % 2 == 0, i % 2 != 0}) {
      const double begin = SecondsOf(CLOCK_MONOTONIC), work_begin = SecondsOf(CLOCK_PROCESS_CPUTIME_ID);
      slice(is_sealed);
      took[is_sealed].push_back(SecondsOf(CLOCK_MONOTONIC) - begin);
      worked[is_sealed].push_back(SecondsOf(CLOCK_PROCESS_CPUTIME_ID) - work_begin);
    }
  }
  const double calls = slices.calls;
  std::printf("%-20s %7d %5s %8.0f %8.0f %7.3f %11.3f %8.1f %8.1f %7.3f\n", what, callers, synced ? "yes" : "no",
              calls / Median(took[true]), calls / Median(took[false]), Median(took[false]) / Median(took[true]),
              AtQuarter(took[false]) / AtQuarter(took[true]), Median(worked[true]) / calls * 1e6,
              Median(worked[false]) / calls * 1e6, Median(worked[false]) / Median(worked[true]));
  std::fflush(stdout);
  syncs = true;
}

void CompareStores(bool smoke) {
  const tests::TempDir folder;
  Side sealed(folder / "sealed", true), plain(folder / "plain", false);
  struct Kind {
    const char* what;
    void (Side::*call)();
  };
  for (const Kind& kind : {Kind{"member with consent", &Side::AddMember}, Kind{"service", &Side::AddService}}) {
    for (const bool synced : {true, false}) {
      for (const int callers : {1, 8}) {
        syncs = false;
        for (Side* side : {&sealed, &plain}) side->BeginWith(smoke ? 10 : kMembers, kServicesBefore);
        const Slices slices = smoke          ? Slices{2, 16}
                              : callers == 1 ? (synced ? Slices{1000, 5} : Slices{600, 20})
                                             : (synced ? Slices{120, 100} : Slices{60, 400});
        Compare(kind.what, callers, synced, slices, [&](bool is_sealed) {
          (is_sealed ? sealed : plain).Run(callers, slices.calls, [&](Side& side) { (side.*kind.call)(); });
        });
      }
    }
  }
}

// A service record by itself: nothing is audited, counted or queued.
void CompareEngines(bool smoke) {
  const tests::TempDir folder;
  SystemRandom random;
  const SecretBytes key = SecretBytes::Random(kSealKeyBytes, random);
  store::v1::ServiceRecord record;
  record.set_domain("livelihood");
  record.set_provider("A provider of the usual length");
  record.set_notes(std::string(120, 'n'));
  enciphers = true;
  for (const bool synced : {true, false}) {
    const Slices slices = smoke ? Slices{2, 16} : synced ? Slices{1000, 5} : Slices{600, 100};
    std::vector<std::unique_ptr<Database>> databases;
    for (const bool is_sealed : {false, true}) {
      DatabaseOptions options;
      options.folder = folder / absl::StrCat(is_sealed ? "sealed" : "plain", synced ? "" : "_unsynced");
      options.families = kNodeMainFamilies;
      databases.push_back(*Database::Open(options));
    }
    uint64_t number = 0;
    Compare("one record, engine", 1, synced, slices, [&](bool is_sealed) {
      for (int i = 0; i < slices.calls; ++i) {
        const std::string place = absl::StrCat("a member and a service of her, ", ++number);
        const std::string bytes = record.SerializeAsString();
        Batch batch(nullptr);
        batch.Put(Family::kRecords, place, is_sealed ? Seal(key.span(), {3, place, 1}, bytes, random).bytes() : bytes);
        AANGAN_CHECK(databases[is_sealed ? 1 : 0]->Write(batch).ok());
      }
    });
  }
}

void MeasurePassphrase(const char* what, const PassphraseCost& cost, int times) {
  const tests::TempDir folder;
  SystemRandom random;
  const KeyLock lock{KeyProtection::kByPassphrase, SecretBytes::Copy(AsBytes("four words of some length"))};
  AANGAN_CHECK(CreateMasterKey(folder / "master_key", lock, cost, random).ok());
  std::vector<double> wall, processor;
  for (int i = 0; i < times; ++i) {
    const double wall_before = SecondsOf(CLOCK_MONOTONIC), processor_before = SecondsOf(CLOCK_THREAD_CPUTIME_ID);
    AANGAN_CHECK(OpenMasterKey(folder / "master_key", lock).ok());
    wall.push_back(SecondsOf(CLOCK_MONOTONIC) - wall_before);
    processor.push_back(SecondsOf(CLOCK_THREAD_CPUTIME_ID) - processor_before);
  }
  std::printf("%-22s %7llu %10llu %10.2f %10.2f\n", what, static_cast<unsigned long long>(cost.passes),
              static_cast<unsigned long long>(cost.memory_bytes >> 20), Median(processor), Median(wall));
}

void RunAll(bool smoke) {
  std::printf("%-22s %7s %10s %10s %10s\n", "Argon2id", "passes", "MiB", "cpu s", "wall s");
  MeasurePassphrase("the floor", kPassphraseFloor, smoke ? 1 : 5);
  if (!smoke) MeasurePassphrase("as measured here", MeasuredPassphraseCost(), 5);
  std::printf("\n%-20s %7s %5s %8s %8s %7s %11s %8s %8s %7s\n", "writes a second", "callers", "sync", "sealed",
              "unsealed", "ratio", "at quarter", "cpu us", "unsealed", "ratio");
  CompareStores(smoke);
  CompareEngines(smoke);
}

}  // namespace
}  // namespace aangan::storage::node

int main(int argc, char** argv) {
  aangan::storage::node::RunAll(argc > 1 && std::strcmp(argv[1], "--smoke") == 0);
  return 0;
}

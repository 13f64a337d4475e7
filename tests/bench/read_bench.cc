// SPDX-License-Identifier: Apache-2.0
// What the audit of reading costs, in one run on the real disk: reads of the store as they are, and the same reads with
// their entry made durable before they are answered, by 1, 8 and 64 callers; for one record and for a page of 50
// members. Reads a second, latencies, and the ratio of the two.
//
//   read_bench [--smoke]      --smoke: a second in all, to see that it works; its numbers mean nothing
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/node/node_store.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {
namespace {

constexpr int kMembers = 1000;
constexpr size_t kPage = 50;

struct Measure {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

Measure Run(int callers, double seconds, const std::function<void(uint64_t turn)>& read) {
  std::vector<std::vector<double>> taken(static_cast<size_t>(callers));
  std::vector<std::thread> threads;
  std::atomic<uint64_t> turn{0};
  const int64_t begin = absl::GetCurrentTimeNanos();
  const int64_t end = begin + static_cast<int64_t>(seconds * 1e9);
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int64_t now = absl::GetCurrentTimeNanos(); now < end;) {
        read(turn++);
        const int64_t after = absl::GetCurrentTimeNanos();
        taken[static_cast<size_t>(caller)].push_back(static_cast<double>(after - now) / 1e6);
        now = after;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double elapsed = static_cast<double>(absl::GetCurrentTimeNanos() - begin) / 1e9;
  std::vector<double> all;
  for (const auto& each : taken) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / elapsed, all[all.size() / 2], all[all.size() * 99 / 100]};
}

void Print(const char* what, int callers, const Measure& measure, double ratio) {
  std::printf("%-28s %7d %12.0f %9.3f %9.3f %9.3f\n", what, callers, measure.per_second, measure.p50_ms, measure.p99_ms,
              ratio);
}

model::RecordName NameOf(const model::Id& member) { return {model::RecordKind::kMember, member, member}; }

std::vector<model::Id> AddMembers(NodeStore& store, RandomSource& random) {
  std::vector<model::Id> members;
  for (int i = 0; i < kMembers; ++i) {
    members.push_back(model::RandomId(random));
    store::v1::MemberRecord record;
    record.set_birth_year(1996);
    record.set_full_name("A name of the usual length");
    record.set_address("A street and a house, a village, a district, a state");
    record.set_notes(std::string(200, 'n'));
    RecordsChange change;
    change.actor = "tokens/bench";
    change.writes.push_back({WriteKind::kCreate, NameOf(members.back()), 0, std::move(record)});
    AANGAN_CHECK(store.SubmitAndWait(std::move(change)).ok());
  }
  return members;
}

void RunAll(bool smoke) {
  const double seconds = smoke ? 0.05 : 3;
  const tests::TempDir folder;
  const SystemClock clock;
  SystemRandom random;
  StoreOptions options;
  options.folder = folder / "node";
  options.key_lock = &tests::TestKeyLock();
  options.clock = &clock;
  options.random = &random;
  options.disk_reserve_bytes = 1 << 20;
  auto store = NodeStore::Open(options);
  AANGAN_CHECK(store.ok());
  const std::vector<model::Id> members = AddMembers(**store, random);
  const auto get = [&](uint64_t turn) { AANGAN_CHECK((*store)->Get(NameOf(members[turn % members.size()])).ok()); };
  const auto list = [&](uint64_t) {
    AANGAN_CHECK((*store)->List(model::RecordKind::kMember, {}, std::nullopt, kPage)->size() == kPage);
  };
  const auto note = [&](uint64_t first, size_t count) {
    ReadNote read{Action::kRead, "tokens/aaaaaaaaaaaaaaaaaaaaaaaaaa", {}};
    for (size_t i = 0; i < count; ++i) {
      const model::Id& member = members[(first + i) % members.size()];
      read.shown.push_back({model::RecordNameText(NameOf(member)), member});
    }
    AANGAN_CHECK((*store)->SubmitAndWait(std::move(read)).ok());
  };
  std::printf("%-28s %7s %12s %9s %9s %9s\n", "", "callers", "per second", "p50 ms", "p99 ms", "ratio");
  for (const int callers : {1, 8, 64}) {
    const Measure bare = Run(callers, seconds, get);
    Print("one record", callers, bare, 1);
    const Measure noted = Run(callers, seconds, [&](uint64_t turn) { get(turn), note(turn, 1); });
    Print("one record, audited", callers, noted, noted.per_second / bare.per_second);
    const Measure page = Run(callers, seconds, list);
    Print("page of 50 members", callers, page, 1);
    const Measure noted_page = Run(callers, seconds, [&](uint64_t turn) { list(turn), note(turn, kPage); });
    Print("page of 50 members, audited", callers, noted_page, noted_page.per_second / page.per_second);
  }
  const int64_t begin = absl::GetCurrentTimeNanos();
  const auto followed = (*store)->FollowAudit({});
  AANGAN_CHECK(followed.ok());
  const double elapsed = static_cast<double>(absl::GetCurrentTimeNanos() - begin) / 1e9;
  std::printf("following the chain: %lld entries, %.0f a second\n", static_cast<long long>(followed->entries()),
              static_cast<double>(followed->entries()) / elapsed);
}

}  // namespace
}  // namespace aangan::storage::node

int main(int argc, char** argv) {
  aangan::storage::node::RunAll(argc > 1 && std::strcmp(argv[1], "--smoke") == 0);
  return 0;
}

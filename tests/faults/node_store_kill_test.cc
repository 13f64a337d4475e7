// SPDX-License-Identifier: Apache-2.0
// kill -9 of a process that imports through the node's store: no acknowledged row or edit is lost, no row is counted
// twice, and the store verifies.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/faults/node_store_rows.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

extern char** environ;

namespace aangan::tests {
namespace {

constexpr int kKills = 125;  // that hit work in flight
constexpr int kVerifyEvery = 5;
using SteadyClock = std::chrono::steady_clock;

// The child and the pipe on which it tells what was acknowledged.
class ImportingChild {
 public:
  ImportingChild(const std::string& folder, uint64_t first_row) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string program = AANGAN_IMPORTING_CHILD;
    std::string where = folder;
    std::string row = absl::StrCat(first_row);
    char* arguments[] = {program.data(), where.data(), row.data(), nullptr};
    if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) != 0) std::abort();
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    told_ = ends[0];
  }
  ~ImportingChild() { close(told_); }

  bool ReadOne() {
    uint64_t number = 0;
    if (read(told_, &number, sizeof(number)) != sizeof(number)) return false;
    acknowledged_.insert(number);
    return true;
  }

  // Reads until the time is over or the pipe ends.
  void ReadUntil(SteadyClock::time_point deadline) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
      pollfd waited = {told_, POLLIN, 0};
      if (poll(&waited, 1, static_cast<int>(std::max<int64_t>(left, 0))) == 0) return;
      if (!ReadOne() || SteadyClock::now() >= deadline) return;
    }
  }

  // True when the signal was what ended it. What it told before is read to the end.
  bool Kill() {
    kill(pid_, SIGKILL);
    while (ReadOne()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  const std::set<uint64_t>& acknowledged() const { return acknowledged_; }

 private:
  pid_t pid_ = 0;
  int told_ = -1;
  std::set<uint64_t> acknowledged_;
};

// What was told, over all lives.
struct Told {
  std::set<uint64_t> rows;
  std::set<uint64_t> edits;
  // Where the next life begins: everything that was not acknowledged is asked again.
  uint64_t FirstMissing() const {
    uint64_t row = 0;
    for (uint64_t present : rows) {
      if (present != row) break;
      ++row;
    }
    return row;
  }
};

void CheckPresent(RowStore& rows, const std::set<uint64_t>& numbers) {
  for (uint64_t number : numbers) {
    const uint64_t row = number / 2;
    const auto service = rows.store().Get(rows.ServiceOf(row));
    ASSERT_THAT(service.status(), IsOk()) << "row " << row << " was acknowledged and is lost";
    ASSERT_THAT(rows.store().Get(rows.MemberOf(row)).status(), IsOk()) << "row " << row << " is there in part";
    if (number % 2 == 0) continue;
    const auto& record = std::get<store::v1::ServiceRecord>(service->record);
    ASSERT_EQ(record.version(), 2u) << "the edit of row " << row << " was acknowledged and is lost, or came twice";
    ASSERT_EQ(record.domain(), "health");
  }
}

// Sum over all cells of a quarter with what these rows and edits leave, in a store that nobody killed.
std::vector<int64_t> CountsOf(RowStore& rows) {
  EXPECT_THAT(rows.store().AwaitRebuilt(absl::Seconds(60)), IsOk());
  const auto closed = rows.store().Close(rows.catalogue().digest, {2026, 3});
  EXPECT_THAT(closed.status(), IsOk());
  return closed.ok() ? closed->counts : std::vector<int64_t>();
}

size_t MembersOf(RowStore& rows) {
  size_t members = 0;
  std::optional<model::Id> after;
  for (;;) {
    const auto page = rows.store().List(model::RecordKind::kMember, {}, after, 500);
    EXPECT_THAT(page.status(), IsOk());
    if (!page.ok() || page->empty()) return members;
    members += page->size();
    after = page->back().name.id;
  }
}

// One life and death of the child; true when the kill hit rows in flight.
bool Live(const std::string& folder, bool also_opening, std::chrono::microseconds life, Told& told) {
  ImportingChild child(folder, told.FirstMissing());
  if (!also_opening) {
    EXPECT_TRUE(child.ReadOne()) << "the child did not import";
  }
  child.ReadUntil(SteadyClock::now() + life);
  EXPECT_TRUE(child.Kill()) << "the child ended by itself";
  for (uint64_t number : child.acknowledged()) (number % 2 == 0 ? told.rows : told.edits).insert(number / 2);

  auto rows = RowStore::Open(folder);
  EXPECT_THAT(rows.status(), IsOk());
  if (rows.ok()) CheckPresent(**rows, child.acknowledged());
  return !child.acknowledged().empty();
}

TEST(NodeStoreKill, AcknowledgedRowsStayAndNoRowCountsTwice) {
  const char* given = std::getenv("AANGAN_TEST_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("AANGAN_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 engine(seed);
  TempDir dir;
  const std::string folder = dir / "node";
  Told told;
  int hits = 0;
  int lives = 0;
  for (; hits < kKills && lives < 2 * kKills; ++lives) {
    const bool also_opening = lives % 8 == 7;
    const std::chrono::microseconds life(engine() % (also_opening ? 60000 : 25000));
    hits += Live(folder, also_opening, life, told);
    if (HasFailure()) FAIL() << "life " << lives;
    if (lives % kVerifyEvery == 0) {
      auto rows = RowStore::Open(folder);
      ASSERT_THAT(rows.status(), IsOk());
      ASSERT_THAT((*rows)->store().AwaitRebuilt(absl::Seconds(60)), IsOk());
      ASSERT_THAT((*rows)->store().Verify().status(), IsOk()) << "life " << lives;
    }
  }
  EXPECT_GE(hits, kKills);

  // Everything once more, to the last row that anybody saw: what was there is skipped.
  auto rows = RowStore::Open(folder);
  ASSERT_THAT(rows.status(), IsOk());
  const uint64_t row_count = *told.rows.rbegin() + 1;
  for (uint64_t row = told.FirstMissing(); row < row_count; ++row) {
    ASSERT_THAT((*rows)->store().SubmitAndWait((*rows)->ImportOf(row)).status(), IsOk());
  }
  // Rows that were in flight behind the last one told are there or not, but once.
  const size_t members = MembersOf(**rows);
  EXPECT_GE(members, row_count);
  uint64_t present = row_count;
  while ((*rows)->store().Get((*rows)->MemberOf(present)).ok()) ++present;
  EXPECT_EQ(members, present);
  const auto report = (*rows)->store().Verify();
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(report->records, static_cast<int64_t>(3 * members));

  // One member fills so many cells; so many members so many times that. The edits move, they do not add.
  TempDir other;
  auto single = RowStore::Open(other / "node");
  ASSERT_THAT(single.status(), IsOk());
  ASSERT_THAT((*single)->store().SubmitAndWait((*single)->ImportOf(0)).status(), IsOk());
  const std::vector<int64_t> one = CountsOf(**single);
  const std::vector<int64_t> all = CountsOf(**rows);
  EXPECT_GT(std::accumulate(one.begin(), one.end(), int64_t{0}), 0);
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), int64_t{0}),
            static_cast<int64_t>(members) * std::accumulate(one.begin(), one.end(), int64_t{0}));
  std::printf("%d kills, %d of them with rows in flight; %zu members, %zu edits told\n", lives, hits, members,
              told.edits.size());
}

}  // namespace
}  // namespace aangan::tests

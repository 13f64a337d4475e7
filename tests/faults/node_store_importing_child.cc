// SPDX-License-Identifier: Apache-2.0
// A process that imports rows through the node's store for ever, edits some, and tells the number of what is
// acknowledged on standard output, until it is killed. Arguments: the folder, the first row.
// Numbers: 2n for row n imported, 2n + 1 for its service edited.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "tests/faults/node_store_rows.h"

namespace {

using aangan::tests::RowStore;

constexpr int kInFlightMax = 16;
constexpr uint64_t kEditEvery = 3;

class Importer {
 public:
  explicit Importer(RowStore* rows) : rows_(rows) {}

  void Submit(aangan::storage::node::RecordsChange change, uint64_t number) {
    {
      absl::MutexLock lock(&mutex_);
      const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return in_flight_ < kInFlightMax; };
      mutex_.Await(absl::Condition(&has_room));
      ++in_flight_;
    }
    rows_->store().Submit(std::move(change), [this, number](const auto& committed) {
      // Stale can only be the edit that a former life made already: it is there.
      const bool stale = absl::IsAborted(committed.status()) && number % 2 == 1;
      if (!committed.ok() && !stale) {
        std::fprintf(stderr, "%s\n", committed.status().ToString().c_str());
        _exit(4);
      }
      if (write(STDOUT_FILENO, &number, sizeof(number)) != sizeof(number)) _exit(3);
      absl::MutexLock lock(&mutex_);
      --in_flight_;
    });
  }

 private:
  RowStore* const rows_;
  absl::Mutex mutex_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto rows = RowStore::Open(argv[1]);
  if (!rows.ok()) {
    std::fprintf(stderr, "%s\n", rows.status().ToString().c_str());
    return 1;
  }
  Importer importer(rows->get());
  for (uint64_t row = std::strtoull(argv[2], nullptr, 10);; ++row) {
    importer.Submit((*rows)->ImportOf(row), 2 * row);
    // So far behind that the row is acknowledged: the member's key is looked up when the edit is sealed.
    if (row % kEditEvery == 0 && row >= 2 * kInFlightMax) {
      importer.Submit((*rows)->EditOf(row - 2 * kInFlightMax), 2 * (row - 2 * kInFlightMax) + 1);
    }
  }
}

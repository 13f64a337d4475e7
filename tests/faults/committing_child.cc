// SPDX-License-Identifier: Apache-2.0
// A process that commits for ever and tells the number of each durable item on standard output, until it is killed.
// Argument: the folder.
#include <unistd.h>

#include <cstdio>

#include "absl/synchronization/mutex.h"
#include "tests/faults/numbered_store.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto store = aangan::tests::NumberedStore::Open(argv[1]);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  constexpr int kInFlightMax = 8;
  absl::Mutex mutex;
  int in_flight = 0;
  auto has_room = [&] { return in_flight < kInFlightMax; };
  for (;;) {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&has_room));
    ++in_flight;
    (*store)->Submit([&](uint64_t number) {
      // Told after the sync: what the reader of the pipe has seen must be there after any kill.
      if (write(STDOUT_FILENO, &number, sizeof(number)) != sizeof(number)) _exit(3);
      absl::MutexLock done_lock(&mutex);
      --in_flight;
    });
  }
}

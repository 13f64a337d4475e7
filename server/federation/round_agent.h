// SPDX-License-Identifier: Apache-2.0
// Moves the rounds along by the clock, in the background: announces ended quarters under the catalogue and roster in
// force, freezes, releases or voids. Nobody can hurry it by an rpc; a contribution that came in wakes it.
//
// Each look does all that is due, one commit a step, so it may be killed anywhere and goes on from what is stored.
// Threads: Start and Stop from one thread; Look and Wake from any. Errors: what the books say; a look that fails is
// logged and made again.
#ifndef AANGAN_SERVER_FEDERATION_ROUND_AGENT_H_
#define AANGAN_SERVER_FEDERATION_ROUND_AGENT_H_

#include <functional>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "server/federation/catalogue_book.h"
#include "server/federation/log_book.h"
#include "server/federation/release_book.h"
#include "server/federation/roster_book.h"
#include "server/federation/round_book.h"

namespace aangan::federation {

// A node contributes to one of the last four ended quarters alone.
inline constexpr int kQuartersBackMax = 4;

class RoundAgent {
 public:
  struct Rooms {
    const RosterBook* rosters = nullptr;
    const CatalogueBook* catalogues = nullptr;
    RoundBook* rounds = nullptr;
    const ReleaseBook* releases = nullptr;
    const LogBook* log = nullptr;
    const Clock* clock = nullptr;
    bool wait_for_all = false;
    absl::Duration every = absl::Minutes(1);
    std::function<void()> also;  // what else is due now and then
  };
  explicit RoundAgent(const Rooms& rooms) : rooms_(rooms), every_(rooms.every) {}
  ~RoundAgent() { Stop(); }

  void Start();
  void Stop();
  void Wake();
  void SetEvery(absl::Duration every);  // the next look is soon
  absl::Status Look();

 private:
  void Run();
  absl::Status NoteGovernance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(looking_);
  absl::Status Announce();
  absl::Status Step(const StoredRound& round);

  const Rooms rooms_;
  absl::Mutex looking_;                                    // one look at a time
  std::set<std::string> noted_ ABSL_GUARDED_BY(looking_);  // digests of rosters and catalogues in the log
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration every_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROUND_AGENT_H_

// SPDX-License-Identifier: Apache-2.0
// Talks to the federation when there is a link: the log followed, keys published, offers in, decisions out, rounds
// noted, approved contributions sent, freezes answered, releases fetched and added up again. Every step can be
// repeated; what is missing after a break is done with the next contact.
//
// It sends nothing that was not decided: signatures that stand in the book, and contributions that were approved.
// Threads: thread-safe; one contact at a time, one thread of its own that comes back every `every`.
// Errors: FAILED_PRECONDITION (WRONG_STATE) before the node has joined; UNAVAILABLE (NO_LINK).
#ifndef AANGAN_SERVER_NODE_SYNC_AGENT_H_
#define AANGAN_SERVER_NODE_SYNC_AGENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "server/node/answer_agent.h"
#include "server/node/certificate_keeper.h"
#include "server/node/close_agent.h"
#include "server/node/federation_link.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/key_agent.h"
#include "server/node/log_watch.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

struct Contact {
  absl::Time time;
  std::vector<storage::node::RoundEntry> changed;
};

class SyncAgent {
 public:
  struct Rooms {
    storage::node::NodeStore* store = nullptr;
    storage::node::OnceStore* once = nullptr;
    const Identity* identity = nullptr;
    GovernanceBook* book = nullptr;
    CloseAgent* close = nullptr;
    LogWatch* watch = nullptr;
    KeyAgent* keys = nullptr;
    AnswerAgent* answers = nullptr;
    CertificateKeeper* certificates = nullptr;
    const Clock* clock = nullptr;
    absl::Duration every = absl::Minutes(15);
    bool accepts_rehearsals = false;
    bool automatic_approval = false;  // never of a rehearsal
    std::function<std::shared_ptr<FederationLink>(const FederationLink::Options&)> open_link = FederationLink::Open;
  };
  explicit SyncAgent(const Rooms& rooms) : rooms_(rooms), every_(rooms.every) {}
  ~SyncAgent();

  void Start();
  void Stop();
  void Wake();  // a contact soon, on the agent's own thread
  // From here on so long between contacts; the next one is soon.
  void SetEvery(absl::Duration every) {
    absl::MutexLock lock(&mutex_);
    woken_ = woken_ || every != every_;
    every_ = every;
  }

  // The same with what the membership says now.
  void Reconnect();

  absl::StatusOr<Contact> SyncNow();
  // Rosters, catalogues and this collective's signatures alone.
  absl::Status SyncGovernance();
  // Tells the store what to count by; nothing happens when that has not changed.
  absl::Status CountByBook();

  // Of the last contact that worked, and what the last try said.
  std::optional<absl::Time> last_contact() const;
  absl::Status last_status() const;

 private:
  absl::StatusOr<std::shared_ptr<FederationLink>> Link();
  // With a certificate that was renewed where it was time.
  absl::StatusOr<std::shared_ptr<FederationLink>> RenewedLink() ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_);
  // What somebody can mend, where it is that and no broken link.
  absl::Status Explained(const absl::Status& status) const;
  absl::Status LogAndGovernance(FederationLink& link) ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_);
  absl::Status Governance(FederationLink& link) ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_);
  absl::Status Rounds(FederationLink& link, Contact& contact) ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_);
  absl::Status OneRound(FederationLink& link, const federation::v1::Round& round);
  absl::Status ContributeTo(FederationLink& link, const federation::v1::Round& round, storage::node::RoundEntry entry);
  absl::StatusOr<storage::node::RoundEntry> Announce(const federation::v1::Round& round, const model::Period& period);
  absl::Status Send(FederationLink& link, const storage::node::RoundEntry& entry);
  absl::Status Conclude(FederationLink& link, const federation::v1::Round& round,
                        const storage::node::RoundEntry& entry);
  absl::StatusOr<bool> InFreeze(const federation::v1::Round& round, const storage::node::RoundEntry& entry) const;
  absl::Status AnswerAndLook(FederationLink& link, const federation::v1::Round& round,
                             const storage::node::RoundEntry& entry);
  absl::Status Look(FederationLink& link, const federation::v1::Round& round, const storage::node::RoundEntry& entry,
                    bool answered_now);
  absl::Status ApproveAutomatically(const storage::node::RoundEntry& entry);
  void Run();
  void Remember(const absl::Status& status);

  const Rooms rooms_;
  absl::Mutex contact_;  // held for a whole contact
  absl::Mutex counting_;
  std::optional<std::set<Digest>> counted_ ABSL_GUARDED_BY(counting_);
  int counted_quarter_ ABSL_GUARDED_BY(counting_) = 0;
  mutable absl::Mutex mutex_;
  std::shared_ptr<FederationLink> link_ ABSL_GUARDED_BY(mutex_);  // shared: Stop cancels it while a contact uses it
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration every_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Time> last_contact_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_SYNC_AGENT_H_

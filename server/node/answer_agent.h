// SPDX-License-Identifier: Apache-2.0
// This node's part in a summed round as a holder of shares: complains of bad ones, answers a freeze once, and adds up
// the answers again for itself.
//
// The order is the promise: lock and answer in one synced batch, key overwritten, then sent. After a crash between the
// steps Resume and the next contact go on from the lock with the same bytes. A node without key and without lock is
// silent. Source: protocol.md 4 (keys and locks), 5.5 to 5.7. Threads: one contact at a time; Resume before the first.
// Errors: of FederationLink and the stores; what is refused is noted as an alarm and is no error of the contact.
#ifndef AANGAN_SERVER_NODE_ANSWER_AGENT_H_
#define AANGAN_SERVER_NODE_ANSWER_AGENT_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/secret.h"
#include "privacy/reconstruction.h"
#include "server/node/federation_link.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/log_watch.h"
#include "server/node/round_check.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"

namespace aangan::node {

class AnswerAgent {
 public:
  struct Rooms {
    storage::node::OnceStore* once = nullptr;
    storage::node::RoundKeys* keys = nullptr;
    const Identity* identity = nullptr;
    const GovernanceBook* book = nullptr;
    LogWatch* watch = nullptr;
    const Clock* clock = nullptr;
  };
  explicit AnswerAgent(const Rooms& rooms) : rooms_(rooms) {}

  // At start-up: the keys of all that was answered are overwritten, again.
  absl::Status Resume();
  // What there is to do in a summed round that was checked when it was announced.
  absl::Status Step(FederationLink& link, const federation::v1::Round& round, const storage::node::RoundEntry& entry);
  // A round that is called void: when it is, by signature and clock, and this node has seen no freeze of it, the
  // period's key is destroyed. False, with an alarm, and the key is kept, when it is not.
  absl::StatusOr<bool> EndVoid(const federation::v1::Round& round, const storage::node::RoundEntry& entry);
  // Adds up the published answers, whatever this node's own part in the round was. True when they say what the release
  // says; false, with an alarm, when they do not.
  absl::StatusOr<bool> CheckSum(FederationLink& link, const federation::v1::Round& round,
                                const storage::node::RoundEntry& entry, const federation::v1::NationalRelease& release);

  // A freeze that was checked stands, and no release of it was ever served. A dispute is an alarm at once. A release
  // that is kept back is one kReleaseDue after this node saw the freeze, by its own clock: enough answered by the
  // federation's own word, in the round or in the log, and what they say is no dispute.
  absl::Status NoRelease(FederationLink& link, const federation::v1::Round& round,
                         const storage::node::RoundEntry& entry);
  static constexpr absl::Duration kReleaseDue = absl::Hours(24 * 14);

 private:
  struct Opened;
  absl::Status Alarm(storage::node::AlarmKind kind, const model::Period& period, const std::string& evidence);
  absl::Status GoOn(FederationLink& link, const federation::v1::Round& round, const storage::node::AnswerLock& lock);
  absl::Status ComplainEarly(FederationLink& link, const RoundGround& ground, const SecretBytes& key);
  absl::Status AnswerFreeze(FederationLink& link, const federation::v1::Round& round,
                            const storage::node::RoundEntry& entry, const RoundGround& ground, const SecretBytes& key);
  absl::StatusOr<bool> MayAnswer(const federation::v1::Round& round, const storage::node::RoundEntry& entry,
                                 const RoundGround& ground);
  // A freeze was taken, the program ended before the answer, and now another is shown.
  static absl::StatusOr<bool> BeganWithAnother(const federation::v1::Round& round,
                                               const storage::node::RoundEntry& entry);
  absl::StatusOr<Opened> OpenAll(const std::vector<federation::v1::Share>& shares, const RoundGround& ground,
                                 const SecretBytes& key);
  absl::Status LockAndSend(FederationLink& link, storage::node::AnswerLock lock);
  absl::StatusOr<std::vector<privacy::PlacedAnswer>> ReadAnswers(const std::vector<federation::v1::Answer>& answers,
                                                                 const RoundGround& ground,
                                                                 const federation::v1::Freeze& freeze);

  const Rooms rooms_;
  std::set<Digest> looked_at_;  // heads whose share opened well
};

// What an answer to this freeze leaves out, cell by cell.
std::vector<bool> LeftOutOf(const RoundGround& ground, const federation::v1::Freeze& freeze);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ANSWER_AGENT_H_

// SPDX-License-Identifier: Apache-2.0
// The real rooms of n nodes in one process, below the rpcs, and a federation in the test's hands: it holds the
// federation's key and every byte that was sent, and shows each node what the test tells it to, true or not.
//
// The round is of 2027Q1, no rehearsal, with a window of 20 days. Threads: one thread.
#ifndef AANGAN_TESTS_SUPPORT_LYING_FEDERATION_H_
#define AANGAN_TESTS_SUPPORT_LYING_FEDERATION_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "base/random.h"
#include "privacy/reconstruction.h"
#include "server/node/answer_agent.h"
#include "server/node/close_agent.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "server/node/key_agent.h"
#include "server/node/log_watch.h"
#include "server/node/round_check.h"
#include "server/node/sync_agent.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"
#include "tests/support/watched_random.h"

namespace aangan::tests {

inline constexpr model::Period kLiarQuarter = {2027, 1};

// What a node's program is made of; closed and opened again as by a crash.
struct LiarNode {
  std::string id;
  std::unique_ptr<TempDir> folder;
  std::unique_ptr<storage::node::NodeStore> store;
  std::unique_ptr<storage::node::OnceStore> once;
  std::unique_ptr<storage::node::RoundKeys> round_keys;
  std::unique_ptr<node::Identity> identity;
  std::unique_ptr<node::GovernanceBook> book;
  std::unique_ptr<node::LogWatch> watch;
  std::unique_ptr<node::KeyAgent> keys;
  std::unique_ptr<node::CloseAgent> close;
  std::unique_ptr<node::AnswerAgent> answers;
  std::unique_ptr<node::CertificateKeeper> certificates;
  std::unique_ptr<node::SyncAgent> sync;

  void Close();
};

class LyingFederation {
 public:
  // A roster of n that all have signed, a summed catalogue that all have accepted, keys published; in the quarter
  // before.
  explicit LyingFederation(int n);

  int n() const { return static_cast<int>(nodes_.size()); }
  LiarNode& node(int place) { return nodes_[static_cast<size_t>(place)]; }
  FakeClock& clock() { return clock_; }
  WatchedRandom& random() { return random_; }
  const SigningKey& key() const { return key_; }
  const federation::v1::Roster& roster() const { return roster_.roster(); }

  // A member of a node who agreed to be counted, with a service received in the quarter.
  void AddMember(int place);
  // The quarter ends and the round is announced to all, or to the first ones alone.
  void Announce() { Announce(n()); }
  void Announce(int told);
  // As it is announced now, truly.
  federation::v1::Round Truth() const;
  absl::Status Notice(int place, const federation::v1::Round& round);
  // Closed, looked at, approved; the bytes are taken as sent, with a receipt.
  void Contribute(int place);
  void ContributeAll();
  // A freeze over what these sent, signed, after the window.
  federation::v1::Round Frozen(const std::vector<int>& places) const;
  federation::v1::Round SignFreeze(federation::v1::Round round) const;
  // The round called void, signed.
  federation::v1::Round Voided() const;
  void PassWindow() { clock_.Advance(absl::Hours(24 * 21)); }

  // One contact of a node in which it is shown this. What it answered is kept in answers().
  absl::Status Show(int place, const federation::v1::Round& round);
  // One whole contact, by the node's own agent: all the rounds and releases that it is told of.
  struct Told {
    federation::v1::Round round;
    std::optional<federation::v1::NationalRelease> release;
  };
  absl::Status Contact(int place, Told told);
  absl::StatusOr<bool> ShowRelease(int place, const federation::v1::Round& round,
                                   const federation::v1::NationalRelease& release);
  federation::v1::NationalRelease Release(const federation::v1::Round& round, federation::v1::ReleaseState state,
                                          const std::vector<int64_t>& sums) const;

  // Whether a start asks where the folder lies, as the program does. Off, images may come and go in place.
  bool homes = false;
  // As a program start: on the same folders.
  void Reopen(int place);
  // A copy of the whole data folder, and back. WithoutLocks: as the design restores, main store and identity alone.
  void SaveImage(int place, const std::string& to);
  enum class Image { kWhole, kWithoutLocks };
  void RestoreImage(int place, const std::string& from, Image image);

  // By place: what arrived, every answer in order, complaints as (complainer, dealer, bytes).
  const std::map<int, std::string>& contributions() const { return contributions_; }
  std::map<int, std::string>& sent() { return contributions_; }
  const std::map<int, std::vector<std::string>>& answers() const { return answers_; }
  struct SentComplaint {
    int complainer = 0;
    std::string dealer;
    std::string bytes;
  };
  const std::vector<SentComplaint>& complaints() const { return complaints_; }
  // What node `place` said about a freeze: parsed words, none when it did not answer that freeze.
  std::optional<privacy::PlacedAnswer> WordsOf(int place, const federation::v1::Round& frozen) const;
  // What a colluder would answer: its own keys open all that is sealed to it, whatever is locked.
  privacy::PlacedAnswer ColludersWords(int place, const federation::v1::Round& frozen) const;
  // As noised by the node: the vector that it approved.
  std::vector<int64_t> VectorOf(int place);
  const node::RoundGround& ground() const { return *ground_; }
  std::vector<storage::node::AlarmKind> AlarmsOf(int place);

  // What a link changes on its way to a node; unset: the truth.
  std::function<void(int place, std::vector<federation::v1::Share>&)> tamper_shares;
  std::function<void(int place, std::vector<federation::v1::Answer>&)> tamper_answers;
  std::function<void(int place, node::LogPage&)> tamper_log;
  // Whole logs that are shown to these places in place of the true one, with heads that are signed.
  std::map<int, std::vector<federation::v1::LogEntry>> other_logs;
  const std::vector<federation::v1::LogEntry>& log() const { return log_; }
  // Calls of CreateAnswer that fail before anything arrives.
  int answers_lost = 0;
  // Private keys as they were before anybody destroyed them: what a colluder keeps.
  std::vector<SecretBytes> colluders_keys;

 private:
  friend class LyingLink;
  void Open(LiarNode& node);
  node::LogPage Log(int place, int64_t after) const;
  void AppendLog(federation::v1::LogEntry entry);
  void Found();

  FakeClock clock_;
  WatchedRandom random_;
  const SigningKey key_ = SigningKey::Generate(random_);
  std::vector<LiarNode> nodes_;
  federation::v1::SignedRoster roster_;
  std::vector<federation::v1::LogEntry> log_;
  federation::v1::RoundDescriptor descriptor_;
  std::optional<node::RoundGround> ground_;
  std::map<int, std::string> contributions_;
  std::map<int, std::vector<std::string>> answers_;
  std::vector<SentComplaint> complaints_;
  std::map<int, Told> told_;
};

// 0 to n-1 without some.
std::vector<int> AllBut(int n, const std::vector<int>& without);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_LYING_FEDERATION_H_

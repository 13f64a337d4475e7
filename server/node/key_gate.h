// SPDX-License-Identifier: Apache-2.0
// What stands before the node's store: it waits until the master key can be opened, and locks the node again when it is
// told to.
//
// The key is opened by the first of these that is there: the file that node.key_file names; the credential
// "aangan-passphrase" of the unit (systemd, LoadCredential); the passphrase that `aangan unlock` hands over the control
// socket. Over it the key is also split among people and brought back from their parts (recovery.h). A node without a
// store makes its key behind whichever of them comes, or of its page (first_start.h). After three wrong passphrases it
// takes one in half a minute. To lock is to begin anew: the process starts itself again, so nothing of its memory is
// left.
//
// Threads: Open and Await from the main thread; the rest from any. Errors: those of storage/engine/master_key;
// CANCELLED when the order to stop came first; FAILED_PRECONDITION (WRONG_STATE) while somebody else makes or restores
// the node, and when a restore was broken off that the next start finishes.
#ifndef AANGAN_SERVER_NODE_KEY_GATE_H_
#define AANGAN_SERVER_NODE_KEY_GATE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/node/control_socket.h"
#include "server/node/recovery.h"
#include "server/node/setup_code.h"
#include "storage/engine/master_key.h"

namespace aangan::node {

class KeyGate {
 public:
  struct Options {
    std::string data;                     // the node's folder
    std::string key_file;                 // path, or empty
    std::string credentials_folder;       // of the unit, or empty
    std::vector<std::string> words;       // of the program, to start it again
    std::function<void()> told_locked{};  // called when it has to wait for somebody; may be empty
  };
  // `clock` and `random` outlive it.
  static absl::StatusOr<std::unique_ptr<KeyGate>> Open(Options options, const Clock* clock, RandomSource* random);

  // What opens the key; blocks until it is there.
  absl::StatusOr<storage::KeyLock> Await();

  // There is no node yet, not even a key; it waits to be opened; what opens it is there.
  enum class State { kNew, kLocked, kOpen };
  State state() const;
  SetupCode& setup_code() { return setup_code_; }
  // Makes the key of a new node, and opens it.
  absl::Status MakeNew(SecretBytes passphrase);
  // Between the two nobody else makes or opens a node; for one that is new. `opens`: what opens the one that was put in
  // its place, null when none was.
  absl::Status BeginRestore() { return Take(true); }
  void EndRestore(storage::KeyLock* opens);

  // What is done between the order to lock and the new beginning; null: nothing. It must come to an end by itself: the
  // order waits for it, and so does this call while it runs.
  void TellBeforeLocking(std::function<void()> tell);

 private:
  KeyGate(Options options, const Clock* clock, RandomSource* random)
      : options_(std::move(options)),
        clock_(clock),
        random_(random),
        recovery_(options_.data, clock, random),
        setup_code_(clock, random) {}
  absl::StatusOr<storage::KeyLock> AtHand() const;
  absl::Status Try(const storage::KeyLock& lock) const;
  bool IsNew() const;
  // One way to open it at a time; with `is_for_new` while there is no node yet.
  absl::Status Take(bool is_for_new);
  // Ends what Take began; `opens` may be null.
  void Give(storage::KeyLock* opens);
  ControlSocket::Outcome NewSetupCode();
  ControlSocket::Outcome Obey(ControlOrder order, SecretBytes first, SecretBytes second);
  ControlSocket::Outcome Unlock(SecretBytes passphrase);
  absl::Status ChangeKeyLock(SecretBytes before, SecretBytes after) const;
  ControlSocket::Outcome Split(SecretBytes passphrase, const SecretBytes& numbers);
  ControlSocket::Outcome Recover(const SecretBytes& parts, SecretBytes next);
  ControlSocket::Outcome Lock();
  // What opens the key now: a passphrase, or the node's own key file.
  absl::StatusOr<storage::KeyLock> LockNow(SecretBytes passphrase) const;
  // RESOURCE_EXHAUSTED while it waits after wrong tries; counts a wrong one.
  absl::Status Patience() const;
  void Count(const absl::Status& tried);
  std::string key_path() const { return options_.data + "/master_key"; }

  const Options options_;
  const Clock* const clock_;
  RandomSource* const random_;
  const Recovery recovery_;
  SetupCode setup_code_;
  mutable absl::Mutex mutex_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;
  storage::KeyLock lock_ ABSL_GUARDED_BY(mutex_);  // until Await takes it
  absl::Mutex telling_;
  std::function<void()> tell_ ABSL_GUARDED_BY(telling_);
  // Of the control thread alone.
  int wrong_tries_ = 0;
  absl::Time next_try_ = absl::InfinitePast();
  std::unique_ptr<ControlSocket> socket_;  // last: its thread calls the others
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_KEY_GATE_H_

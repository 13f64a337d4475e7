// SPDX-License-Identifier: Apache-2.0
// What the page of a node can do before the store is opened: make a new node, make one again from its backup, and say
// how far that is. It has a door of its own, behind which whoever shows the set-up code stands for the operator.
//
// A restore works in the node's folder, because the unit may write nowhere else: restore_from.h makes
// <data>/restored, which is whole when it is there, and moves it in.
// Threads: thread-safe; a restore runs on a thread of its own. Errors: INVALID_ARGUMENT (INVALID_FIELD);
// FAILED_PRECONDITION (WRONG_STATE). What a restore comes to is said by Describe.
#ifndef AANGAN_SERVER_NODE_FIRST_START_H_
#define AANGAN_SERVER_NODE_FIRST_START_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aangan/node/v1/setup.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "server/node/key_gate.h"
#include "server/node/setup_rpc.h"
#include "server/shared/door.h"

namespace aangan::node {

class FirstStart {
 public:
  // All outlive it; it outlives what the HTTPS port answers by its door. `data`: the node's folder.
  static absl::StatusOr<std::unique_ptr<FirstStart>> Open(KeyGate* gate, const std::string& data, const Clock* clock,
                                                          RandomSource* random);
  // Waits until a restore is over.
  ~FirstStart();
  FirstStart(const FirstStart&) = delete;

  server::Door* door() { return door_.get(); }
  // For a node that waits for somebody: where there is none yet, makes a code and writes it into the log, once.
  void Announce(const std::string& https_address);

  struct Wish {
    std::string folder;
    std::string keys_from;
    SecretBytes passphrase;
    std::vector<SecretBytes> parts;
    bool accept_older = false;
    bool lose_members_without_key = false;
  };
  absl::Status StartNewNode(SecretBytes passphrase) { return gate_->MakeNew(std::move(passphrase)); }
  absl::Status BeginRestore(Wish wish);
  v1::GetSetupResponse Describe() const;
  bool restoring() const;

 private:
  FirstStart(KeyGate* gate, const std::string& data, const Clock* clock, RandomSource* random)
      : gate_(gate), data_(data), clock_(clock), random_(random), rpc_(this) {}
  void Restore(const Wish& wish);
  absl::StatusOr<storage::KeyLock> LockFor(const std::string& path, const Wish& wish) const;

  KeyGate* const gate_;
  const std::string data_;
  const Clock* const clock_;
  RandomSource* const random_;
  server::Authorisation roles_;
  SetupRpc rpc_;
  std::unique_ptr<server::Door> door_;
  mutable absl::Mutex mutex_;
  bool restoring_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t done_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t total_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);  // of the last restore
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_FIRST_START_H_

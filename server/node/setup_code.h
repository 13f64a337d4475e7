// SPDX-License-Identifier: Apache-2.0
// The one-time code that whoever sets a new node up at its page has read at this computer: in the log of the first
// start, or from `aangan setup-code`. It stands in the place of a token while there is no store, and so no tokens.
//
// Twelve characters of base32, 60 bits of the operating system's randomness, in three groups: "k7qm-2xwd-p4ha". Only
// its hash is kept, in memory. It ends when the node has been made, when another one is made, and after an hour.
// Threads: thread-safe. Errors: UNAUTHENTICATED (BAD_TOKEN) for a wrong code or one that has ended; the door slows
// down whoever guesses.
#ifndef AANGAN_SERVER_NODE_SETUP_CODE_H_
#define AANGAN_SERVER_NODE_SETUP_CODE_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "server/shared/caller.h"

namespace aangan::node {

class SetupCode final : public server::Callers {
 public:
  static constexpr absl::Duration kLife = absl::Hours(1);

  // Both outlive it. There is no code until one is made.
  SetupCode(const Clock* clock, RandomSource* random) : clock_(clock), random_(random) {}

  // A new one; the one before ends.
  std::string Make();
  void End();

  // Whoever shows the code may do what an operator does. Whoever shows nothing is nobody, and so is whoever shows a
  // token: a browser may still hold one of this node from before it was locked. Case, spaces and dashes do not count.
  absl::StatusOr<server::Caller> Identify(const server::Peer& peer, absl::string_view token) const override;

 private:
  const Clock* const clock_;
  RandomSource* const random_;
  mutable absl::Mutex mutex_;
  SecretBytes hash_ ABSL_GUARDED_BY(mutex_);  // empty: there is none
  absl::Time end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_SETUP_CODE_H_

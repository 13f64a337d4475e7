// SPDX-License-Identifier: Apache-2.0
// Who this node is: its Ed25519 keys, the first made at the first start, and its membership of a federation once it has
// joined.
//
// Which key counts is said by a roster: a new one stands beside the old until a roster that names it is in force, and
// the old one ends what was announced under an older roster; then its file is overwritten and taken away.
//
// All are files of mode 0600 in the data folder, written durably. The membership is one file, so its key, certificate,
// authority and address stand or fall together; a key and certificate that are no pair are never taken.
// Threads: thread-safe. Errors: DATA_LOSS (DAMAGED) when a file is there but is not what was written.
#ifndef AANGAN_SERVER_NODE_IDENTITY_H_
#define AANGAN_SERVER_NODE_IDENTITY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "base/signing.h"

namespace aangan::node {

struct Membership {
  std::string roster;              // slug
  std::string collective;          // slug
  std::string federation_address;  // "host:7411"
  PublicKey federation_key{};      // signs descriptors, receipts, freezes, releases
  std::string authority_pem;       // the federation's own
  std::string certificate_pem;     // this node's, for the federation
  std::string key_pem;
};

class Identity {
 public:
  // Makes the key when the folder has none. `folder` is there already.
  static absl::StatusOr<std::unique_ptr<Identity>> Open(const std::string& folder, RandomSource& random);

  // The newest: with it a node joins, and its next roster names it. It stays as long as this.
  const SigningKey& key() const;
  // The one that a roster names for this collective, as long as this; null when none is, or it was destroyed.
  const SigningKey* KeyIn(const federation::v1::Roster& roster) const;
  // A new one beside those that there are; it is the newest from then on.
  absl::Status AddKey(RandomSource& random);
  // All but the newest and these.
  absl::Status DestroyKeysBut(const std::vector<const SigningKey*>& needed);
  // Hexadecimal of the first 16 bytes of SHA-256 of the public key.
  std::string node_id() const;
  std::optional<Membership> membership() const;
  // ALREADY_EXISTS when it has joined; UNAUTHENTICATED (BAD_CERTIFICATE) when key and certificate are no pair.
  absl::Status Join(const Membership& membership);
  // The same membership with another certificate and its key. UNAUTHENTICATED (BAD_CERTIFICATE).
  absl::Status Replace(const Membership& membership);
  // The same, if the membership still has `renewed`, this certificate; else FAILED_PRECONDITION (WRONG_STATE): new keys
  // came meanwhile, and they count.
  absl::Status Renew(const std::string& renewed, const Membership& membership);

 private:
  // In memory until the program ends, so that nobody holds a key that is gone.
  struct Key {
    SigningKey key;
    std::string path;
    bool destroyed = false;
  };
  explicit Identity(std::string folder) : folder_(std::move(folder)) {}
  absl::Status Load(RandomSource& random);
  absl::Status LoadKeys(RandomSource& random);
  absl::Status Write(const Membership& membership) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Key>> keys_ ABSL_GUARDED_BY(mutex_);  // oldest first, never empty
  std::optional<Membership> membership_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_IDENTITY_H_

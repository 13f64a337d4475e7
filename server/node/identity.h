// SPDX-License-Identifier: Apache-2.0
// Who this node is: its Ed25519 key, made at the first start, and its membership of a federation once it has joined.
//
// Both are files of mode 0600 in the data folder, written durably. The membership is one file, so its key, certificate,
// authority and address stand or fall together; a key and certificate that are no pair are never taken.
// Threads: thread-safe. Errors: DATA_LOSS (DAMAGED) when a file is there but is not what was written.
#ifndef AANGAN_SERVER_NODE_IDENTITY_H_
#define AANGAN_SERVER_NODE_IDENTITY_H_

#include <memory>
#include <optional>
#include <string>

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

  const SigningKey& key() const { return key_; }
  // Hexadecimal of the first 16 bytes of SHA-256 of the public key.
  std::string node_id() const;
  std::optional<Membership> membership() const;
  // ALREADY_EXISTS when it has joined; UNAUTHENTICATED (BAD_CERTIFICATE) when key and certificate are no pair.
  absl::Status Join(const Membership& membership);

 private:
  Identity(std::string folder, SigningKey key) : folder_(std::move(folder)), key_(std::move(key)) {}
  absl::Status Load();

  const std::string folder_;
  const SigningKey key_;
  mutable absl::Mutex mutex_;
  std::optional<Membership> membership_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_IDENTITY_H_

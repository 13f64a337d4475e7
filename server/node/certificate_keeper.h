// SPDX-License-Identifier: Apache-2.0
// Renews this node's certificate towards the federation, with a new key, when a third of its life is left.
//
// The steps, each on disk before the next: a key and a request; the certificate that the federation signed for it; the
// federation was called with it and has confirmed it; it is the membership's. The old certificate works until the new
// one was confirmed, and a kill between any two steps is made good with the next contact: a signed renewal is shown
// first, because the federation may have taken the old one out of use already.
// Threads: Keep by one thread at a time; the rest thread-safe. Errors: UNAVAILABLE (NO_LINK) and what the federation
// answers.
#ifndef AANGAN_SERVER_NODE_CERTIFICATE_KEEPER_H_
#define AANGAN_SERVER_NODE_CERTIFICATE_KEEPER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "server/node/federation_link.h"
#include "server/node/identity.h"
#include "server/node/renewal_file.h"

namespace aangan::node {

class CertificateKeeper {
 public:
  struct Rooms {
    std::string data;  // folder
    Identity* identity = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<FederationLink>(const FederationLink::Options&)> open_link = FederationLink::Open;
  };
  explicit CertificateKeeper(const Rooms& rooms) : rooms_(rooms) {}

  // At the beginning of a contact: ends a renewal that was begun, or begins one when it is time. True when the
  // membership has another certificate now, so that a new link is needed. After a failure it waits an hour, then two,
  // at most a day, before it asks the federation again; after a renewal a day, because a clock that is far ahead finds
  // every certificate old.
  absl::StatusOr<bool> Keep(FederationLink& link);
  // Whether a renewal is due and the last try went wrong.
  bool failing() const;

 private:
  absl::StatusOr<bool> Step(FederationLink& link);
  // True when the federation confirmed it; false when it does not know it, so that another one must be asked for.
  absl::StatusOr<bool> Show(const Membership& membership, const Renewal& renewal);
  absl::Status Ask(FederationLink& link, Renewal& renewal) const;
  bool Waits() const;
  void Remember(const absl::StatusOr<bool>& renewed);

  const Rooms rooms_;
  mutable absl::Mutex mutex_;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time last_try_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // that failed, or renewed it
};

// How a link to the federation of this membership is opened.
FederationLink::Options LinkOptions(const Membership& membership);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CERTIFICATE_KEEPER_H_

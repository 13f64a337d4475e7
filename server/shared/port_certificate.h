// SPDX-License-Identifier: Apache-2.0
// A port's own key and certificate, made anew by themselves when a third of their life is left, without a restart.
//
// They lie in <folder>/pair.<n>/{certificate.pem,key.pem} (0700, 0600) beside a digest of both; a pair that its digest
// does not fit is made anew. The link <folder>/current says which pair counts. gRPC watches the files behind that link
// (FileWatcherCertificateProvider) and takes what it reads, also halves that do not go together, and then refuses
// everybody; so a pair is whole, checked and on disk before the link is turned to it in one step. Connections that are
// open go on with what they began with.
// Threads: thread-safe; one thread of its own between Start and Stop. Errors: those of base/files and of the maker;
// INTERNAL when the maker gave no pair.
#ifndef AANGAN_SERVER_SHARED_PORT_CERTIFICATE_H_
#define AANGAN_SERVER_SHARED_PORT_CERTIFICATE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "server/shared/periodic.h"

namespace aangan::server {

class PortCertificate {
 public:
  struct Pair {
    std::string certificate_pem;  // with its chain
    std::string key_pem;
  };
  using Maker = std::function<absl::StatusOr<Pair>()>;

  // Nothing is read or made before the first Look or MakeAnew. `clock` outlives it.
  PortCertificate(std::string folder, Maker maker, const Clock* clock)
      : folder_(std::move(folder)), maker_(std::move(maker)), clock_(clock) {}

  std::string certificate_path() const;
  std::string key_path() const;
  // A new pair is made when there is none that holds, or a third of its life is left.
  absl::Status Look();
  // Makes one now, whatever there is.
  absl::Status MakeAnew();
  // Often, because a clock that was wrong when the pair was made may be right by now.
  void Start(absl::Duration every = absl::Minutes(1));
  void Stop();

 private:
  bool Suffices() const;
  absl::Status Turn(const std::string& pair) const;
  absl::Status MakePair() ABSL_EXCLUSIVE_LOCKS_REQUIRED(looking_);

  const std::string folder_;
  const Maker maker_;
  const Clock* const clock_;
  absl::Mutex looking_;
  Periodic looks_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PORT_CERTIFICATE_H_

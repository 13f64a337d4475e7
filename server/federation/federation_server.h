// SPDX-License-Identifier: Apache-2.0
// The federation as one object: opens the store, wires the rooms, starts the ports and the agent, and stops them in the
// opposite order. Wiring only.
// Threads: Start and Stop from one thread. Errors: what the rooms say; a store of a newer program is
// FAILED_PRECONDITION (NEWER_FORMAT).
#ifndef AANGAN_SERVER_FEDERATION_FEDERATION_SERVER_H_
#define AANGAN_SERVER_FEDERATION_FEDERATION_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"

namespace aangan::federation {

class FederationServer {
 public:
  struct Options {
    std::string data;  // folder
    std::string listen = "127.0.0.1:7411";
    std::string https = "127.0.0.1:7412";
    std::string enrolment_listen = "127.0.0.1:7413";
    std::string roster;  // slug
    std::vector<std::string> server_names = {"localhost", "127.0.0.1"};
    bool wait_for_all = false;
    absl::Duration check_every = absl::Minutes(1);
    bool reflection = true;
  };
  // `clock` and `random` outlive it.
  static absl::StatusOr<std::unique_ptr<FederationServer>> Start(const Options& options, const Clock* clock,
                                                                 RandomSource* random);
  virtual ~FederationServer() = default;
  // No new calls; those under way get ten seconds, or until Hurry, which comes from another thread.
  virtual void Stop() = 0;
  virtual void Hurry() = 0;
  virtual void SetCheckEvery(absl::Duration every) = 0;
  // Whether the store writes what waits, and CallOwnPort in server/shared/watchdog.h; from one thread, until Stop.
  virtual absl::Status CallOwnPort(absl::Duration within) = 0;
};

// The whole program: settings, start, wait for the order to stop, stop. The exit code: 0, 64 usage, 78 configuration or
// a store of a newer program, 1 else.
int RunFederation(int argc, const char* const* argv, const Clock& clock);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FEDERATION_SERVER_H_

// SPDX-License-Identifier: Apache-2.0
// The node as one object: opens the stores, wires the rooms, starts the front and the agents, and stops them in the
// opposite order. Wiring only.
// Threads: Start and Stop from one thread. Errors: what the rooms say; a store of a newer program is
// FAILED_PRECONDITION (NEWER_FORMAT).
#ifndef AANGAN_SERVER_NODE_NODE_SERVER_H_
#define AANGAN_SERVER_NODE_NODE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/node/entrance.h"
#include "server/shared/metrics.h"
#include "server/shared/probes.h"
#include "storage/engine/master_key.h"

namespace aangan::node {

class NodeServer {
 public:
  struct Options {
    std::string data;                            // folder
    const storage::KeyLock* key_lock = nullptr;  // what opens the master key; until Start returns
    std::string listen = "127.0.0.1:7401";
    Entrance* entrance = nullptr;  // with the HTTPS port; outlives it
    absl::Duration sync_every = absl::Minutes(15);
    uint64_t disk_reserve_bytes = 256u << 20;
    bool accepts_rehearsals = false;
    bool automatic_approval = false;
    bool reflection = true;
    server::Probes* probes = nullptr;    // told when it serves; outlives it
    server::Metrics* metrics = nullptr;  // told what can be asked until the end of this object
  };
  // `clock` and `random` outlive it.
  static absl::StatusOr<std::unique_ptr<NodeServer>> Start(const Options& options, const Clock* clock,
                                                           RandomSource* random);
  virtual ~NodeServer() = default;
  // No new calls; those under way get ten seconds, or until Hurry, which comes from another thread.
  virtual void Stop() = 0;
  virtual void Hurry() = 0;
  virtual void SetSyncEvery(absl::Duration every) = 0;
  // Whether the store writes what waits, and CallOwnPort in server/shared/watchdog.h; from one thread, until Stop.
  virtual absl::Status CallOwnPort(absl::Duration within) = 0;

  // Start and Stop leave in the audit log that the key came into memory and is about to go from it, for whoever has to
  // know after a theft whether the node was open. To be called before a lock, which is no stop. Blocks for two seconds
  // at most.
  virtual void NoteClosing() = 0;
};

// The whole program: settings (or the word "restore": restore_from.h), start, wait for the order to stop, stop. The
// exit code: 0, 64 usage, 78 configuration or a store of a newer program, 1 else.
int RunNode(int argc, const char* const* argv, const Clock& clock);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NODE_SERVER_H_

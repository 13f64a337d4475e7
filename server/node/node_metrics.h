// SPDX-License-Identifier: Apache-2.0
// What a node tells of itself as metrics: its calls, its stores, its certificates, its backups, its contact with the
// federation, its ledger and its rounds. No count of members, services or answers, and nothing of a record.
// Threads: as Metrics.
#ifndef AANGAN_SERVER_NODE_NODE_METRICS_H_
#define AANGAN_SERVER_NODE_NODE_METRICS_H_

#include <string>

#include "server/node/identity.h"
#include "server/node/sync_agent.h"
#include "server/shared/metrics.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

struct MetricRooms {
  const storage::node::NodeStore* store = nullptr;
  const storage::node::OnceStore* once = nullptr;
  const Identity* identity = nullptr;
  const SyncAgent* sync = nullptr;
  const server::Door* door = nullptr;
  std::string port_certificate_path;
};
// All rooms outlive the answers of `metrics`.
void AddNodeMetrics(server::Metrics& metrics, const MetricRooms& rooms);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NODE_METRICS_H_

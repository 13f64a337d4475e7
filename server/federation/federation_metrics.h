// SPDX-License-Identifier: Apache-2.0
// What the federation tells of itself as metrics: its calls, its store, its port's certificate, rounds and
// contributions by where they stand. Who contributed is asked of RoundService; what, of nobody.
// Threads: as Metrics.
#ifndef AANGAN_SERVER_FEDERATION_FEDERATION_METRICS_H_
#define AANGAN_SERVER_FEDERATION_FEDERATION_METRICS_H_

#include <string>
#include <vector>

#include "server/federation/round_book.h"
#include "server/shared/metrics.h"

namespace aangan::federation {

struct MetricRooms {
  const RoundBook* rounds = nullptr;
  std::vector<const server::Door*> doors;
  std::string data;  // folder
  std::string port_certificate_path;
};
// All rooms outlive the answers of `metrics`.
void AddFederationMetrics(server::Metrics& metrics, const MetricRooms& rooms);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_FEDERATION_METRICS_H_

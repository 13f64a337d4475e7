// SPDX-License-Identifier: Apache-2.0
// aangan-node: a collective's node.
#include "base/secret.h"
#include "server/node/node_server.h"

int main(int argc, char** argv) {
  aangan::ForbidCoreDumps();
  const aangan::SystemClock clock;
  return aangan::node::RunNode(argc, argv, clock);
}

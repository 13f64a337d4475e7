// SPDX-License-Identifier: Apache-2.0
// aangan-federation: the federation's node.
#include "base/secret.h"
#include "server/federation/federation_server.h"

int main(int argc, char** argv) {
  aangan::ForbidCoreDumps();
  const aangan::SystemClock clock;
  return aangan::federation::RunFederation(argc, argv, clock);
}

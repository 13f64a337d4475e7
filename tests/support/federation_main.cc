// SPDX-License-Identifier: Apache-2.0
// aangan-federation as tests run it: the same objects, with a clock that a file moves.
#include "server/federation/federation_server.h"
#include "tests/support/offset_clock.h"

int main(int argc, char** argv) {
  const aangan::tests::OffsetClock clock;
  return aangan::federation::RunFederation(argc, argv, clock);
}

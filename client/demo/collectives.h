// SPDX-License-Identifier: Apache-2.0
// The twelve invented collectives of ./demo: ids as in the shipped catalogue, 4,500 members placed in eight states by
// the trafficking cases that the National Crime Records Bureau reported there (Crime in India, 2018 to 2022 added up:
// Andhra Pradesh 987, Assam 976, Bihar 679, Jharkhand 649, Kerala 787, Maharashtra 1,392, Odisha 582, Telangana 1,301),
// and in a state with two of them unequally, because collectives are.
//
// Everything about a member is invented and determined by the seed: no floating point, no library's distribution, so
// that every machine writes the same bytes. Threads: pure.
#ifndef AANGAN_CLIENT_DEMO_COLLECTIVES_H_
#define AANGAN_CLIENT_DEMO_COLLECTIVES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"

namespace aangan::client {

struct DemoCollective {
  std::string id;
  std::string title;
  std::string state;
  int members = 0;
};
const std::vector<DemoCollective>& DemoCollectives();

inline constexpr int kDemoServicesMax = 6;

// A collective's members as CSV with a header: one line a member, services in the last three quarters that ended before
// `today`.
std::string DemoCsv(const DemoCollective& collective, uint64_t seed, absl::CivilDay today);
// The mapping file for it.
std::string DemoMapping();

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_DEMO_COLLECTIVES_H_

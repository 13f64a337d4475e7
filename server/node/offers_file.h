// SPDX-License-Identifier: Apache-2.0
// What the federation offered at the last contact and which rosters were in force here, as one file in the data folder.
//
// Threads: pure but for the file. Errors: those of ReadFile; INVALID_ARGUMENT for a file that was cut.
#ifndef AANGAN_SERVER_NODE_OFFERS_FILE_H_
#define AANGAN_SERVER_NODE_OFFERS_FILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "absl/status/statusor.h"

namespace aangan::node {

struct Offers {
  std::optional<federation::v1::SignedRoster> roster;
  std::optional<federation::v1::SignedRoster> in_force;
  std::map<int32_t, federation::v1::SignedRoster> past;  // were in force, by epoch
  std::vector<federation::v1::SignedCatalogue> catalogues;
};

// Nothing when there is no file, or one of an older format: the next contact brings it all again.
absl::StatusOr<Offers> ReadOffers(const std::string& path);
std::string EncodeOffers(const Offers& offers);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_OFFERS_FILE_H_

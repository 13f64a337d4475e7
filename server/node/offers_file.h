// SPDX-License-Identifier: Apache-2.0
// What the federation offered at the last contact and which rosters were in force here, as one file in the data folder.
// It ends in the SHA-256 of all before: what stands in it is believed without being verified again.
//
// Threads: pure but for the file. Errors: those of ReadFile; DATA_LOSS (DAMAGED) for a file that was cut or changed;
// FAILED_PRECONDITION (NEWER_FORMAT).
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
#include "absl/strings/string_view.h"

namespace aangan::node {

struct KeptCatalogue {
  federation::v1::SignedCatalogue signed_catalogue;
  bool was_in_force = false;
};

struct Offers {
  std::optional<federation::v1::SignedRoster> roster;
  std::optional<federation::v1::SignedRoster> in_force;
  std::map<int32_t, federation::v1::SignedRoster> past;  // were in force, by epoch
  std::map<int32_t, int64_t> since_us;                   // when an epoch came in force here, by this node's clock
  std::vector<KeptCatalogue> catalogues;
};

// Nothing when there is no file: the next contact brings it all again. A file of format 2 says nothing of when epochs
// came in force, nor of which catalogues have been; it and one of format 3 have no digest yet.
absl::StatusOr<Offers> ReadOffers(const std::string& path);
absl::StatusOr<Offers> DecodeOffers(absl::string_view bytes);
std::string EncodeOffers(const Offers& offers);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_OFFERS_FILE_H_

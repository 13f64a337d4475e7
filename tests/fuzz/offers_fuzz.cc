// SPDX-License-Identifier: Apache-2.0
// The file of what the federation offered (also as a backup brings it back): what is read is written as a file that
// reads as the same.
#include "server/node/offers_file.h"

#include "base/check.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/fuzz/fuzz_ground.h"

using namespace aangan;        // NOLINT: a fuzz target is one function
using namespace aangan::node;  // NOLINT
namespace fed = aangan::federation::v1;

namespace {

std::string HonestFile() {
  Offers offers;
  fed::SignedRoster roster;
  *roster.mutable_roster() = tests::TheGround().roster;
  fed::RosterSignature& signature = *roster.add_signatures();
  signature.set_collective("c1");
  signature.set_signature(std::string(64, 's'));
  offers.past[1] = roster;
  roster.mutable_roster()->set_epoch(2);
  offers.in_force = roster;
  roster.mutable_roster()->set_epoch(3);
  offers.roster = roster;
  offers.since_us = {{1, 1'700'000'000'000'000}, {2, 1'800'000'000'000'000}};
  KeptCatalogue kept;
  *kept.signed_catalogue.mutable_catalogue() = tests::TheGround().catalogue;
  offers.catalogues = {kept, kept};
  offers.catalogues[0].was_in_force = true;
  return EncodeOffers(offers);
}

// False when it is refused.
bool Try(absl::string_view bytes) {
  const auto offers = DecodeOffers(bytes);
  if (!offers.ok()) return false;
  const std::string written = EncodeOffers(*offers);
  const auto again = DecodeOffers(written);
  AANGAN_CHECK(again.ok() && EncodeOffers(*again) == written);
  AANGAN_CHECK(again->past.size() == offers->past.size() && again->catalogues.size() == offers->catalogues.size());
  AANGAN_CHECK(again->roster.has_value() == offers->roster.has_value() && again->since_us == offers->since_us);
  return true;
}

// As somebody wrote it who means harm: the digest at its end is right.
std::string WithDigest(std::string body) {
  const Digest digest = Sha256(body);
  body += std::string(AsText(digest));
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string honest = HonestFile();
  const absl::string_view input = tests::AsInput(data, size);
  static const std::string body = honest.substr(0, honest.size() - sizeof(Digest));
  Try(input);
  const std::string changed = tests::Over(honest, input);
  AANGAN_CHECK(Try(changed) == (changed == honest) || changed[3] != honest[3]);  // or one of an older format
  Try(WithDigest(tests::Over(body, input)));
  Try(WithDigest(body + std::string(input)));  // what follows is read as catalogues
  std::string older = body;
  older[3] = static_cast<char>(2 + size % 2);
  Try(tests::Over(older, input));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// A release as an honest federation writes it.
#include "tests/unit/privacy/signed_release.h"

#include <string>

#include "base/digest.h"
#include "model/published.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"
#include "tests/unit/privacy/privacy_test_support.h"

namespace aangan::privacy {

namespace fed = ::aangan::federation::v1;

void SignAgain(const SigningKey& key, fed::ReleaseFile& file) {
  fed::NationalRelease& release = *file.mutable_national_release();
  release.set_signature(std::string(AsText(key.Sign(model::kReleaseLabel, *model::CanonicalRelease(release)))));
}

fed::ReleaseFile SignedRelease(const SigningKey& key) {
  const auto catalogue = DefaultCatalogue([](fed::Catalogue& each) { each.set_form(fed::ROUND_FORM_DIRECT); });
  fed::ReleaseFile file;
  *file.mutable_catalogue() = catalogue->source;
  fed::Roster& roster = *file.mutable_roster();
  roster = TwelveRoster();
  roster.set_federation_key(std::string(AsText(key.public_key())));
  for (fed::Collective& each : *roster.mutable_collectives()) {
    each.set_title(each.id());
    each.set_state("kerala");
    each.set_certificate_fingerprint(std::string(AsText(Sha256(each.id()))));
  }
  fed::NationalRelease& release = *file.mutable_national_release();
  release.set_name("rosters/india/releases/2026Q3");
  release.set_number(1);
  *release.mutable_round_descriptor() = *MakeDescriptor(roster, *catalogue, {2026, 3}, {});
  release.set_round_id(std::string(AsText(RoundId(*CanonicalDescriptor(release.round_descriptor())))));
  release.set_freeze_digest(std::string(32, 'f'));
  release.set_state(fed::RELEASE_STATE_CONFIRMED);
  for (uint32_t i = 0; i < catalogue->RoundCellCount({2026, 3}); ++i) release.add_sums(1000);
  for (const fed::Collective& each : roster.collectives()) release.add_contributors(each.id());
  SignAgain(key, file);
  return file;
}

}  // namespace aangan::privacy

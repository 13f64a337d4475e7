// SPDX-License-Identifier: Apache-2.0
// The shipped catalogue for tests: see privacy_test_support.h.
#include "tests/unit/privacy/privacy_test_support.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/files.h"
#include "base/signing.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

federation::v1::Catalogue Parsed() {
  auto text = ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10);
  AANGAN_CHECK(text.ok());
  auto catalogue = model::ParseCatalogueText(*text);
  AANGAN_CHECK(catalogue.ok());
  return *catalogue;
}

std::vector<std::string> Collectives(const federation::v1::Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const auto& place : catalogue.places())
    ids.insert(ids.end(), place.collectives().begin(), place.collectives().end());
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

std::shared_ptr<const model::CompiledCatalogue> DefaultCatalogue(const Edit& edit) {
  federation::v1::Catalogue catalogue = Parsed();
  const std::vector<std::string> collectives = Collectives(catalogue);
  if (edit) edit(catalogue);
  auto compiled = model::CompileCatalogue(catalogue, collectives);
  AANGAN_CHECK(compiled.ok());
  return *compiled;
}

Edit WithCap(int64_t nano_rho_cap) {
  return [nano_rho_cap](federation::v1::Catalogue& catalogue) {
    for (federation::v1::Table& table : *catalogue.mutable_tables())
      table.set_nano_rho(table.nano_rho() * nano_rho_cap / catalogue.nano_rho_cap());
    catalogue.set_nano_rho_cap(nano_rho_cap);
  };
}

federation::v1::Roster TwelveRoster() {
  const federation::v1::Catalogue catalogue = Parsed();
  tests::SeededRandom random(7);
  federation::v1::Roster roster;
  roster.set_roster(catalogue.roster());
  roster.set_epoch(1);
  roster.mutable_expire_time()->set_seconds(2000000000);
  for (const std::string& id : Collectives(catalogue)) {
    auto* collective = roster.add_collectives();
    collective->set_id(id);
    collective->set_run_by(id);
    const SigningKey key = SigningKey::Generate(random);
    collective->set_signing_key(key.public_key().data(), key.public_key().size());
  }
  return roster;
}

}  // namespace aangan::privacy

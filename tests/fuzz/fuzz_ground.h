// SPDX-License-Identifier: Apache-2.0
// What a summed round of five collectives stands on, for fuzz targets: keys, roster, a catalogue of sixteen cells (half
// of them by a zone, which a freeze may leave out) and the descriptor that everybody computes from them.
#ifndef AANGAN_TESTS_FUZZ_FUZZ_GROUND_H_
#define AANGAN_TESTS_FUZZ_FUZZ_GROUND_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/text_format.h"
#include "model/catalogue.h"
#include "model/codes.h"
#include "privacy/accounting.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"
#include "tests/support/seeded_random.h"

namespace aangan::tests {

inline constexpr char kFuzzCatalogue[] = R"(
roster: "india" version: 1 title: "Two tables" first_period: "2026Q1" last_period: "2027Q4"
form: ROUND_FORM_SUMMED contribute_days: 30 extend_days: 60
member_cells_quarter_max: 2 member_cells_year_max: 1 nano_rho_cap: 24355970
places { id: "all" title: "All" kind: PLACE_KIND_ZONE
  collectives: "c1" collectives: "c2" collectives: "c3" collectives: "c4" collectives: "c5" }
indicators { id: "new_members" question: "?" meaning: "." unit: UNIT_MEMBER filter { event: EVENT_ENROLLED } }
tables { id: "by_place" title: "T" frequency: FREQUENCY_QUARTER indicators: "new_members"
  dimensions: DIMENSION_PLACE dimensions: DIMENSION_GENDER
  member_cells_max: 1 member_weight_max: 1 delta2_squared: 2 delta1: 1 nano_rho: 1000000 cell_bound: 5000 }
tables { id: "national" title: "T" frequency: FREQUENCY_QUARTER indicators: "new_members"
  dimensions: DIMENSION_GENDER
  member_cells_max: 1 member_weight_max: 1 delta2_squared: 2 delta1: 1 nano_rho: 1000000 cell_bound: 5000 }
)";

struct FuzzGround {
  SeededRandom random{3};
  SigningKey federation = SigningKey::Generate(random);
  std::vector<SigningKey> keys;
  federation::v1::Roster roster;
  federation::v1::Catalogue catalogue;
  std::shared_ptr<const model::CompiledCatalogue> compiled;
  model::Period quarter{2026, 3};
  federation::v1::RoundDescriptor descriptor;

  FuzzGround() {
    roster.set_roster("india");
    roster.set_epoch(1);
    roster.mutable_expire_time()->set_seconds(1'800'000'000);
    roster.set_federation_key(std::string(AsText(federation.public_key())));
    privacy::PublishedKeys published;
    for (int place = 0; place < 5; ++place) {
      keys.push_back(SigningKey::Generate(random));
      auto& each = *roster.add_collectives();
      each.set_id(absl::StrCat("c", place + 1));
      each.set_title("A collective");
      each.set_state(std::string(model::CodeText(model::ListId::kState, static_cast<model::Code>(place + 1))));
      each.set_run_by(each.id());
      each.set_signing_key(std::string(AsText(keys.back().public_key())));
      each.set_certificate_fingerprint(std::string(AsText(Sha256(each.id()))));
      published.keys.emplace_back(privacy::RecipientKeyOf(SecretBytes::Random(32, random)));
    }
    AANGAN_CHECK(google::protobuf::TextFormat::ParseFromString(kFuzzCatalogue, &catalogue));
    const model::CodeTable& genders = model::CodesOf(model::ListId::kGender);
    auto& list = *catalogue.add_code_lists();
    list.set_id(genders.id);
    list.set_title(genders.title);
    list.set_source(genders.source);
    for (const model::CodeEntry& entry : genders.codes) {
      auto& code = *list.add_codes();
      code.set_id(entry.id);
      code.set_title(entry.title);
    }
    compiled = *model::CompileCatalogue(catalogue);
    AANGAN_CHECK(privacy::LintPrivacy(*compiled, privacy::NumbersOf(5)).ok());
    descriptor = *privacy::MakeDescriptor(roster, *compiled, quarter, published);
  }
};

inline const FuzzGround& TheGround() {
  static const auto* const ground = new FuzzGround();
  return *ground;
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FUZZ_FUZZ_GROUND_H_

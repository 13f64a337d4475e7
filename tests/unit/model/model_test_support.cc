// SPDX-License-Identifier: Apache-2.0
// Shared parts of the model's tests: see model_test_support.h.
#include "tests/unit/model/model_test_support.h"

#include "absl/strings/str_format.h"
#include "base/digest.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "model/codes.h"

namespace aangan::model {
namespace {

constexpr char kSmallCatalogue[] = R"(
roster: "india" version: 3 title: "Small" first_period: "2026Q1" last_period: "2027Q4"
form: ROUND_FORM_DIRECT contribute_days: 30 extend_days: 60
member_cells_quarter_max: 4 member_cells_year_max: 6 nano_rho_cap: 24355970
places { id: "south_west" title: "South and West" kind: PLACE_KIND_ZONE
  collectives: "andhra_pradesh_1" collectives: "andhra_pradesh_2" collectives: "kerala_1" collectives: "maharashtra_1"
  collectives: "maharashtra_2" collectives: "telangana_1" collectives: "telangana_2" }
places { id: "east" title: "East" kind: PLACE_KIND_ZONE
  collectives: "assam_1" collectives: "assam_2" collectives: "bihar_1" collectives: "jharkhand_1" }
indicators { id: "new_members" question: "?" meaning: "." unit: UNIT_MEMBER filter { event: EVENT_ENROLLED } }
indicators { id: "needs_met" question: "?" meaning: "." unit: UNIT_MEMBER filter { event: EVENT_RECEIVED } }
indicators { id: "services" question: "?" meaning: "." unit: UNIT_SERVICE filter { event: EVENT_RECEIVED } }
indicators { id: "members" question: "?" meaning: "." unit: UNIT_MEMBER filter { event: EVENT_STOCK_ENROLLED } }
indicators { id: "unmet" question: "?" meaning: "." unit: UNIT_MEMBER denominator: "members"
  filter { event: EVENT_STOCK_UNMET } }
indicators { id: "good" question: "?" meaning: "." unit: UNIT_MEMBER filter { event: EVENT_SCORED score_min: 4 } }
indicators { id: "tests" question: "?" meaning: "." unit: UNIT_ASSESSMENT source: "WHO"
  filter { event: EVENT_INSTRUMENT_FILLED instruments: "who_5" } }
tables { id: "new_by_place" title: "T" frequency: FREQUENCY_QUARTER indicators: "new_members"
  dimensions: DIMENSION_PLACE dimensions: DIMENSION_GENDER
  member_cells_max: 1 member_weight_max: 1 delta2_squared: 4 delta1: 1 nano_rho: 1000000 cell_bound: 5000 }
tables { id: "met_by_domain" title: "T" frequency: FREQUENCY_QUARTER indicators: "needs_met" indicators: "services"
  dimensions: DIMENSION_DOMAIN
  member_cells_max: 3 member_weight_max: 2 delta2_squared: 12 delta1: 6 nano_rho: 1000000 cell_bound: 5000 }
tables { id: "year_by_domain" title: "T" frequency: FREQUENCY_YEAR indicators: "unmet" indicators: "good"
  dimensions: DIMENSION_DOMAIN
  member_cells_max: 4 member_weight_max: 1 delta2_squared: 6 delta1: 4 nano_rho: 1000000 cell_bound: 5000 }
tables { id: "year" title: "T" frequency: FREQUENCY_YEAR indicators: "members" indicators: "tests"
  member_cells_max: 2 member_weight_max: 3 delta2_squared: 18 delta1: 6 nano_rho: 1000000 cell_bound: 5000 }
)";

void AddList(ListId id, federation::v1::Catalogue& catalogue) {
  federation::v1::CodeList& list = *catalogue.add_code_lists();
  list.set_id(CodesOf(id).id);
  list.set_title(CodesOf(id).title);
  list.set_source(CodesOf(id).source);
  for (const CodeEntry& entry : CodesOf(id).codes) {
    federation::v1::Code& code = *list.add_codes();
    code.set_id(entry.id);
    code.set_title(entry.title);
  }
}

}  // namespace

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  google::rpc::BadRequest bad_request;
  if (payload.has_value() && bad_request.ParseFromString(std::string(*payload))) {
    for (const auto& violation : bad_request.field_violations()) fields.push_back(violation.field());
  }
  return fields;
}

Day DayOf(int year, int month, int day) { return DayFromCivil({year, month, day}, "day").value(); }

Id IdOf(uint8_t byte) {
  Id id;
  id.bytes.fill(byte);
  return id;
}

std::vector<std::string> TwelveCollectives() {
  return {"andhra_pradesh_1", "andhra_pradesh_2", "assam_1",       "assam_2",  "bihar_1",     "jharkhand_1",
          "kerala_1",         "maharashtra_1",    "maharashtra_2", "odisha_1", "telangana_1", "telangana_2"};
}

federation::v1::Catalogue SmallCatalogue() {
  federation::v1::Catalogue catalogue;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSmallCatalogue, &catalogue));
  catalogue.mutable_places(1)->add_collectives("odisha_1");
  AddList(ListId::kGender, catalogue);
  AddList(ListId::kDomain, catalogue);
  return catalogue;
}

std::shared_ptr<const CompiledCatalogue> Compile(const federation::v1::Catalogue& catalogue) {
  auto compiled = CompileCatalogue(catalogue, TwelveCollectives());
  EXPECT_TRUE(compiled.ok()) << compiled.status() << " " << testing::PrintToString(FieldsOf(compiled.status()));
  return compiled.ok() ? *compiled : nullptr;
}

RosterWithKeys MakeRoster(int count, uint64_t seed) {
  SeededRandom random(seed);
  RosterWithKeys made;
  made.roster.set_roster("india");
  made.roster.set_epoch(1);
  made.roster.mutable_expire_time()->set_seconds(1'800'000'000);
  made.roster.set_federation_key(std::string(AsText(SigningKey::Generate(random).public_key())));
  for (int i = 0; i < count; ++i) {
    made.keys.push_back(SigningKey::Generate(random));
    federation::v1::Collective& collective = *made.roster.add_collectives();
    collective.set_id(absl::StrFormat("c%02d", i + 1));
    collective.set_title("A collective");
    collective.set_state(std::string(CodeText(ListId::kState, static_cast<Code>(i + 1))));
    collective.set_run_by(absl::StrFormat("operator_%d", i + 1));
    collective.set_signing_key(std::string(AsText(made.keys.back().public_key())));
    collective.set_certificate_fingerprint(std::string(AsText(Sha256(collective.id()))));
  }
  return made;
}

}  // namespace aangan::model

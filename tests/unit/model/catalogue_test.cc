// SPDX-License-Identifier: Apache-2.0
// Catalogues: read from text, compiled into indexes and numbered cells.
#include "model/catalogue.h"

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "model/codes.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

TEST(Catalogue, CompilesIntoNumbersOfCells) {
  const auto compiled = Compile(SmallCatalogue());
  ASSERT_NE(compiled, nullptr);
  ASSERT_EQ(compiled->tables.size(), 4u);
  EXPECT_EQ(compiled->tables[0].first_cell, 0u);
  EXPECT_EQ(compiled->tables[0].cell_count, 2u * 8u);  // places, genders
  EXPECT_EQ(compiled->tables[1].first_cell, 16u);
  EXPECT_EQ(compiled->tables[1].cell_count, 2u * 10u);  // indicators, domains
  EXPECT_EQ(compiled->quarter_cell_count, 36u);
  EXPECT_EQ(compiled->tables[2].first_cell, 0u);  // the yearly vector is one of its own
  EXPECT_EQ(compiled->tables[3].first_cell, 20u);
  EXPECT_EQ(compiled->year_cell_count, 22u);
  EXPECT_EQ(compiled->RoundCellCount({2026, 3}), 36u);
  EXPECT_EQ(compiled->RoundCellCount({2026, 4}), 58u);
  EXPECT_EQ(compiled->member_cells_quarter_max, 4);
  EXPECT_EQ(compiled->member_cells_year_max, 6);
  EXPECT_EQ(compiled->tables[3].delta2_squared, 18);
  EXPECT_EQ(compiled->tables[3].delta1, 6);
  EXPECT_EQ(compiled->tables[3].nano_rho, 1'000'000);
  EXPECT_EQ(compiled->tables[3].cell_bound, 5000);
}

TEST(Catalogue, CompilesFiltersIntoCodes) {
  federation::v1::Catalogue source = SmallCatalogue();
  source.mutable_indicators(1)->mutable_filter()->add_domains("health");
  source.mutable_indicators(1)->mutable_filter()->add_service_types("hospital_care");
  const auto compiled = Compile(source);
  const CompiledFilter& filter = compiled->indicators[1].filter;
  EXPECT_TRUE(filter.domains[*FindCode(ListId::kDomain, "health")]);
  EXPECT_FALSE(filter.domains[*FindCode(ListId::kDomain, "education")]);
  EXPECT_TRUE(filter.service_types[*FindCode(ListId::kServiceType, "hospital_care")]);
  EXPECT_TRUE(filter.instruments.empty());
  EXPECT_TRUE(compiled->indicators[6].filter.instruments[*FindCode(ListId::kInstrument, "who_5")]);
  EXPECT_EQ(compiled->indicators[5].filter.score_min, 4);
}

TEST(Catalogue, KnowsItsPeriodsPlacesAndForm) {
  federation::v1::Catalogue source = SmallCatalogue();
  const auto compiled = Compile(source);
  EXPECT_TRUE(compiled->ValidFor({2026, 1}));
  EXPECT_TRUE(compiled->ValidFor({2027, 4}));
  EXPECT_FALSE(compiled->ValidFor({2025, 4}));
  EXPECT_FALSE(compiled->ValidFor({2028, 1}));
  EXPECT_EQ(compiled->PlaceOf("kerala_1"), 0u);
  EXPECT_EQ(compiled->PlaceOf("odisha_1"), 1u);
  EXPECT_FALSE(compiled->PlaceOf("nobody").has_value());
  EXPECT_FALSE(compiled->summed());
  EXPECT_FALSE(compiled->rehearsal());
  source.set_form(federation::v1::ROUND_FORM_SUMMED);
  source.set_contribute_days(13);
  EXPECT_TRUE(Compile(source)->summed());
  EXPECT_TRUE(Compile(source)->rehearsal());
}

TEST(Catalogue, ItsDigestIsThatOfItsCanonicalBytes) {
  const federation::v1::Catalogue source = SmallCatalogue();
  EXPECT_EQ(Compile(source)->digest, Sha256(CanonicalCatalogue(source).value()));
  federation::v1::Catalogue other = source;
  other.set_version(4);
  EXPECT_NE(Compile(other)->digest, Compile(source)->digest);
}

TEST(Catalogue, UnknownFieldsAreRefusedBeforeAnythingElse) {
  federation::v1::Catalogue source = SmallCatalogue();
  auto* table = source.mutable_tables(0);
  table->GetReflection()->MutableUnknownFields(table)->AddVarint(77, 1);
  const absl::Status status = CompileCatalogue(source, TwelveCollectives()).status();
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused));
  EXPECT_EQ(FieldsOf(status), std::vector<std::string>{"catalogue"});
}

TEST(Catalogue, ReadsText) {
  const auto catalogue = ParseCatalogueText("roster: \"india\"  # a comment\nversion: 2\n");
  ASSERT_TRUE(catalogue.ok());
  EXPECT_EQ(catalogue->version(), 2);
}

TEST(Catalogue, TextErrorsTellLineAndColumnAndNothingOfTheText) {
  const absl::Status status = ParseCatalogueText("version: 1\nsecret_name: \"Meena\"\n").status();
  EXPECT_TRUE(HasReason(status, Reason::kCatalogueRefused));
  EXPECT_EQ(status.ToString().find("Meena"), std::string::npos);
  EXPECT_EQ(status.ToString().find("secret_name"), std::string::npos);
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  ASSERT_TRUE(payload.has_value());
  EXPECT_NE(std::string(*payload).find("line"), std::string::npos);
  for (const char* text : {"version: \"one\"", "version: 1 version: 2", "tables {", "unknown: 3", "\xff"})
    EXPECT_FALSE(ParseCatalogueText(text).ok()) << text;
}

TEST(Catalogue, TextIsBoundedInSizeAndDepth) {
  EXPECT_TRUE(HasReason(ParseCatalogueText(std::string(256 * 1024 + 1, ' ')).status(), Reason::kTooLarge));
  EXPECT_TRUE(ParseCatalogueText(std::string(256 * 1024, ' ')).ok());
  std::string deep;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&deep, "tables {");
  EXPECT_FALSE(ParseCatalogueText(deep).ok());
}

}  // namespace
}  // namespace aangan::model

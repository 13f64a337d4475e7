// SPDX-License-Identifier: Apache-2.0
// The code lists that ship: complete, in a fixed order, with bounds and parents.
#include "model/codes.h"

#include <set>

#include "gtest/gtest.h"
#include "model/names.h"

namespace aangan::model {
namespace {

const ListId kAll[] = {ListId::kDomain,  ListId::kServiceType, ListId::kGender,     ListId::kExploitationType,
                       ListId::kAgeBand, ListId::kState,       ListId::kInstrument, ListId::kLanguage};

TEST(Codes, EveryListIsNamedSourcedAndFindsItsCodes) {
  static_assert(std::size(kAll) == kListCount);
  for (ListId list : kAll) {
    const CodeTable& table = CodesOf(list);
    EXPECT_EQ(ListByName(table.id), list);
    EXPECT_FALSE(table.title.empty());
    EXPECT_FALSE(table.source.empty());
    ASSERT_GE(table.codes.size(), 2u);
    for (size_t i = 0; i < table.codes.size(); ++i) {
      const CodeEntry& entry = table.codes[i];
      EXPECT_TRUE(IsSlug("x" + entry.id)) << entry.id << ": age bands begin with a digit, otherwise codes are slugs";
      EXPECT_FALSE(entry.title.empty()) << entry.id;
      EXPECT_EQ(FindCode(list, entry.id), static_cast<Code>(i));
      EXPECT_EQ(CodeText(list, static_cast<Code>(i)), entry.id);
    }
  }
  EXPECT_FALSE(ListByName("district").has_value());
  EXPECT_FALSE(FindCode(ListId::kGender, "Woman").has_value());
  EXPECT_FALSE(FindCode(ListId::kGender, "").has_value());
}

TEST(Codes, WhatMayBeUnknownHasUnknownFirst) {
  for (ListId list : {ListId::kGender, ListId::kExploitationType, ListId::kAgeBand, ListId::kState, ListId::kLanguage})
    EXPECT_EQ(CodeText(list, kUnknownCode), "unknown") << CodesOf(list).id;
  for (ListId list : {ListId::kDomain, ListId::kServiceType, ListId::kInstrument})
    EXPECT_FALSE(FindCode(list, "unknown").has_value()) << CodesOf(list).id;
}

TEST(Codes, TheTenDomainsEachHaveServiceTypes) {
  ASSERT_EQ(CodesOf(ListId::kDomain).codes.size(), 10u);
  std::multiset<Code> parents;
  for (const CodeEntry& type : CodesOf(ListId::kServiceType).codes) parents.insert(type.parent);
  for (Code domain = 0; domain < 10; ++domain) {
    EXPECT_GE(parents.count(domain), 5u) << CodeText(ListId::kDomain, domain);
    EXPECT_LE(parents.count(domain), 8u) << CodeText(ListId::kDomain, domain);
  }
  const CodeEntry& type = CodesOf(ListId::kServiceType).codes[*FindCode(ListId::kServiceType, "bank_account")];
  EXPECT_EQ(CodeText(ListId::kDomain, type.parent), "financial_inclusion");
}

TEST(Codes, ThirtySixStatesAndForcedCriminalityAreThere) {
  EXPECT_EQ(CodesOf(ListId::kState).codes.size(), 37u);
  EXPECT_TRUE(FindCode(ListId::kState, "andaman_and_nicobar_islands").has_value());
  EXPECT_TRUE(FindCode(ListId::kExploitationType, "forced_criminality").has_value());
}

TEST(Codes, InstrumentsHaveTheirPublishedBounds) {
  const struct {
    const char* id;
    int score_min, score_max;
  } expected[] = {{"who_5", 0, 25}, {"phq_9", 0, 27}, {"gad_7", 0, 21}, {"k10", 10, 50}, {"iom_reintegration", 0, 100}};
  for (const auto& one : expected) {
    const CodeEntry& entry = CodesOf(ListId::kInstrument).codes[*FindCode(ListId::kInstrument, one.id)];
    EXPECT_EQ(entry.score_min, one.score_min) << one.id;
    EXPECT_EQ(entry.score_max, one.score_max) << one.id;
  }
  for (const CodeEntry& entry : CodesOf(ListId::kInstrument).codes) EXPECT_LT(entry.score_min, entry.score_max);
}

TEST(Codes, AgeBandsAreCutAtTheirBirthdays) {
  const auto band = [](int age) { return CodeText(ListId::kAgeBand, AgeBand(2026 - age, 2026)); };
  EXPECT_EQ(band(0), "under_18");
  EXPECT_EQ(band(17), "under_18");
  EXPECT_EQ(band(18), "18_29");
  EXPECT_EQ(band(29), "18_29");
  EXPECT_EQ(band(30), "30_47");
  EXPECT_EQ(band(47), "30_47");
  EXPECT_EQ(band(48), "48_and_over");
  EXPECT_EQ(band(-1), "unknown");
  EXPECT_EQ(CodeText(ListId::kAgeBand, AgeBand(0, 2026)), "unknown");
}

}  // namespace
}  // namespace aangan::model

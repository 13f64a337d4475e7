// SPDX-License-Identifier: Apache-2.0
// The rules of a roster, its numbers, and the names of keys.
#include "model/roster.h"

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

TEST(Roster, AGoodOneOfEachSizePasses) {
  for (int count = 1; count <= 14; ++count) EXPECT_TRUE(CheckRoster(MakeRoster(count, 1).roster).ok()) << count;
  EXPECT_EQ(FieldsOf(CheckRoster(MakeRoster(15, 1).roster)), std::vector<std::string>{"roster.collectives"});
  fed::Roster none = MakeRoster(1, 1).roster;
  none.clear_collectives();
  EXPECT_EQ(FieldsOf(CheckRoster(none)), std::vector<std::string>{"roster.collectives"});
}

TEST(Roster, ItsNumbersAreThoseOfTheTable) {
  // n, f, k of reference 4.1.
  const int table[][3] = {{5, 1, 4},  {6, 1, 4},  {7, 2, 5},  {8, 2, 6},  {9, 2, 6},
                          {10, 3, 7}, {11, 3, 8}, {12, 3, 8}, {13, 4, 9}, {14, 4, 10}};
  for (const auto& row : table) {
    EXPECT_EQ(ColludersMax(row[0]), row[1]);
    EXPECT_EQ(DecidingCount(row[0]), row[2]);
  }
  EXPECT_EQ(DecidingCount(1), 1);
  EXPECT_EQ(DecidingCount(4), 3);
}

struct Breach {
  const char* what;
  std::function<void(fed::Roster&)> break_it;
  const char* field;
};

TEST(Roster, EachRuleHasABreachThatNamesItsField) {
  const Breach breaches[] = {
      {"slug", [](auto& r) { r.set_roster("In dia"); }, "roster"},
      {"epoch", [](auto& r) { r.set_epoch(0); }, "epoch"},
      {"a digest in the first epoch", [](auto& r) { r.set_previous_digest(std::string(32, 'x')); }, "previous_digest"},
      {"no digest later", [](auto& r) { r.set_epoch(2); }, "previous_digest"},
      {"no expiry", [](auto& r) { r.clear_expire_time(); }, "expire_time"},
      {"odd nanoseconds", [](auto& r) { r.mutable_expire_time()->set_nanos(-1); }, "expire_time"},
      {"federation key", [](auto& r) { r.set_federation_key("short"); }, "federation_key"},
      {"id", [](auto& r) { r.mutable_collectives(0)->set_id("C"); }, "collectives[0].id"},
      {"order", [](auto& r) { r.mutable_collectives()->SwapElements(0, 1); }, "collectives[1].id"},
      {"id twice", [](auto& r) { r.mutable_collectives(1)->set_id("c01"); }, "collectives[1].id"},
      {"title", [](auto& r) { r.mutable_collectives(0)->clear_title(); }, "collectives[0].title"},
      {"state", [](auto& r) { r.mutable_collectives(0)->set_state("punjaab"); }, "collectives[0].state"},
      {"unknown state", [](auto& r) { r.mutable_collectives(0)->set_state("unknown"); }, "collectives[0].state"},
      {"operator", [](auto& r) { r.mutable_collectives(0)->clear_run_by(); }, "collectives[0].run_by"},
      {"key", [](auto& r) { r.mutable_collectives(0)->set_signing_key("k"); }, "collectives[0].signing_key"},
      {"key twice", [](auto& r) { r.mutable_collectives(1)->set_signing_key(r.collectives(0).signing_key()); },
       "collectives[1].signing_key"},
      {"certificate", [](auto& r) { r.mutable_collectives(0)->clear_certificate_fingerprint(); },
       "collectives[0].certificate_fingerprint"},
      {"certificate twice",
       [](auto& r) {
         r.mutable_collectives(1)->set_certificate_fingerprint(r.collectives(0).certificate_fingerprint());
       },
       "collectives[1].certificate_fingerprint"},
  };
  for (const Breach& breach : breaches) {
    fed::Roster roster = MakeRoster(4, 1).roster;
    breach.break_it(roster);
    const absl::Status status = CheckRoster(roster);
    EXPECT_TRUE(HasReason(status, Reason::kInvalidField)) << breach.what;
    const std::vector<std::string> fields = FieldsOf(status);
    EXPECT_NE(std::find(fields.begin(), fields.end(), absl::StrCat("roster.", breach.field)), fields.end())
        << breach.what << testing::PrintToString(fields);
  }
}

TEST(Roster, NoOperatorRunsMoreThanF) {
  for (int count = 2; count <= 14; ++count) {
    const int allowed = std::max(1, ColludersMax(count));
    fed::Roster roster = MakeRoster(count, 1).roster;
    for (int i = 0; i < allowed; ++i) roster.mutable_collectives(i)->set_run_by("one_for_many");
    EXPECT_TRUE(CheckRoster(roster).ok()) << count;
    roster.mutable_collectives(allowed)->set_run_by("one_for_many");
    EXPECT_EQ(FieldsOf(CheckRoster(roster)),
              std::vector<std::string>{absl::StrCat("roster.collectives[", allowed, "].run_by")});
  }
}

TEST(Roster, UnknownFieldsAreRefused) {
  fed::Roster roster = MakeRoster(4, 1).roster;
  auto* collective = roster.mutable_collectives(2);
  collective->GetReflection()->MutableUnknownFields(collective)->AddVarint(99, 1);
  EXPECT_FALSE(CheckRoster(roster).ok());
  EXPECT_FALSE(RosterDigest(roster).ok());
}

TEST(Roster, TellsPlacesIdsAndExpiry) {
  const fed::Roster roster = MakeRoster(3, 1).roster;
  EXPECT_EQ(RosterCollectives(roster), (std::vector<std::string>{"c01", "c02", "c03"}));
  EXPECT_EQ(PlaceInRoster(roster, "c03"), 2);
  EXPECT_FALSE(PlaceInRoster(roster, "c04").has_value());
  EXPECT_EQ(RosterExpiry(roster), absl::FromUnixSeconds(1'800'000'000));
}

TEST(Roster, AKeyHasANodeIdAndAPhraseToReadAloud) {
  PublicKey key{};
  const Digest digest = Sha256(AsText(key));
  const Id id = NodeId(key);
  EXPECT_TRUE(std::equal(id.bytes.begin(), id.bytes.end(), digest.begin()));
  const std::string phrase = FingerprintPhrase(key);
  EXPECT_EQ(phrase.size(), 6u * 4 + 5);
  EXPECT_EQ(phrase, "mzuh-vlpy-mk6x-o3ep-ygfy-5h4o") << "SHA-256 of 32 zero bytes begins 66687aadf862bd77";
  std::set<std::string> phrases;
  for (uint8_t i = 0; i < 100; ++i) {
    key[31] = i;
    phrases.insert(FingerprintPhrase(key));
  }
  EXPECT_EQ(phrases.size(), 100u);
}

TEST(Roster, KeysHaveThirtyTwoBytes) {
  EXPECT_TRUE(ParseKey(std::string(32, 'k'), "key").ok());
  EXPECT_EQ(FieldsOf(ParseKey(std::string(31, 'k'), "key").status()), std::vector<std::string>{"key"});
}

}  // namespace
}  // namespace aangan::model

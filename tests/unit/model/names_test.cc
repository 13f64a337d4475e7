// SPDX-License-Identifier: Apache-2.0
// Ids and names: one text for one id, everything else refused with the caller's field.
#include "model/names.h"

#include "gtest/gtest.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

TEST(Names, AnIdHasOneTextAndComesBackFromIt) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const Id id = RandomId(random);
    const std::string text = IdText(id);
    ASSERT_EQ(text.size(), 26u);
    ASSERT_EQ(ParseId(text, "id").value(), id);
  }
}

TEST(Names, IdsFollowTheAlphabetOfRfc4648) {
  EXPECT_EQ(IdText(Id{}), "aaaaaaaaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(IdText(IdOf(0xff)),
            "7777777777777777777777777"
            "4");
  Id id;
  const std::string foobar = "foobarfoobarfoob";  // base32 of "foobar" is MZXW6YTBOI
  std::copy(foobar.begin(), foobar.end(), id.bytes.begin());
  EXPECT_EQ(IdText(id).substr(0, 9), "mzxw6ytbo");
}

TEST(Names, TextsThatAreNoIdAreRefusedWithTheField) {
  const std::string good = IdText(IdOf(7));
  std::string upper = good;
  upper[0] = 'A';
  std::string digit = good;
  digit[3] = '1';  // not in the alphabet
  std::string loose = good;
  loose.back() = 'b';  // a bit beyond the 128
  for (const std::string& text : {std::string(), good.substr(1), good + "a", upper, digit, loose}) {
    const absl::Status status = ParseId(text, "member_id").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(FieldsOf(status), std::vector<std::string>{"member_id"});
  }
}

TEST(Names, RecordNamesComeBackFromTheirText) {
  for (RecordKind kind : {RecordKind::kMember, RecordKind::kConsent, RecordKind::kService, RecordKind::kAssessment,
                          RecordKind::kGrievance, RecordKind::kSealedState}) {
    const bool one_a_member = kind == RecordKind::kMember || kind == RecordKind::kSealedState;
    RecordName name{kind, IdOf(1), one_a_member ? IdOf(1) : IdOf(2)};
    EXPECT_EQ(ParseRecordName(kind, RecordNameText(name), "name").value(), name) << RecordNameText(name);
  }
  EXPECT_EQ(RecordNameText({RecordKind::kService, IdOf(0), IdOf(0)}),
            "members/aaaaaaaaaaaaaaaaaaaaaaaaaa/services/aaaaaaaaaaaaaaaaaaaaaaaaaa");
}

TEST(Names, ARecordNameOfAnotherKindIsRefused) {
  const std::string service = RecordNameText({RecordKind::kService, IdOf(1), IdOf(2)});
  const std::string member = RecordNameText({RecordKind::kMember, IdOf(1), IdOf(1)});
  EXPECT_FALSE(ParseRecordName(RecordKind::kConsent, service, "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kMember, service, "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kService, member, "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kService, member + "/services/", "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kMember, member + "/", "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kMember, "person/" + IdText(IdOf(1)), "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kSealedState, member + "/sealedState/", "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kSealedState, member, "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kMember, "", "name").ok());
  EXPECT_FALSE(ParseRecordName(RecordKind::kMember, "members/short", "name").ok());
  EXPECT_EQ(FieldsOf(ParseRecordName(RecordKind::kMember, "x", "parent").status()), std::vector<std::string>{"parent"});
}

TEST(Names, SlugsAreLowerCaseAndShort) {
  for (const char* slug : {"a", "maharashtra_1", "x-9", "abc"}) EXPECT_TRUE(IsSlug(slug)) << slug;
  for (const std::string& text : {std::string(), std::string("1a"), std::string("A"), std::string("a b"),
                                  std::string("a/b"), std::string("_a"), std::string(64, 'a')})
    EXPECT_FALSE(IsSlug(text)) << text;
  EXPECT_TRUE(IsSlug(std::string(63, 'a')));
}

TEST(Names, ChildrenOfARosterGiveBothParts) {
  const auto child = ParseRosterChild("rosters/india/collectives/kerala_1", "collectives", "name").value();
  EXPECT_EQ(child.first, "india");
  EXPECT_EQ(child.second, "kerala_1");
  for (const char* text :
       {"", "rosters/india", "rosters/india/rounds/kerala_1", "roster/india/collectives/kerala_1",
        "rosters/India/collectives/kerala_1", "rosters/india/collectives/a/b", "rosters/india/collectives/"}) {
    EXPECT_FALSE(ParseRosterChild(text, "collectives", "name").ok()) << text;
  }
}

}  // namespace
}  // namespace aangan::model

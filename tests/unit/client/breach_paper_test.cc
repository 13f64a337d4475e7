// SPDX-License-Identifier: Apache-2.0
// What the papers of a breach say of what the node answered.
#include "client/command/breach_paper.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace aangan::client {
namespace {

// As one line, because lines break where the paper's width says.
std::string OneLine(const Paper& paper) { return absl::StrReplaceAll(paper.AsText(), {{"\n   ", " "}, {"\n", " "}}); }

LostToken Lost() {
  LostToken lost{"tokens/t", "2026-11-20", "", {}, {}};
  lost.report.set_exposed_member_count(2);
  lost.report.set_member_count(450000);
  lost.report.mutable_token()->set_name("tokens/t");
  lost.report.mutable_token()->set_role(node::v1::ROLE_CASEWORKER);
  lost.report.set_entries(7);
  for (const auto& [name, state] : {std::pair("members/a", node::v1::EXPOSED_MEMBER_STATE_PRESENT),
                                    std::pair("members/b", node::v1::EXPOSED_MEMBER_STATE_ERASED)}) {
    node::v1::ExposedMember& member = *lost.report.add_exposed_members();
    member.set_member(name);
    member.set_state(state);
    node::v1::ExposedCount& count = *member.add_counts();
    count.set_kind(node::v1::EXPOSED_KIND_ASSESSMENT);
    count.set_shown(3);
  }
  node::v1::ExposedAct& act = *lost.report.add_acts();
  act.set_action(node::v1::AUDIT_ACTION_TOKEN_CREATED);
  act.set_resource("tokens/made");
  lost.report.mutable_head()->set_phrase("7-abcd");
  return lost;
}

TEST(LostTokenPaperTest, SaysHowManyWhichAndWhatNext) {
  LostToken lost = Lost();
  std::string text = OneLine(LostTokenPaper(lost));
  for (const char* said :
       {"Data of 2 members were shown", "from 2026-11-20", "opens the records of all 4,50,000 members", "YES",
        "aangan token end tokens/t", "tokens/made", "members/a", "members/b", "(erased since)", "assessment", "7-abcd",
        "A caseworker finds them"})
    EXPECT_TRUE(absl::StrContains(text, said)) << said << "\n" << text;
  lost.names["members/a"] = "A Name";
  lost.report.set_ended(true);
  text = OneLine(LostTokenPaper(lost));
  EXPECT_TRUE(absl::StrContains(text, "A Name"));
  EXPECT_FALSE(absl::StrContains(text, "aangan token end"));
  EXPECT_FALSE(absl::StrContains(text, "A caseworker finds them"));
}

TEST(LostTokenPaperTest, AnOperatorIsToldHowManyAndNotWhich) {
  LostToken lost = Lost();
  lost.report.clear_exposed_members();
  const std::string text = OneLine(LostTokenPaper(lost));
  EXPECT_TRUE(absl::StrContains(text, "Data of 2 members"));
  EXPECT_TRUE(absl::StrContains(text, "The steward prints the list"));
}

TEST(LostTokenPaperTest, AnUnknownRoleIsReckonedAsACaseworkers) {
  LostToken lost = Lost();
  lost.report.clear_token();
  EXPECT_TRUE(absl::StrContains(OneLine(LostTokenPaper(lost)), "If it was a caseworker's"));
}

TEST(StolenNodePaperTest, EachStateOfTheNodeIsAnotherSentence) {
  StolenNode stolen;
  EXPECT_TRUE(absl::StrContains(OneLine(StolenNodePaper(stolen)), "does not say whether"));
  stolen.exposure.set_openness(node::v1::NODE_OPENNESS_OPEN);
  EXPECT_TRUE(absl::StrContains(OneLine(StolenNodePaper(stolen)), "may read everything"));
  stolen.exposure.set_openness(node::v1::NODE_OPENNESS_CLOSED);
  EXPECT_TRUE(absl::StrContains(OneLine(StolenNodePaper(stolen)), "The node was closed"));
  stolen.exposure.set_key_opener(node::v1::KEY_OPENER_KEY_FILE);
  node::v1::KeyCopy& copy = *stolen.key_copies.emplace(stolen.key_copies.end());
  copy.set_name("keyCopies/1");
  copy.set_label("red_stick");
  const std::string text = OneLine(StolenNodePaper(stolen));
  EXPECT_TRUE(absl::StrContains(text, "A key file opens it"));
  EXPECT_TRUE(absl::StrContains(text, "red_stick"));
  EXPECT_TRUE(absl::StrContains(text, "never split among people"));
}

}  // namespace
}  // namespace aangan::client

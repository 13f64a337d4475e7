// SPDX-License-Identifier: Apache-2.0
// Searching members by name over the node's port: what is found follows every write, in every script, and the index
// keeps no name.
#include "server/node/name_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/name_words.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Members = v1::MemberService::Stub;

TEST(NameWords, AreCutAndFolded) {
  EXPECT_THAT(NameWords("  Lakshmi-Devi O'Neil 2 "), ElementsAre("lakshmi", "devi", "o", "neil", "2"));
  EXPECT_THAT(NameWords("STRASSE straße"), ElementsAre("strasse", "strasse"));
  // One letter in two ways: as one character, and as a letter with a mark.
  EXPECT_EQ(NameWords("Ren\xC3\xA9"
                      "e"),
            NameWords("Rene\xCC\x81"
                      "e"));
  // Devanagari: vowel signs and the virama belong to the word.
  EXPECT_THAT(NameWords("लक्ष्मी देवी"), ElementsAre("लक्ष्मी", "देवी"));
  EXPECT_TRUE(NameWords("\xFF\xFE").empty());
  EXPECT_TRUE(NameWords("").empty());
}

TEST(NameWords, BeginWithTwoLetters) {
  EXPECT_EQ(NameBeginning("lakshmi"), "la");
  EXPECT_EQ(NameBeginning("देवी"), "दे");
  EXPECT_EQ(NameBeginning("l"), "");
  EXPECT_EQ(NameBeginning("द"), "");
  EXPECT_EQ(NameBeginning(""), "");
}

class NameIndexTest : public ::testing::Test {
 protected:
  v1::Member Create(const std::string& name, const std::vector<std::string>& others = {}) {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    request.mutable_member()->mutable_details()->set_full_name(name);
    for (const std::string& other : others) request.mutable_member()->mutable_details()->add_other_names(other);
    v1::Member member;
    EXPECT_THAT(client_.Call(*client_.members, &Members::CreateMember, request, &member), IsOk());
    return member;
  }
  void Rename(v1::Member& member, const std::string& name) {
    v1::UpdateMemberRequest request;
    member.mutable_details()->set_full_name(name);
    *request.mutable_member() = member;
    request.mutable_update_mask()->add_paths("details.full_name");
    ASSERT_THAT(client_.Call(*client_.members, &Members::UpdateMember, request, &member), IsOk());
  }
  void Delete(const v1::Member& member) {
    v1::DeleteMemberRequest request;
    request.set_name(member.name());
    request.set_etag(member.etag());
    google::protobuf::Empty empty;
    ASSERT_THAT(client_.Call(*client_.members, &Members::DeleteMember, request, &empty), IsOk());
  }
  absl::Status Search(const std::string& query, v1::SearchMembersResponse* response) const {
    v1::SearchMembersRequest request;
    request.set_query(query);
    return client_.Call(*client_.members, &Members::SearchMembers, request, response);
  }
  std::multiset<std::string> Found(const std::string& query) const {
    v1::SearchMembersResponse response;
    EXPECT_THAT(Search(query, &response), IsOk());
    std::multiset<std::string> names;
    for (const v1::Member& member : response.members()) names.insert(member.details().full_name());
    return names;
  }

  NodeUnderTest node_;
  const NodeClient client_ = node_.Caseworker();
};

using Names = std::multiset<std::string>;

TEST_F(NameIndexTest, FindsByTheBeginningsOfWordsInAnyOrder) {
  Create("Lakshmi Devi");
  Create("Lata Devi", {"Lakshmi of the mill"});
  Create("Meena Kumari");
  Create("लक्ष्मी देवी");
  EXPECT_EQ(Found("lakshmi"), Names({"Lakshmi Devi", "Lata Devi"}));
  EXPECT_EQ(Found("LA de"), Names({"Lakshmi Devi", "Lata Devi"}));
  EXPECT_EQ(Found("devi lakshmi"), Names({"Lakshmi Devi", "Lata Devi"}));
  EXPECT_EQ(Found("lakshmi mill"), Names({"Lata Devi"}));
  EXPECT_EQ(Found("लक्"), Names({"लक्ष्मी देवी"}));
  EXPECT_EQ(Found("L devi"), Names({"Lakshmi Devi", "Lata Devi"}));
  EXPECT_EQ(Found("shmi"), Names());
  EXPECT_EQ(Found("Kumari Devi"), Names());
}

TEST_F(NameIndexTest, WhatSaysTooLittleOrTooMuchIsRefused) {
  Create("Lakshmi Devi");
  v1::SearchMembersResponse response;
  for (const char* query : {"", " - ", "L", "L D", "aa bb cc dd ee ff"}) {
    EXPECT_THAT(Search(query, &response), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField)) << query;
  }
}

TEST_F(NameIndexTest, PagesGoThroughAllOnce) {
  Names made, seen;
  for (int i = 0; i < 7; ++i) made.insert(Create(absl::StrCat("Devi the ", i)).details().full_name());
  v1::SearchMembersRequest request;
  request.set_query("devi");
  request.set_page_size(3);
  v1::SearchMembersResponse response;
  for (int pages = 0; pages < 3; ++pages) {
    ASSERT_THAT(client_.Call(*client_.members, &Members::SearchMembers, request, &response), IsOk());
    for (const v1::Member& member : response.members()) seen.insert(member.details().full_name());
    request.set_page_token(response.next_page_token());
  }
  EXPECT_EQ(seen, made);
  EXPECT_EQ(response.next_page_token(), "");
  request.set_query("devi the");
  request.set_page_token("made up");
  EXPECT_THAT(client_.Call(*client_.members, &Members::SearchMembers, request, &response),
              HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken));
}

// Any order of enrolling, renaming and erasing, with searches in between: what is found is what a list would show.
TEST_F(NameIndexTest, FollowsEveryWrite) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const std::vector<std::string> words = {"Lakshmi", "Lata", "Devi", "Meena", "Kumari", "Asha"};
  const auto name = [&] { return words[random() % words.size()] + " " + words[random() % words.size()]; };
  std::vector<v1::Member> members;
  for (int step = 0; step < 80; ++step) {
    const size_t which = members.empty() ? 0 : random() % members.size();
    switch (members.empty() ? 0 : random() % 4) {
      case 0:
      case 1:
        members.push_back(Create(name()));
        break;
      case 2:
        Rename(members[which], name());
        break;
      default:
        Delete(members[which]);
        members.erase(members.begin() + static_cast<std::ptrdiff_t>(which));
    }
    const std::string& wanted = words[random() % words.size()];
    Names expected;
    for (const v1::Member& member : members) {
      if (absl::StrContains(member.details().full_name(), wanted)) expected.insert(member.details().full_name());
    }
    ASSERT_EQ(Found(wanted), expected) << "step " << step << ", " << wanted;
  }
}

}  // namespace
}  // namespace aangan::node

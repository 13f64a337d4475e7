// SPDX-License-Identifier: Apache-2.0
// Update masks: what they name changes, what is fixed does not, however it is written.
#include "server/shared/field_mask.h"

#include <array>
#include <string>

#include "aangan/node/v1/members.pb.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::server {
namespace {

constexpr std::array<absl::string_view, 2> kFixed = {"name", "etag"};

node::v1::Member Stored() {
  node::v1::Member member;
  member.set_name("members/a");
  member.set_birth_year(1990);
  member.mutable_details()->set_full_name("somebody");
  return member;
}

absl::Status Apply(const std::string& path, node::v1::Member* to) {
  node::v1::Member from;
  from.set_birth_year(1991);
  google::protobuf::FieldMask mask;
  mask.add_paths(path);
  return ApplyMask(mask, from, kFixed, to);
}

TEST(FieldMask, ChangesWhatItNamesAndLeavesTheRest) {
  node::v1::Member member = Stored();
  ASSERT_THAT(Apply("birth_year", &member), tests::IsOk());
  EXPECT_EQ(member.birth_year(), 1991);
  EXPECT_EQ(member.details().full_name(), "somebody");
  ASSERT_THAT(Apply("details.full_name", &member), tests::IsOk());
  EXPECT_EQ(member.details().full_name(), "");
}

TEST(FieldMask, WhatIsFixedIsIgnoredByNameAndByStar) {
  for (const char* path : {"name", "*"}) {
    node::v1::Member member = Stored();
    ASSERT_THAT(Apply(path, &member), tests::IsOk());
    EXPECT_EQ(member.name(), "members/a") << path;
  }
}

// Protobuf reads ".name" as "name": empty parts were a way around what is fixed.
TEST(FieldMask, APathWithAnEmptyPartIsRefused) {
  for (const char* path : {"", ".", ".name", "name.", "..name", ".birth_year", "details..full_name"}) {
    node::v1::Member member = Stored();
    EXPECT_THAT(Apply(path, &member), tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField))
        << path;
    EXPECT_EQ(member.SerializeAsString(), Stored().SerializeAsString()) << path;
  }
}

}  // namespace
}  // namespace aangan::server

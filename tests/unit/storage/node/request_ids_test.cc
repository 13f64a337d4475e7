// SPDX-License-Identifier: Apache-2.0
// Remembered requests: by caller, rpc and id together, for 90 days.
#include "storage/node/request_ids.h"

#include "gtest/gtest.h"

namespace aangan::storage::node {
namespace {

RequestKey Request(const std::string& caller, const std::string& rpc) { return {caller, rpc, "id", Sha256("content")}; }

TEST(RequestIds, AreOneCallersAndOneRpcs) {
  Batch batch(nullptr);
  Committed result;
  result.sequence = 9;
  result.names = {{model::RecordKind::kMember, model::Id{{1}}, model::Id{{1}}}};
  result.versions = {4};
  RememberRequest(Request("t1", "CreateMember"), result, 1000, batch);
  const auto found = FindRequest(batch, Request("t1", "CreateMember"));
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->result.sequence, 9u);
  EXPECT_EQ((*found)->result.versions, result.versions);
  EXPECT_EQ((*found)->result.names, result.names);
  EXPECT_EQ((*found)->content, Sha256("content"));
  EXPECT_FALSE(FindRequest(batch, Request("t2", "CreateMember"))->has_value());
  EXPECT_FALSE(FindRequest(batch, Request("t1", "UpdateMember"))->has_value());
}

TEST(RequestIds, AreForgottenAfterNinetyDaysAndNotBefore) {
  Batch batch(nullptr);
  RememberRequest(Request("t1", "a"), {}, 0, batch);
  const int64_t life_us = absl::ToInt64Microseconds(kRequestIdLife);
  EXPECT_EQ(*ForgetOldRequests(life_us, 10, batch), 0);
  EXPECT_EQ(*ForgetOldRequests(life_us + 1, 10, batch), 1);
  EXPECT_FALSE(FindRequest(batch, Request("t1", "a"))->has_value());
}

// A time that no clock ever showed: it is far enough from now to overflow their difference.
TEST(RequestIds, OfATimeThatIsDamagedAreForgottenOrKept) {
  for (const int64_t damaged : {INT64_MIN, INT64_MAX}) {
    Batch batch(nullptr);
    RememberRequest(Request("t1", "a"), {}, damaged, batch);
    EXPECT_EQ(*ForgetOldRequests(1'800'000'000'000'000, 10, batch), damaged == INT64_MIN ? 1 : 0);
  }
}

}  // namespace
}  // namespace aangan::storage::node

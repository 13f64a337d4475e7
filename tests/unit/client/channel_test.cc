// SPDX-License-Identifier: Apache-2.0
// Channels: what is missing is said; a status comes back with its details; request ids are UUIDs.
#include "client/channel.h"

#include <regex>
#include <set>

#include "absl/strings/cord.h"
#include "base/problem.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "model/names.h"
#include "tests/support/status_matchers.h"

namespace aangan::client {
namespace {

TEST(Channel, AMissingFileIsAProblemOfConfiguration) {
  EXPECT_THAT(Channel::Open({"localhost:1", "/nowhere/authority.pem", "", "", ""}).status(),
              tests::HasProblem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing));
}

TEST(Channel, DetailsOfAnErrorComeBack) {
  const absl::Status sent = Problem(absl::StatusCode::kAborted, Reason::kStaleEtag, "read it again");
  google::rpc::Status details;
  details.set_code(static_cast<int>(sent.code()));
  sent.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    auto* detail = details.add_details();
    detail->set_type_url(std::string(type));
    detail->set_value(std::string(payload));
  });
  const grpc::Status wire(grpc::StatusCode::ABORTED, "read it again", details.SerializeAsString());
  EXPECT_THAT(Channel::FromGrpc(wire), tests::HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
}

TEST(Channel, RequestIdsAreRandomUuids) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewRequestId();
    EXPECT_TRUE(std::regex_match(id, form)) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

TEST(Channel, RecordIdsAreWhatANodeTakes) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewRecordId();
    EXPECT_THAT(model::ParseId(id, "member_id"), tests::IsOk()) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

}  // namespace
}  // namespace aangan::client

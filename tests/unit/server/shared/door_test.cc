// SPDX-License-Identifier: Apache-2.0
// The door where there is no room: whoever comes is told so, with a token or without one.
#include "server/shared/door.h"

#include <gtest/gtest.h>

#include "tests/support/notice_door.h"
#include "tests/support/status_matchers.h"

namespace aangan::server {
namespace {

using tests::HasProblem;
using tests::IsOk;

constexpr char kRpc[] = "/aangan.node.v1.NoticeService/ListNotices";

absl::StatusOr<CallPtr> Enter(Door& door, const std::string& token) {
  Peer peer;
  peer.wire = Peer::Wire::kHttp;
  const std::string authorization = token.empty() ? "" : "Bearer " + token;
  return door.Enter(kRpc, peer,
                    [&](absl::string_view name) {
                      return name == "authorization" ? absl::string_view(authorization) : absl::string_view();
                    },
                    absl::InfiniteFuture(), {});
}

TEST(Door, WhenItIsFullOrStoppingWhoeverComesIsToldSo) {
  Door::Options options;
  options.calls_under_way_max = 1;
  tests::NoticeDoor notices(options);
  Door& door = notices.door();
  EXPECT_THAT(Enter(door, "").status(), HasProblem(absl::StatusCode::kUnauthenticated, Reason::kNoCredential));
  const auto call = Enter(door, notices.Steward());
  ASSERT_THAT(call.status(), IsOk());
  for (const std::string& token : {std::string(), std::string("guessed"), notices.Steward()})
    EXPECT_THAT(Enter(door, token).status(), HasProblem(absl::StatusCode::kResourceExhausted, Reason::kTooMany));
  door.Leave(*call);
  EXPECT_THAT(Enter(door, "").status(), HasProblem(absl::StatusCode::kUnauthenticated, Reason::kNoCredential));
  door.Stop(absl::ZeroDuration());
  EXPECT_THAT(Enter(door, "").status(), HasProblem(absl::StatusCode::kUnavailable, Reason::kStopping));
}

}  // namespace
}  // namespace aangan::server

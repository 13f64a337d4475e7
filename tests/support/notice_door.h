// SPDX-License-Identifier: Apache-2.0
// A door that serves NoticeService with handlers that answer what they were asked, and callers with one token of each
// role: for tests of what stands before a door.
#ifndef AANGAN_TESTS_SUPPORT_NOTICE_DOOR_H_
#define AANGAN_TESTS_SUPPORT_NOTICE_DOOR_H_

#include <map>
#include <string>
#include <vector>

#include "aangan/node/v1/notices.pb.h"
#include "base/check.h"
#include "base/problem.h"
#include "server/shared/door.h"
#include "server/shared/tokens.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace aangan::tests {

class TokenOfEachRole final : public server::Callers {
 public:
  explicit TokenOfEachRole(absl::Time now) : now_(now) {
    SeededRandom random(8);
    for (int role = 0; role < server::kRoleCount; ++role)
      tokens_.push_back(server::MakeToken(static_cast<server::Role>(role), "token", now, absl::Hours(1), random));
  }
  const std::string& TokenOf(server::Role role) const { return tokens_[static_cast<size_t>(role)].text; }
  void End(server::Role role) { tokens_[static_cast<size_t>(role)].record.hash = {}; }

  absl::StatusOr<server::Caller> Identify(const server::Peer& peer, absl::string_view token) const override {
    AANGAN_CHECK(peer.wire == server::Peer::Wire::kHttp);
    if (token.empty()) return server::Caller{};
    const auto id = server::TokenId(token);
    if (!id.ok()) return id.status();
    for (const server::NewToken& each : tokens_) {
      if (each.record.id == *id && server::CheckToken(token, each.record, now_).ok())
        return server::Caller{each.record.role, *id, "", "", {}};
    }
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken, "No such token.").ToStatus();
  }

 private:
  const absl::Time now_;
  std::vector<server::NewToken> tokens_;
};

class NoticeDoor {
 public:
  explicit NoticeDoor(server::Door::Options options = {}) : door_(options, &authorisation_, &callers_, &clock_) {
    const auto* service = node::v1::Notice::descriptor()->file()->FindServiceByName("NoticeService");
    AANGAN_CHECK(door_
                     .Serve(service, {{"CreateNotice", server::Handle(this, &NoticeDoor::CreateNotice)},
                                      {"GetNotice", server::Handle(this, &NoticeDoor::GetNotice)},
                                      {"ListNotices", server::Handle(this, &NoticeDoor::ListNotices)}})
                     .ok());
  }
  server::Door& door() { return door_; }
  TokenOfEachRole& callers() { return callers_; }
  const TokenOfEachRole& callers() const { return callers_; }
  FakeClock& clock() { return clock_; }
  const std::string& Steward() const { return callers_.TokenOf(server::Role::kSteward); }

 private:
  // The notice as it was sent.
  absl::StatusOr<node::v1::Notice> CreateNotice(const server::Call&, const node::v1::CreateNoticeRequest& request) {
    return request.notice();
  }
  absl::StatusOr<node::v1::Notice> GetNotice(const server::Call&, const node::v1::GetNoticeRequest&) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such notice.")
        .Field("name", "must be the name of a notice")
        .ToStatus();
  }
  // The deadline, as a page token.
  absl::StatusOr<node::v1::ListNoticesResponse> ListNotices(const server::Call& call,
                                                            const node::v1::ListNoticesRequest&) {
    node::v1::ListNoticesResponse response;
    response.set_next_page_token(absl::FormatDuration(call.deadline() - clock_.Now()));
    return response;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const server::Authorisation authorisation_ = *server::Authorisation::Load();
  TokenOfEachRole callers_{clock_.Now()};
  server::Door door_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_NOTICE_DOOR_H_

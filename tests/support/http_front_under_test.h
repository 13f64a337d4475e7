// SPDX-License-Identifier: Apache-2.0
// A real HTTPS front with a certificate of its own, and the ways in which a test talks to it.
#ifndef AANGAN_TESTS_SUPPORT_HTTP_FRONT_UNDER_TEST_H_
#define AANGAN_TESTS_SUPPORT_HTTP_FRONT_UNDER_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/shared/http_front.h"
#include "tests/support/https_client.h"
#include "tests/support/self_signed.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {

inline constexpr char kNeighbour[] = "127.0.0.2";

// Answers with the method, the path, the query and the body.
inline void Echo(const server::HttpRequest& request, const server::HttpReply& reply) {
  server::HttpResponse response;
  response.body = absl::StrCat(request.method, " ", request.path, "?", request.query, " ", request.body);
  reply(std::move(response));
}

class HttpFrontUnderTest : public ::testing::Test {
 protected:
  HttpFrontUnderTest() {
    WriteSelfSigned(folder_.path(), "a");
    options_.files = {folder_ / "certificate.pem", folder_ / "key.pem", ""};
  }
  void Start(server::HttpRoutes routes = {}, server::HttpHandler rest = Echo) {
    auto started = server::HttpFront::Start(options_);
    ASSERT_THAT(started.status(), IsOk());
    front_ = *std::move(started);
    front_->Serve(std::move(routes), std::move(rest));
  }
  HttpsPeer Peer(const std::string& from = "127.0.0.1") const { return {front_->address(), "", from}; }
  HttpsAnswer Ask(const HttpsRequest& request) const {
    return aangan::tests::Ask(Peer(), request).value_or(HttpsAnswer());
  }
  // Somebody else is answered at once.
  void ExpectHonestAnswer() const {
    const absl::Time begun = absl::Now();
    const auto answer = aangan::tests::Ask(Peer(kNeighbour), {});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_LT(absl::Now() - begun, absl::Seconds(1));
  }

  const TempDir folder_;
  server::HttpFront::Options options_;
  std::unique_ptr<server::HttpFront> front_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_HTTP_FRONT_UNDER_TEST_H_

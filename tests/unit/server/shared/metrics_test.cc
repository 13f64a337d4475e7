// SPDX-License-Identifier: Apache-2.0
// Metrics: their form, and who may read them from where.
#include "server/shared/metrics.h"

#include <gtest/gtest.h>

namespace aangan::server {
namespace {

class TwoTokens final : public Callers {
 public:
  absl::StatusOr<Caller> Identify(const Peer& peer, absl::string_view token) const override {
    EXPECT_EQ(peer.wire, Peer::Wire::kHttp);
    Caller caller;
    if (token == "operators") caller.role = Role::kOperator;
    if (token == "auditors") caller.role = Role::kAuditor;
    if (token == "caseworkers") caller.role = Role::kCaseworker;
    if (caller.role != Role::kNobody) return caller;
    if (token.empty()) return caller;
    return absl::UnauthenticatedError("");
  }
};

TEST(Metrics, EachFamilyHasItsNameHelpAndType) {
  Metrics metrics;
  metrics.Add([](MetricsPage& page) {
    page.Build("aangan-node", "1.2.3");
    page.Counter("commits_total", "Commits.", 812);
    page.Gauges("rounds", "Rounds.", "state", {{"sent", 2}, {"void", 0}});
    page.Times("certificate_expiry_timestamp_seconds", "Ends.", "certificate", {{"port", absl::FromUnixSeconds(77)}});
    page.Times("nothing_timestamp_seconds", "None.", "certificate", {});
  });
  metrics.Add([](MetricsPage& page) { page.Gauge("disk_free_bytes", "Free.", int64_t{1} << 40); });
  const std::string text = metrics.Text();
  for (const char* line :
       {"# HELP aangan_build_info ", "# TYPE aangan_build_info gauge\n",
        "aangan_build_info{program=\"aangan-node\",version=\"1.2.3\"} 1\n", "# TYPE aangan_commits_total counter\n",
        "aangan_commits_total 812\n", "aangan_rounds{state=\"sent\"} 2\n", "aangan_rounds{state=\"void\"} 0\n",
        "aangan_certificate_expiry_timestamp_seconds{certificate=\"port\"} 77\n",
        "aangan_disk_free_bytes 1099511627776\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  EXPECT_EQ(text.find("nothing"), std::string::npos);
}

class MetricsAccess : public ::testing::Test {
 protected:
  MetricsAccess() {
    metrics_.Add([](MetricsPage& page) { page.Counter("commits_total", "Commits.", 1); });
    metrics_.Know(&callers_);
  }
  int Status(HttpRequest request) const {
    HttpResponse answered;
    metrics_.Handler()(std::move(request), [&answered](HttpResponse response) { answered = std::move(response); });
    EXPECT_EQ(answered.body.find("commits_total") != std::string::npos, answered.status == 200);
    return answered.status;
  }
  static HttpRequest From(bool loopback, const std::string& authorization = "") {
    HttpRequest request;
    request.method = "GET";
    request.path = "/metrics";
    request.peer_is_loopback = loopback;
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    return request;
  }

  const TwoTokens callers_;
  Metrics metrics_;
};

TEST_F(MetricsAccess, ThisComputerAndTwoRolesRead) {
  EXPECT_EQ(Status(From(true)), 200);
  EXPECT_EQ(Status(From(false)), 401);
  EXPECT_EQ(Status(From(false, "Bearer operators")), 200);
  EXPECT_EQ(Status(From(false, "Bearer auditors")), 200);
  EXPECT_EQ(Status(From(false, "Bearer caseworkers")), 403);
  EXPECT_EQ(Status(From(false, "Bearer guessed")), 401);
  EXPECT_EQ(Status(From(false, "Bearer ")), 403);
  EXPECT_EQ(Status(From(false, "Basic operators")), 401);
  metrics_.Know(nullptr);
  EXPECT_EQ(Status(From(false, "Bearer operators")), 401);
  HttpRequest post = From(true);
  post.method = "POST";
  EXPECT_EQ(Status(post), 405);
}

TEST_F(MetricsAccess, AProxyOnThisComputerIsSomewhereElse) {
  for (const char* header : {"forwarded", "x-forwarded-for"}) {
    HttpRequest request = From(true);
    request.headers[header] = "203.0.113.7";
    EXPECT_EQ(Status(request), 401) << header;
    request.headers["authorization"] = "Bearer operators";
    EXPECT_EQ(Status(request), 200) << header;
  }
}

}  // namespace
}  // namespace aangan::server

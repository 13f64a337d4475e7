// SPDX-License-Identifier: Apache-2.0
// Metrics: their form, and who may read them.
#include "server/shared/metrics.h"

#include <gtest/gtest.h>

#include "tests/support/notice_door.h"

namespace aangan::server {
namespace {

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
    metrics_.Know(&notices_.door(), &notices_.callers());
  }
  HttpResponse Ask(const std::string& authorization, const std::string& method = "GET") const {
    HttpRequest request;
    request.method = method;
    request.path = "/metrics";
    request.peer_address = "127.0.0.1";  // as an onion service and a proxy on this computer come too
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    HttpResponse answered;
    metrics_.Handler()(std::move(request), [&answered](HttpResponse response) { answered = std::move(response); });
    EXPECT_EQ(answered.body.find("commits_total") != std::string::npos, answered.status == 200);
    return answered;
  }
  HttpResponse AskAs(Role role) const { return Ask("Bearer " + notices_.callers().TokenOf(role)); }

  tests::NoticeDoor notices_;
  Metrics metrics_;
};

TEST_F(MetricsAccess, WhoRunsOrWatchesTheProgramReadsAndNobodyWithoutAToken) {
  for (const Role role : {Role::kOperator, Role::kSteward, Role::kAuditor}) EXPECT_EQ(AskAs(role).status, 200);
  for (const Role role : {Role::kMember, Role::kCaseworker, Role::kAnalyst}) EXPECT_EQ(AskAs(role).status, 403);
  EXPECT_EQ(Ask("").status, 401);
  EXPECT_EQ(Ask("Bearer ").status, 401);
  EXPECT_EQ(Ask("Bearer guessed").status, 401);
  EXPECT_EQ(Ask("Basic " + notices_.Steward()).status, 401);
  EXPECT_EQ(Ask("Bearer " + notices_.Steward(), "POST").status, 405);
}

TEST_F(MetricsAccess, AnEndedTokenReadsNothingMore) {
  notices_.callers().End(Role::kOperator);
  EXPECT_EQ(AskAs(Role::kOperator).status, 401);
}

TEST_F(MetricsAccess, WrongTokensAreAnsweredEverLaterAndRightOnesAtOnce) {
  HttpResponse answer;
  for (int i = 0; i < 100; ++i) answer = Ask("Bearer guessed");
  EXPECT_GT(answer.delay, absl::Seconds(1));
  EXPECT_EQ(AskAs(Role::kOperator).delay, absl::ZeroDuration());
}

TEST_F(MetricsAccess, UntilSomebodyIsKnownItIsNotOpen) {
  metrics_.Know(nullptr, nullptr);
  EXPECT_EQ(AskAs(Role::kOperator).status, 503);
  EXPECT_EQ(Ask("").status, 503);
}

}  // namespace
}  // namespace aangan::server

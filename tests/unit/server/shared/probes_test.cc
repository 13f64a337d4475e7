// SPDX-License-Identifier: Apache-2.0
// Live and ready: what each answers while conditions come and go.
#include "server/shared/probes.h"

#include <gtest/gtest.h>

namespace aangan::server {
namespace {

HttpResponse Ask(const Probes& probes, const std::string& path, const std::string& query = "",
                 const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.query = query;
  HttpResponse answered;
  probes.Routes().at(path)(request, [&answered](HttpResponse response) { answered = std::move(response); });
  return answered;
}

TEST(Probes, LiveIsWhoeverAnswersAndReadyIsWhomNothingHinders) {
  Probes probes;
  bool room = false;
  probes.Set("open", false);
  probes.Ask("disk", [&room] { return room; });
  EXPECT_EQ(Ask(probes, "/livez").status, 200);
  EXPECT_EQ(Ask(probes, "/readyz").status, 503);
  EXPECT_EQ(Ask(probes, "/readyz").body, "not ready\n");
  EXPECT_EQ(Ask(probes, "/readyz", "verbose").body, "[+]answers ok\n[-]open failed\n[-]disk failed\nreadyz failed\n");
  probes.Set("open", true);
  EXPECT_EQ(Ask(probes, "/readyz").status, 503);
  room = true;
  EXPECT_EQ(Ask(probes, "/readyz").status, 200);
  EXPECT_EQ(Ask(probes, "/readyz").body, "ok\n");
  EXPECT_EQ(Ask(probes, "/readyz", "verbose").body, "[+]answers ok\n[+]open ok\n[+]disk ok\nreadyz passed\n");
  EXPECT_EQ(Ask(probes, "/livez", "verbose").body, "[+]answers ok\nlivez passed\n");
  probes.Set("disk", false);  // instead of the question
  EXPECT_EQ(Ask(probes, "/readyz").status, 503);
}

// The front says once of every answer that it is not to be stored.
TEST(Probes, AddNoHeader) {
  Probes probes;
  EXPECT_TRUE(Ask(probes, "/livez").headers.empty());
  EXPECT_TRUE(Ask(probes, "/readyz").headers.empty());
}

TEST(Probes, NothingOfARequestIsInAnAnswer) {
  Probes probes;
  EXPECT_EQ(Ask(probes, "/readyz", "verbose&name=Sita").body, "[+]answers ok\nreadyz passed\n");
  EXPECT_EQ(Ask(probes, "/readyz", "Sita").body, "ok\n");
  const HttpResponse refused = Ask(probes, "/readyz", "", "POST");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.body, "Use GET.\n");
}

}  // namespace
}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// The papers of a breach with the real daemon and the real command: a lost token, a stolen computer that was open or
// locked, and what the federation has.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/canaries.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

constexpr char kPassphrase[] = "five words that stay together";

class BreachTest : public ::testing::Test {
 protected:
  BreachTest() {
    options_ = tests::LockedNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    node_ = DaemonProcess::Launch(options_);
  }
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat("printf '%s\\n' '", kPassphrase, "' | ", AANGAN_COMMAND, " ", words, " --data ",
                                       options_.data_folder));
  }
  bool Unlock() {
    return tests::Eventually(absl::Seconds(60),
                             [this] { return absl::StrContains(Command("unlock"), "Open. 'aangan status'"); }) &&
           node_->AwaitReady(absl::Seconds(60));
  }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  // A caseworker's token in a file.
  std::string CaseworkerFile() const {
    const std::string path = folder_ / "caseworker.token";
    std::ofstream(path) << tests::TokenFor(Steward(), node::v1::ROLE_CASEWORKER);
    chmod(path.c_str(), 0600);
    return path;
  }
  NodeClient Caseworker(const std::string& token_file) const {
    return NodeClient(tests::OpenChannel(node_->address("grpc"),
                                         {tests::ReadAll(options_.data_folder + "/tls/authority.pem"), "", ""}),
                      tests::ReadAll(token_file));
  }
  std::string Computer(absl::Time at) const {
    return Command(
        absl::StrCat("breach computer --at ", absl::FormatTime(absl::RFC3339_full, at, absl::UTCTimeZone())));
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(BreachTest, ALostTokenNamesWhoIsAffectedAndNobodysNameWithoutACaseworker) {
  ASSERT_TRUE(Unlock());
  const std::string token_file = CaseworkerFile();
  std::string errors;
  const std::vector<std::string> names = tests::FillWithCanaries(Caseworker(token_file), Steward(), "2026Q1", &errors);
  ASSERT_FALSE(names.empty()) << errors;
  const std::string token = absl::StrCat("tokens/", tests::ReadAll(token_file).substr(7, 26));  // aangan-{id}-{secret}
  const std::string list = Command(absl::StrCat("breach token ", token, " --output json"));
  EXPECT_TRUE(absl::StrContains(list, names.front())) << list;
  EXPECT_EQ(tests::FoundIn(list), "");
  const std::string paper = folder_ / "lost.html";
  ASSERT_TRUE(absl::StrContains(Command(absl::StrCat("breach token ", token, " --paper ", paper)), "code 0"));
  std::string page = tests::ReadAll(paper);
  EXPECT_TRUE(absl::StrContains(page, absl::StrCat("aangan token end ", token)));
  for (const std::string& name : names)
    EXPECT_TRUE(absl::StrContains(page, name.substr(0, std::string("members/").size() + 26))) << name;
  EXPECT_EQ(tests::FoundIn(page), "");
  struct stat status = {};
  ASSERT_EQ(stat(paper.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);

  const std::string named =
      Command(absl::StrCat("breach token ", token, " --paper ", paper, " --names-token-file ", token_file));
  EXPECT_TRUE(absl::StrContains(named, "code 0")) << named;
  page = tests::ReadAll(paper);
  EXPECT_NE(tests::FoundIn(page), "");  // her name, which the caseworker may see
  // The operator's own token says how many, not which.
  const std::string counted =
      Command(absl::StrCat("breach token ", token, " --token-file ", options_.data_folder, "/operator.token"));
  EXPECT_TRUE(absl::StrContains(counted, "An operator is told how many, not which.")) << counted;
  EXPECT_FALSE(absl::StrContains(counted, names.front()));
  EXPECT_TRUE(absl::StrContains(Command(absl::StrCat("token end ", token)), "code 0"));
  EXPECT_TRUE(absl::StrContains(Command(absl::StrCat("breach token ", token)), "The token is ended: done."));
  EXPECT_TRUE(absl::StrContains(Command(absl::StrCat("breach token ", token, " --from yesterday")), "--from"));
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(BreachTest, WhetherTheNodeWasOpenIsInTheLog) {
  const absl::Time before = absl::Now();
  ASSERT_TRUE(Unlock());
  const absl::Time open = absl::Now();
  ASSERT_TRUE(absl::StrContains(Command("lock"), "code 0"));
  const absl::Time locked = absl::Now();
  ASSERT_TRUE(Unlock());
  const absl::Time again = absl::Now();
  EXPECT_TRUE(absl::StrContains(Computer(before), "The log does not say")) << Computer(before);
  EXPECT_TRUE(absl::StrContains(Computer(open), "The node was open")) << Computer(open);
  EXPECT_TRUE(absl::StrContains(Computer(locked), "The node was closed")) << Computer(locked);
  EXPECT_TRUE(absl::StrContains(Computer(again), "The node was open")) << Computer(again);
  EXPECT_TRUE(absl::StrContains(Computer(again), "Without its passphrase"));
  EXPECT_TRUE(absl::StrContains(Computer(absl::Now() + absl::Hours(1)), "not in the future"));
  // An orderly stop is one as well.
  EXPECT_EQ(node_->Stop(), 0);
  const absl::Time stopped = absl::Now();
  node_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(Unlock());
  EXPECT_TRUE(absl::StrContains(Computer(stopped), "The node was closed")) << Computer(stopped);
  // A power cut leaves no entry, so whoever asks must reckon with an open node.
  node_->Kill();
  const absl::Time cut = absl::Now();
  node_ = DaemonProcess::Launch(options_);
  ASSERT_TRUE(Unlock());
  EXPECT_TRUE(absl::StrContains(Computer(cut), "The node was open")) << Computer(cut);
  EXPECT_EQ(node_->Stop(), 0);
}

TEST_F(BreachTest, WhatTheFederationHasNeedsNoNode) {
  const std::string paper = folder_ / "federation.txt";
  EXPECT_TRUE(absl::StrContains(Command(absl::StrCat("breach federation --paper ", paper)), "code 0"));
  EXPECT_TRUE(absl::StrContains(tests::ReadAll(paper), "StoredContribution"));
  EXPECT_TRUE(absl::StrContains(Command("breach federation --output json"), "\"sensitivity\""));
  EXPECT_TRUE(absl::StrContains(Command("breach federation --paper list.pdf"), "--paper"));
}

}  // namespace
}  // namespace aangan

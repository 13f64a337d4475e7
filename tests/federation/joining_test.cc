// SPDX-License-Identifier: Apache-2.0
// How a collective joins by the command: the token goes as a file, what both ends read to each other is the same, and
// with the token of another federation, a used one or a digest of something else nothing is joined or signed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::DaemonProcess;

class Joining : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"ours", "other"}) mkdir((ground_ / folder).c_str(), 0700);
    node_ = DaemonProcess::Start(node_options_);
    ours_ = DaemonProcess::Start(ours_options_);
    other_ = DaemonProcess::Start(other_options_);
    ASSERT_TRUE(node_ && ours_ && other_);
    Token(ours_options_, "");
    Token(other_options_, ".other");
    // The enrolment port opens with the first token.
    ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [this] {
      return ours_->AwaitReady(absl::Seconds(60)) && !ours_->address("enrolment").empty();
    }));
  }
  // What staff hand over on a stick: <ground>/stick<more>.
  void Token(const DaemonProcess::Options& federation, const std::string& more) const {
    ASSERT_THAT(Command(absl::StrCat("roster join-token kerala_1 --title Ours --state kerala --run-by ours --to ",
                                     ground_ / "stick", more, " --federation ", federation.data_folder)),
                AllOf(HasSubstr("code 0"), Not(HasSubstr("aangan-join-"))));
  }
  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " --data ", node_options_.data_folder, " ", words));
  }
  json DataOf(const std::string& words) const {
    const std::string printed = tests::Printed(absl::StrCat("(", AANGAN_COMMAND, " --output json --data ",
                                                            node_options_.data_folder, " ", words, " 2>/dev/null)"));
    return json::parse(printed.substr(0, printed.rfind("code ")), nullptr, false);
  }
  std::string Enrol(const std::string& token) const {
    return absl::StrCat("enrol --federation-address ", ours_->address("grpc"), " --enrolment-address ",
                        ours_->address("enrolment"), " --join-token-file ", token);
  }
  json Collectives() const {
    return DataOf(absl::StrCat("roster collectives --federation ", ours_options_.data_folder));
  }

  const tests::TempDir ground_;
  const DaemonProcess::Options node_options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, ground_.path());
  const DaemonProcess::Options ours_options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, ground_ / "ours");
  const DaemonProcess::Options other_options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, ground_ / "other");
  std::unique_ptr<DaemonProcess> node_, ours_, other_;
};

TEST_F(Joining, ByAFileAndBothEndsReadTheSamePhrase) {
  const json joined = DataOf(Enrol(ground_ / "stick"));
  ASSERT_TRUE(joined.is_array() && joined.size() == 1) << joined;
  const std::string phrase = joined[0]["this_nodes_phrase"];
  EXPECT_EQ(phrase.size(), 29u);  // six groups of four letters
  EXPECT_NE(phrase, joined[0]["federations_phrase"].get<std::string>());
  const json seen = Collectives();
  ASSERT_TRUE(seen.is_array() && seen.size() == 1) << seen;
  EXPECT_EQ(seen[0]["collective"], "kerala_1");
  EXPECT_EQ(seen[0]["phrase"], phrase);
  // A token is good for one.
  EXPECT_THAT(Command(Enrol(ground_ / "stick")), Not(HasSubstr("code 0")));
  // What was not looked at is not signed.
  EXPECT_THAT(Command(absl::StrCat("roster sign --digest ", std::string(64, 'a'))), Not(HasSubstr("code 0")));
}

TEST_F(Joining, WithTheTokenOfAnotherFederationNothingIsJoined) {
  const std::string said = Command(Enrol(ground_ / "stick.other"));
  EXPECT_THAT(said, AllOf(HasSubstr("BAD_CERTIFICATE"), Not(HasSubstr("code 0"))));
  std::ofstream(ground_ / "stick.bad") << "aangan-join-mistyped";
  EXPECT_THAT(Command(Enrol(ground_ / "stick.bad")), AllOf(HasSubstr("BAD_TOKEN"), Not(HasSubstr("mistyped"))));
  EXPECT_EQ(Collectives(), json::array());
  // The one that was meant is as good as before.
  EXPECT_THAT(Command(Enrol(ground_ / "stick")), HasSubstr("code 0"));
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// Certificates and clocks, with real daemons and the real command: a node renews its certificate by itself and goes on
// after a kill, a revoked one says so, and clocks that are wrong on either side are named with both times.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::DaemonProcess;
using tests::FederationClient;
using tests::IsOk;
using tests::NodeClient;

class CertificateJourney : public ::testing::Test {
 protected:
  CertificateJourney() {
    federation_options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path(), "federation.clock");
    node_options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path(), "node");
    node_options_.environment["AANGAN_TEST_CLOCK"] = folder_ / "node.clock";
    node_options_.arguments.insert(node_options_.arguments.end(), {"--node.sync_seconds", "1"});
    federation_ = DaemonProcess::Start(federation_options_);
    node_ = DaemonProcess::Start(node_options_);
    if (federation_ == nullptr || node_ == nullptr) std::abort();
  }

  std::string Command(const std::string& words) const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --data ", node_options_.data_folder,
                                       " --federation ", federation_options_.data_folder, " </dev/null"));
  }
  void MakeToken() {
    ASSERT_THAT(Command("roster join-token kerala_1 --title Ours --state kerala --run-by ours --to " + Token()),
                HasSubstr("code 0"));
    ASSERT_TRUE(federation_->AwaitReady(absl::Seconds(10)));
  }
  std::string Token() const { return folder_ / "join-token"; }
  std::string Join() const {
    return Command(absl::StrCat("enrol --federation-address ", federation_->address("grpc"), " --enrolment-address ",
                                federation_->address("enrolment"), " --join-token-file ", Token()));
  }
  void Enrol() {
    MakeToken();
    ASSERT_THAT(Join(), HasSubstr("code 0"));
    ASSERT_THAT(Command("sync"), HasSubstr("code 0"));
  }
  // The clock of "node" or "federation", so much ahead of the computer's.
  void SetClock(const std::string& whose, absl::Duration ahead) const {
    std::ofstream(folder_ / (whose + ".clock")) << absl::ToInt64Seconds(ahead);
  }
  void RestartFederation() {
    federation_options_.arguments[3] = federation_->address("grpc");
    ASSERT_EQ(federation_->Stop(), 0);
    federation_ = DaemonProcess::Start(federation_options_);
    ASSERT_NE(federation_, nullptr);
  }
  node::v1::GetStatusResponse Status() const {
    const NodeClient client = NodeClient::OfFolder(node_->address("grpc"), node_options_.data_folder, "operator.token");
    node::v1::GetStatusResponse status;
    EXPECT_THAT(client.Call(*client.operators, &node::v1::OperatorService::Stub::GetStatus, {}, &status), IsOk());
    return status;
  }
  bool LogSays(const std::string& text) const {
    return tests::Eventually(absl::Seconds(20),
                             [&] { return absl::StrContains(tests::ReadAll(node_options_.log_path), text); });
  }
  std::vector<fed::Certificate> Certificates() const {
    const FederationClient staff =
        FederationClient::OfStaff(federation_->address("grpc"), federation_options_.data_folder);
    fed::ListCertificatesRequest request;
    request.set_parent("rosters/india");
    fed::ListCertificatesResponse response;
    EXPECT_THAT(staff.Call(*staff.certificates, &fed::CertificateService::Stub::ListCertificates, request, &response),
                IsOk());
    return {response.certificates().begin(), response.certificates().end()};
  }

  const tests::TempDir folder_;
  DaemonProcess::Options federation_options_;
  DaemonProcess::Options node_options_;
  std::unique_ptr<DaemonProcess> federation_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(CertificateJourney, TheNodeRenewsByItselfAndGoesOnAfterAKill) {
  Enrol();
  ASSERT_EQ(Certificates().size(), 1u);
  const std::string first = Certificates()[0].name();
  EXPECT_GT(Status().certificate_days_left(), 390);
  // To the last third by the node's clock; the agent comes by each second.
  SetClock("node", absl::Hours(24 * 300));
  EXPECT_TRUE(tests::Eventually(absl::Seconds(30), [&] {
    const auto now = Certificates();
    return now.size() == 1 && now[0].name() != first && now[0].state() == fed::CERTIFICATE_STATE_IN_USE;
  }));
  SetClock("node", absl::ZeroDuration());
  EXPECT_THAT(Command("sync"), HasSubstr("code 0"));
  node_->Kill();
  node_ = DaemonProcess::Start(node_options_);
  ASSERT_NE(node_, nullptr);
  EXPECT_THAT(Command("sync"), HasSubstr("code 0"));
  EXPECT_THAT(Status().attentions(), Not(Contains(node::v1::ATTENTION_CERTIFICATE)));
}

TEST_F(CertificateJourney, ARevokedNodeIsToldAtOnceWhatToDo) {
  Enrol();
  EXPECT_THAT(Command("certificate list"), AllOf(HasSubstr("kerala_1"), HasSubstr("code 0")));
  const std::string revoked = Command("certificate revoke " + Certificates()[0].name());
  EXPECT_THAT(revoked, AllOf(HasSubstr("revoked"), HasSubstr("code 0")));
  EXPECT_THAT(Command("sync"), AllOf(HasSubstr("CERTIFICATE_REVOKED"), HasSubstr("change-keys"),
                                     HasSubstr("revoke_time = 20"), Not(HasSubstr("code 0"))));
  EXPECT_THAT(Status().attentions(), Contains(node::v1::ATTENTION_CERTIFICATE_REVOKED));
  EXPECT_THAT(Command("status"), HasSubstr("revoked this node's certificate"));
  EXPECT_TRUE(LogSays("CERTIFICATE_REVOKED"));
}

TEST_F(CertificateJourney, ANodesWrongClockIsNamedWithBothTimesAndTheFix) {
  Enrol();
  for (const absl::Duration off : {absl::Hours(24 * 3), -absl::Hours(24 * 3), absl::Hours(2)}) {
    SetClock("node", off);
    const std::string own = absl::FormatTime("own_time = %Y-%m-%dT", absl::Now() + off, absl::UTCTimeZone());
    EXPECT_THAT(Command("sync"), AllOf(HasSubstr("CLOCK_WRONG"), HasSubstr("timedatectl"), HasSubstr(own),
                                       HasSubstr("federation_time = 20"), Not(HasSubstr("code 0"))))
        << absl::FormatDuration(off);
    const node::v1::GetStatusResponse status = Status();
    EXPECT_THAT(status.attentions(), Contains(node::v1::ATTENTION_CLOCK));
    EXPECT_NEAR(static_cast<double>(status.own_clock_time().seconds() - status.federation_clock_time().seconds()),
                absl::ToDoubleSeconds(off), 30);
    EXPECT_THAT(Command("status"), HasSubstr("timedatectl"));
  }
  EXPECT_TRUE(LogSays("CLOCK_WRONG"));
  EXPECT_TRUE(LogSays("federation_time"));
  SetClock("node", absl::Minutes(50));
  EXPECT_THAT(Command("sync"), HasSubstr("code 0")) << "a clock may drift";
  SetClock("node", absl::ZeroDuration());
  EXPECT_THAT(Command("sync"), HasSubstr("code 0"));
  EXPECT_THAT(Status().attentions(), Not(Contains(node::v1::ATTENTION_CLOCK)));
  EXPECT_FALSE(Status().has_own_clock_time());
}

// With clocks a year or ten apart not even the handshake succeeds, and gRPC says only that there is no link.
TEST_F(CertificateJourney, AFederationInAnotherYearIsNamedByTheTimesOfItsCertificate) {
  Enrol();
  SetClock("federation", absl::Hours(24 * 3650));
  RestartFederation();
  const std::string year =
      absl::FormatTime("certificate_from = %Y", absl::Now() + absl::Hours(24 * 3649), absl::UTCTimeZone());
  EXPECT_THAT(Command("sync"), AllOf(HasSubstr("CLOCK_WRONG"), HasSubstr("timedatectl"), HasSubstr(year),
                                     HasSubstr("own_time = 20"), HasSubstr("certificate_until = 20")));
  EXPECT_THAT(Status().attentions(), Contains(node::v1::ATTENTION_CLOCK));
  EXPECT_TRUE(LogSays("certificate_from"));
  SetClock("federation", -absl::Hours(24 * 3650));
  RestartFederation();
  EXPECT_THAT(Command("sync"), AllOf(HasSubstr("CLOCK_WRONG"), HasSubstr("certificate_until = 20")));
  SetClock("federation", absl::ZeroDuration());
  RestartFederation();
  EXPECT_TRUE(tests::Eventually(absl::Seconds(20), [&] { return absl::StrContains(Command("sync"), "code 0"); }));
  EXPECT_THAT(Status().attentions(), Not(Contains(node::v1::ATTENTION_CLOCK)));
}

TEST_F(CertificateJourney, WhoeverJoinsIsToldOfAWrongClockToo) {
  MakeToken();
  SetClock("federation", -absl::Hours(24 * 3650));
  RestartFederation();
  EXPECT_THAT(Join(), AllOf(HasSubstr("CLOCK_WRONG"), HasSubstr("own_time = 20"), HasSubstr("certificate_until = 20"),
                            HasSubstr("timedatectl")));
  SetClock("federation", absl::ZeroDuration());
  RestartFederation();
  EXPECT_THAT(Join(), HasSubstr("code 0"));
}

}  // namespace
}  // namespace aangan

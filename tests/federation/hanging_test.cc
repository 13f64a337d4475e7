// SPDX-License-Identifier: Apache-2.0
// A node and a federation whose disk hangs, as real processes: systemd's watchdog is not fed while what waits is not
// written, and an order to stop comes to its end all the same.
#include <grpc/support/time.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "absl/strings/match.h"
#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/notify_socket.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::Eventually;
using tests::FederationClient;
using tests::NodeClient;

constexpr absl::Duration kLong = absl::Seconds(60);

class HangingDisk : public ::testing::Test {
 protected:
  void Start(DaemonProcess::Options options) {
    options_ = std::move(options);
    options_.environment["AANGAN_TEST_HANGING_DISK"] = hangs_;
    options_.environment["NOTIFY_SOCKET"] = folder_ / "notify";
    options_.environment["WATCHDOG_USEC"] = "3000000";
    daemon_ = DaemonProcess::Start(options_);
    ASSERT_NE(daemon_, nullptr) << Log();
    ASSERT_TRUE(Eventually(kLong, [&] { return systemd_.Has("STATUS=serving"); }));
  }
  std::string Log() const { return tests::ReadAll(options_.log_path); }
  // A call that writes and is given up on by its caller.
  void NodeWrites() const {
    const NodeClient steward = NodeClient::OfFolder(daemon_->address("grpc"), options_.data_folder, "steward.token");
    grpc::ClientContext context;
    steward.Prepare(context, absl::Seconds(5));
    node::v1::CreateTokenRequest request;
    request.mutable_token()->set_title("test");
    request.mutable_token()->set_role(node::v1::ROLE_OPERATOR);
    node::v1::CreateTokenResponse response;
    EXPECT_EQ(steward.access->CreateToken(&context, request, &response).error_code(), grpc::DEADLINE_EXCEEDED);
  }
  void FederationWrites() const {
    const FederationClient staff = FederationClient::OfStaff(daemon_->address("grpc"), options_.data_folder);
    grpc::ClientContext context;
    staff.Prepare(context);
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(5, GPR_TIMESPAN)));
    federation::v1::CreateBrowserTokenRequest request;
    request.set_parent("rosters/india");
    federation::v1::CreateBrowserTokenResponse response;
    EXPECT_EQ(staff.apps->CreateBrowserToken(&context, request, &response).error_code(), grpc::DEADLINE_EXCEEDED);
  }
  void Hang() const { std::ofstream(hangs_) << "hangs"; }

  void ExpectHungerWhileItHangs(const std::function<void()>& write) {
    const auto fed = [this] { return systemd_.Count("WATCHDOG=1"); };
    ASSERT_TRUE(Eventually(kLong, [&] { return fed() >= 2; }));
    Hang();
    write();
    ASSERT_TRUE(Eventually(kLong, [&] { return absl::StrContains(Log(), "does not answer as when all is well"); }));
    const size_t last = fed();
    EXPECT_FALSE(Eventually(absl::Seconds(3), [&] { return fed() > last; }));
    std::filesystem::remove(hangs_);
    EXPECT_TRUE(Eventually(kLong, [&] { return fed() > last; }));
    EXPECT_EQ(daemon_->Stop(), 0);
  }
  void ExpectAnEnd(int signals, absl::Duration within) {
    kill(daemon_->pid(), SIGTERM);
    ASSERT_TRUE(Eventually(kLong, [&] { return absl::StrContains(Log(), "\"stopping\""); }));
    const absl::Time told = absl::Now();
    if (signals > 1) kill(daemon_->pid(), SIGTERM);
    EXPECT_TRUE(Eventually(kLong, [&] { return !daemon_->running(); }));
    EXPECT_LT(absl::Now() - told, within);
    std::filesystem::remove(hangs_);
    EXPECT_EQ(daemon_->Stop(), 0);
  }

  const tests::TempDir folder_;
  const std::string hangs_ = folder_ / "hangs";
  tests::NotifySocket systemd_{folder_ / "notify"};
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(HangingDisk, StarvesTheWatchdogOfANode) {
  Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path()));
  ExpectHungerWhileItHangs([this] { NodeWrites(); });
}

TEST_F(HangingDisk, StarvesTheWatchdogOfAFederation) {
  Start(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path()));
  ExpectHungerWhileItHangs([this] { FederationWrites(); });
}

TEST_F(HangingDisk, HoldsUpNoStopOfANode) {
  Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path()));
  Hang();
  NodeWrites();
  ExpectAnEnd(1, absl::Seconds(20));
}

TEST_F(HangingDisk, HoldsUpASecondOrderToStopEvenLess) {
  Start(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path()));
  Hang();
  FederationWrites();
  ExpectAnEnd(2, absl::Seconds(8));
}

}  // namespace
}  // namespace aangan

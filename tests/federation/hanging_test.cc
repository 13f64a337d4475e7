// SPDX-License-Identifier: Apache-2.0
// A node and a federation whose disk hangs, as real processes: systemd's watchdog is not fed while what waits is not
// written, an order to stop comes to its end all the same, and an opening that lasts is live and not ready.
#include <fcntl.h>
#include <grpc/support/time.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "base/check.h"
#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/https_client.h"
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

// A file with a pipe in its place: whoever reads it waits until it is let go.
class HeldFile {
 public:
  explicit HeldFile(const std::string& path) : path_(path), text_(tests::ReadAll(path)) {
    AANGAN_CHECK(!text_.empty() && std::filesystem::remove(path) && mkfifo(path.c_str(), 0600) == 0);
  }
  ~HeldFile() { close(pipe_); }
  HeldFile(const HeldFile&) = delete;
  // Somebody has opened it, and waits.
  bool AwaitReader() {
    return Eventually(kLong, [this] { return (pipe_ = open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0; });
  }
  void LetGo() {
    std::ofstream(path_ + ".again") << text_;
    std::filesystem::rename(path_ + ".again", path_);  // for the next readers
    EXPECT_EQ(write(pipe_, text_.data(), text_.size()), static_cast<ssize_t>(text_.size()));
    close(std::exchange(pipe_, -1));
  }

 private:
  const std::string path_;
  const std::string text_;
  int pipe_ = -1;
};

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
  tests::HttpsAnswer Get(const std::string& https, const std::string& path) const {
    return tests::Ask({https, options_.data_folder + "/tls/authority.pem"}, {"GET", path})
        .value_or(tests::HttpsAnswer());
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
  // Ended by force and started again on the same port, it does not get its store open: what it reads first does not
  // come. `setting` is that of the port.
  void ExpectLiveAndNotReadyWhileItOpens(const std::string& setting, const std::string& conditions) {
    const std::string https = daemon_->address("https");
    *std::next(std::find(options_.arguments.begin(), options_.arguments.end(), setting)) = https;
    const size_t ready = systemd_.Count("READY=1");
    daemon_->Kill();
    HeldFile first(options_.data_folder + "/main/CURRENT");
    daemon_ = DaemonProcess::Launch(options_);
    const auto told = [&](const std::string& path) { return Get(https, path).status; };
    ASSERT_TRUE(Eventually(kLong, [&] { return Get(https, "/readyz?verbose").body == conditions; }))
        << Get(https, "/readyz?verbose").body << Log();
    ASSERT_TRUE(first.AwaitReader());
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(told("/livez"), 200);
      EXPECT_EQ(told("/readyz"), 503);
    }
    EXPECT_EQ(Get(https, "/readyz?verbose").body, conditions);
    EXPECT_EQ(systemd_.Count("READY=1"), ready);
    first.LetGo();
    ASSERT_TRUE(daemon_->AwaitReady(kLong)) << Log();
    EXPECT_EQ(told("/readyz"), 200);
    EXPECT_TRUE(Eventually(kLong, [&] { return systemd_.Count("READY=1") > ready; }));
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

TEST_F(HangingDisk, WhileItOpensANodeIsLiveAndNotReady) {
  Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path()));
  ExpectLiveAndNotReadyWhileItOpens(
      "--node.https",
      "[+]answers ok\n[+]unlocked ok\n[-]open failed\n[-]disk failed\n[-]serving failed\nreadyz failed\n");
}

TEST_F(HangingDisk, WhileItOpensAFederationIsLiveAndNotReady) {
  Start(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path()));
  ExpectLiveAndNotReadyWhileItOpens(
      "--federation.https", "[+]answers ok\n[-]open failed\n[-]disk failed\n[-]serving failed\nreadyz failed\n");
}

}  // namespace
}  // namespace aangan

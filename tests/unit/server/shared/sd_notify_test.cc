// SPDX-License-Identifier: Apache-2.0
// What systemd is told, by a socket of the test; and that the watchdog is fed by answers alone.
#include "server/shared/sd_notify.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "base/problem.h"
#include "server/shared/watchdog.h"
#include "tests/support/daemon_process.h"
#include "tests/support/notice_door.h"
#include "tests/support/notify_socket.h"
#include "tests/support/temp_dir.h"

namespace aangan::server {
namespace {

TEST(SdNotify, EachStateIsOneDatagram) {
  const tests::TempDir folder;
  tests::NotifySocket socket(folder / "notify");
  const SdNotify notify(folder / "notify", std::nullopt);
  notify.Status("opening the store");
  notify.Ready("serving");
  notify.Reloading();
  notify.Watchdog();
  notify.Stopping();
  const std::vector<std::string>& came = socket.Came();
  ASSERT_EQ(came.size(), 5u);
  EXPECT_EQ(came[0], "STATUS=opening the store");
  EXPECT_EQ(came[1], "READY=1\nSTATUS=serving");
  EXPECT_EQ(came[2].find("RELOADING=1\nMONOTONIC_USEC="), 0u) << came[2];
  EXPECT_EQ(came[3], "WATCHDOG=1");
  EXPECT_EQ(came[4], "STOPPING=1\nSTATUS=stopping");
}

TEST(SdNotify, AnAbstractSocketIsFoundAndNoneIsNoMatter) {
  const std::string name = absl::StrCat("@aangan-test-", getpid());
  tests::NotifySocket socket(name);
  SdNotify(name, std::nullopt).Ready("serving");
  EXPECT_TRUE(socket.Has("READY=1"));
  SdNotify("", std::nullopt).Ready("serving");
  SdNotify("/nowhere/notify", std::nullopt).Ready("serving");
  SdNotify(std::string(200, 'x'), std::nullopt).Ready("serving");
}

TEST(Watchdog, IsFedByAnswersAlone) {
  const tests::TempDir folder;
  tests::NotifySocket socket(folder / "notify");
  const SdNotify notify(folder / "notify", absl::Milliseconds(30));
  std::atomic<bool> answers{true};
  std::atomic<int> calls{0};
  Watchdog watchdog(&notify);
  watchdog.Start([&](absl::Duration within) {
    EXPECT_EQ(within, absl::Milliseconds(30) / 4);
    ++calls;
    return answers ? absl::OkStatus() : absl::UnavailableError("");
  });
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return socket.Count("WATCHDOG=1") >= 3; }));
  answers = false;
  const int before = calls;
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return calls > before + 1; }));  // the one under way is over
  const size_t fed = socket.Count("WATCHDOG=1");
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return calls > before + 4; }));
  EXPECT_EQ(socket.Count("WATCHDOG=1"), fed);
  answers = true;
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return socket.Count("WATCHDOG=1") > fed; }));
  watchdog.Stop();
}

// A call that uses up its whole time and fails; the next one comes early enough.
TEST(Watchdog, OneSlowCallCostsNoNewStart) {
  const tests::TempDir folder;
  tests::NotifySocket socket(folder / "notify");
  const absl::Duration waits_for = absl::Seconds(4);
  const SdNotify notify(folder / "notify", waits_for);
  absl::Mutex mutex;
  std::vector<absl::Time> well;
  std::atomic<int> calls{0};
  Watchdog watchdog(&notify);
  watchdog.Start([&](absl::Duration within) {
    if (++calls == 2) {
      absl::Notification().WaitForNotificationWithTimeout(within);
      return absl::DeadlineExceededError("");
    }
    absl::MutexLock lock(&mutex);
    well.push_back(absl::Now());
    return absl::OkStatus();
  });
  ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return socket.Count("WATCHDOG=1") >= 2; }));
  watchdog.Stop();
  EXPECT_LT(well[1] - well[0], waits_for);
}

TEST(Watchdog, OnlyTheRefusalOfAStrangerIsWell) {
  const auto said = [](absl::StatusCode code, Reason reason) { return Problem(code, reason, "No.").ToStatus(); };
  EXPECT_TRUE(IsWell(said(absl::StatusCode::kUnauthenticated, Reason::kNoCredential)));
  EXPECT_TRUE(IsWell(said(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate)));
  EXPECT_FALSE(IsWell(said(absl::StatusCode::kResourceExhausted, Reason::kTooMany)));
  EXPECT_FALSE(IsWell(said(absl::StatusCode::kUnavailable, Reason::kStopping)));
  EXPECT_FALSE(IsWell(said(absl::StatusCode::kInternal, Reason::kInternal)));
  EXPECT_FALSE(IsWell(absl::UnavailableError("")));
  EXPECT_FALSE(IsWell(absl::OkStatus()));
}

TEST(WriterWatch, SaysThatNothingIsWrittenWhereSomethingWaits) {
  WriterWatch watch;
  EXPECT_TRUE(watch.Look(7, 0).ok());
  EXPECT_TRUE(watch.Look(7, 0).ok());  // nothing to do
  EXPECT_TRUE(watch.Look(7, 3).ok());
  EXPECT_TRUE(watch.Look(8, 3).ok());  // it goes on
  EXPECT_FALSE(watch.Look(8, 1).ok());
  EXPECT_FALSE(watch.Look(8, 5).ok());
  EXPECT_TRUE(watch.Look(9, 5).ok());
  EXPECT_TRUE(watch.Look(9, 0).ok());
  EXPECT_TRUE(watch.Look(9, 1).ok());  // this one has just come
}

// A door with one place, as the watchdog's call finds it while somebody holds that place all the time.
TEST(FullDoorWatch, FindsItWellWhileCallsEndOrTheWriterGetsOn) {
  Door::Options options;
  options.calls_under_way_max = 1;
  tests::NoticeDoor notices(options);
  Door& door = notices.door();
  const std::string authorization = "Bearer " + notices.Steward();
  const auto enter = [&](absl::string_view shown) {
    Peer peer;
    peer.wire = Peer::Wire::kHttp;
    return door.Enter("/aangan.node.v1.NoticeService/ListNotices", peer,
                      [shown](absl::string_view name) { return name == "authorization" ? shown : ""; },
                      absl::InfiniteFuture(), {});
  };
  FullDoorWatch watch;
  const auto look = [&](uint64_t steps) { return watch.Look(enter("").status(), door, steps); };
  auto held = enter(authorization);
  ASSERT_TRUE(held.ok());
  EXPECT_TRUE(HasReason(look(0), Reason::kTooMany));
  EXPECT_FALSE(look(0).ok());
  door.Leave(*held);
  held = enter(authorization);
  EXPECT_TRUE(look(0).ok());
  EXPECT_FALSE(look(0).ok());
  EXPECT_TRUE(look(5).ok());
  EXPECT_FALSE(look(5).ok());
  door.Leave(*held);
  // What is wrong otherwise stays so, whatever moves.
  EXPECT_FALSE(watch.Look(absl::UnavailableError(""), door, 6).ok());
  EXPECT_TRUE(watch.Look(absl::OkStatus(), door, 6).ok());
}

TEST(Watchdog, WhereNobodyAsksForItNothingIsCalled) {
  const SdNotify notify("", std::nullopt);
  Watchdog watchdog(&notify);
  watchdog.Start([](absl::Duration) {
    ADD_FAILURE() << "called";
    return absl::OkStatus();
  });
  watchdog.Stop();
}

// A port that takes connections and says nothing, and one where nobody is.
TEST(Watchdog, APortThatDoesNotAnswerIsFoundInTime) {
  const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(silent, 4), 0);
  ASSERT_EQ(getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  OwnPort port;
  port.address = absl::StrCat("0.0.0.0:", ntohs(address.sin_port));
  port.server_name = "localhost";
  port.path = "/aangan.node.v1.OperatorService/GetStatus";
  EXPECT_FALSE(CallOwnPort(port, absl::Milliseconds(200)).ok());
  close(silent);
  EXPECT_FALSE(CallOwnPort(port, absl::Milliseconds(200)).ok());
}

}  // namespace
}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// Settings read again: a good file counts, a bad one changes nothing, and "debug" ends by itself.
#include "server/shared/reload.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::server {
namespace {

std::vector<Setting> Settings() {
  Setting live{"node.sync_seconds", SettingKind::kNumber, "900", "seconds"};
  live.live = true;
  return WithLogSettings({live, {"node.listen", SettingKind::kText, "127.0.0.1:7401", "address"}});
}

class ReloadTest : public ::testing::Test {
 protected:
  ~ReloadTest() override {
    SetLogLevel(LogLevel::kInfo);
    SetLogFormat(LogFormat::kAuto);
  }
  void Write(const std::string& text) { EXPECT_THAT(WriteFileDurably(path_, text, 0600), tests::IsOk()); }
  Config::Outcome Read() const {
    const char* const words[] = {"aangan-node", "--config", path_.c_str()};
    return Config::Read(3, words, "aangan-node", "A node.", Settings(), "");
  }
  // What it logs and says, and what the daemon is told of the new configuration.
  std::string Now() {
    applied_ = 0;
    testing::internal::CaptureStderr();
    went_well_ = reload_.Now([this](const Config& config) { applied_ = config.Number("node.sync_seconds"); });
    LogDebug("test", "a line of debug");
    LogInfo("test", "a line of info");
    return testing::internal::GetCapturedStderr();
  }

  const tests::TempDir folder_;
  const std::string path_ = folder_ / "node.toml";
  tests::FakeClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  const SdNotify notify_{"", std::nullopt};
  bool went_well_ = false;
  int64_t applied_ = 0;
  Reload reload_{Settings(), (Write("[log]\nlevel = \"info\"\n"), Read().config), [this] { return Read(); }, &clock_,
                 &notify_};
};

TEST_F(ReloadTest, AGoodFileCountsAndWhatWaitsIsNamed) {
  Write("[node]\nsync_seconds = 7\nlisten = \"127.0.0.1:1\"\n[log]\nlevel = \"debug\"\nformat = \"text\"\n");
  const std::string log = Now();
  EXPECT_TRUE(went_well_);
  EXPECT_EQ(applied_, 7);
  EXPECT_NE(log.find("info settings: reloaded"), std::string::npos) << log;
  EXPECT_NE(log.find("counts at the next start\",\"setting\":\"node.listen\""), std::string::npos) << log;
  EXPECT_EQ(log.find("node.sync_seconds"), std::string::npos) << log;
  EXPECT_NE(log.find("a line of debug"), std::string::npos) << log;
  EXPECT_EQ(Now().find("next start"), std::string::npos);  // said once
}

TEST_F(ReloadTest, ABadFileChangesNothingNotEvenInItsGoodParts) {
  for (const char* fault : {"[node]\nsync_second = 7\n", "[node]\nsync_seconds = -1\n", "[node]\nsync_seconds = \"\n",
                            "[log]\nformat = \"xml\"\n"}) {
    Write(std::string(fault) + (fault[1] == 'n' ? "[log]\nlevel = \"error\"\n" : "level = \"error\"\n"));
    const std::string log = Now();
    EXPECT_FALSE(went_well_) << fault;
    EXPECT_EQ(applied_, 0) << fault;
    EXPECT_NE(log.find("not reloaded"), std::string::npos) << log;
    EXPECT_NE(log.find(path_), std::string::npos) << "the fault and its place are said: " << log;
    EXPECT_NE(log.find("a line of info"), std::string::npos) << log;
  }
}

TEST_F(ReloadTest, DebugEndsByItselfAfterAnHour) {
  Write("[log]\nlevel = \"debug\"\n");
  EXPECT_NE(Now().find("a line of debug"), std::string::npos);
  const auto debug_after_tick = [this] {
    testing::internal::CaptureStderr();
    reload_.Tick();
    LogDebug("test", "a line of debug");
    return testing::internal::GetCapturedStderr().find("a line of debug") != std::string::npos;
  };
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(debug_after_tick());
  clock_.Advance(absl::Minutes(2));
  EXPECT_FALSE(debug_after_tick());
}

}  // namespace
}  // namespace aangan::server

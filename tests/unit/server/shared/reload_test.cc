// SPDX-License-Identifier: Apache-2.0
// Settings read again: a good file counts, a bad one changes nothing, and "debug" ends by itself.
#include "server/shared/reload.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
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
    return Config::Read(by_name_ ? 3 : 1, words, "aangan-node", "A node.", Settings(), by_name_ ? "" : path_);
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
  bool by_name_ = true;  // else the file is the one that is read where none is named
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
  EXPECT_NE(Now().find("node.listen"), std::string::npos);  // it still waits
  Write("[node]\nsync_seconds = 8\n");
  EXPECT_EQ(Now().find("next start"), std::string::npos);  // as it runs
  EXPECT_EQ(applied_, 8);
}

TEST_F(ReloadTest, AFileThatWentAwayOrCanNotBeReadChangesNothing) {
  for (const bool by_name : {true, false}) {
    by_name_ = by_name;
    Write("[node]\nsync_seconds = 7\n[log]\nlevel = \"debug\"\n");
    ASSERT_NE(Now().find("a line of debug"), std::string::npos);
    for (const bool folder : {false, true}) {
      std::filesystem::remove(path_);
      if (folder) std::filesystem::create_directory(path_);
      const std::string log = Now();
      EXPECT_FALSE(went_well_) << by_name << folder;
      EXPECT_EQ(applied_, 0);
      EXPECT_NE(log.find("not reloaded"), std::string::npos) << log;
      EXPECT_NE(log.find(path_), std::string::npos) << log;
      EXPECT_NE(log.find("a line of debug"), std::string::npos) << log;
    }
    std::filesystem::remove(path_);
    Write("[node]\nsync_seconds = 9\n");
    Now();
    EXPECT_EQ(applied_, 9);
  }
}

// Where there never was a file, there is none to go away; one that comes counts.
TEST_F(ReloadTest, WithoutAFileTheDefaultsCountUntilThereIsOne) {
  by_name_ = false;
  std::filesystem::remove(path_);
  Reload reload(
      Settings(), Read().config, [this] { return Read(); }, &clock_, &notify_);
  int64_t seconds = 0;
  const auto apply = [&seconds](const Config& config) { seconds = config.Number("node.sync_seconds"); };
  EXPECT_TRUE(reload.Now(apply));
  EXPECT_EQ(seconds, 900);
  Write("[node]\nsync_seconds = 7\n");
  EXPECT_TRUE(reload.Now(apply));
  EXPECT_EQ(seconds, 7);
}

TEST_F(ReloadTest, ANumberIsBoundedAndTheFaultNamesFieldAndBound) {
  Write("[node]\nsync_seconds = 1000000000\n");
  Now();
  EXPECT_EQ(applied_, 1'000'000'000);
  for (const char* number : {"1000000001", "17592186044416", "9223372036854775807"}) {
    Write(absl::StrCat("[node]\nsync_seconds = ", number, "\n"));
    const std::string log = Now();
    EXPECT_FALSE(went_well_);
    EXPECT_NE(log.find(":2:16: node.sync_seconds must be a whole number from 0 to 1000000000"), std::string::npos)
        << log;
  }
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

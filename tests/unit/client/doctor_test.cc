// SPDX-License-Identifier: Apache-2.0
// Each fault that the doctor knows is made here, and found; without it the check passes.
#include "client/command/doctor.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/command/doctor_sight.h"
#include "tests/unit/client/doctor_under_test.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

TEST_F(DoctorTest, NoDataFolder) {
  Expect(CheckFolder, "data_folder", Verdict::kPass);
  fs::remove_all(patient_.folder);
  Expect(CheckFolder, "data_folder", Verdict::kFail);
  Expect(CheckFolder, "data_folder_mode", Verdict::kSkip);
}

TEST_F(DoctorTest, DataFolderOpenToOthers) {
  Expect(CheckFolder, "data_folder_mode", Verdict::kPass);
  chmod(patient_.folder.c_str(), 0750);
  Expect(CheckFolder, "data_folder_mode", Verdict::kFail);
}

TEST_F(DoctorTest, FilesOfAnotherUser) {
  Expect(CheckFolder, "data_folder_owner", Verdict::kPass);
  if (geteuid() != 0) return;  // nobody else can give a file away
  ASSERT_EQ(chown((patient_.folder + "/ports").c_str(), 12345, 12345), 0);
  Expect(CheckFolder, "data_folder_owner", Verdict::kFail);
}

TEST_F(DoctorTest, ASecretThatOthersCanRead) {
  for (const char* name : {"operator.token", "master_key", "signing_key.2", "membership", "tls/authority.key"}) {
    Write(name, "x", 0600);
    Expect(CheckFolder, "secret_files", Verdict::kPass);
    chmod((patient_.folder + "/" + name).c_str(), 0640);
    Expect(CheckFolder, "secret_files", Verdict::kFail);
    chmod((patient_.folder + "/" + name).c_str(), 0600);
  }
  Write("main/keys.sst", "x", 0644);  // the database's own are no keys
  Expect(CheckFolder, "secret_files", Verdict::kPass);
}

TEST_F(DoctorTest, RecordsWithoutTheirKey) {
  Expect(CheckFolder, "master_key", Verdict::kSkip);
  fs::create_directories(patient_.folder + "/main");
  Expect(CheckFolder, "master_key", Verdict::kFail);
  Write("master_key", "x", 0600);
  Expect(CheckFolder, "master_key", Verdict::kPass);
}

TEST_F(DoctorTest, Leftovers) {
  Write("membership.new", "x", 0600);
  Expect(CheckFolder, "leftovers", Verdict::kPass);  // it is being written now
  patient_.now += absl::Hours(2);
  Expect(CheckFolder, "leftovers", Verdict::kWarn);
  fs::remove(patient_.folder + "/membership.new");
  Expect(CheckFolder, "leftovers", Verdict::kPass);
  fs::create_directories(patient_.folder + ".restoring");
  Expect(CheckFolder, "leftovers", Verdict::kWarn);
}

TEST_F(DoctorTest, KeyFile) {
  Expect(CheckFolder, "key_file", Verdict::kSkip);
  Set("node.key_file", ground_ / "stick.key");
  Expect(CheckFolder, "key_file", Verdict::kFail);
  WriteAt(ground_ / "stick.key", "x", 0644);
  Expect(CheckFolder, "key_file", Verdict::kFail);
  chmod((ground_ / "stick.key").c_str(), 0600);
  Expect(CheckFolder, "key_file", Verdict::kPass);
  Write("stick.key", "x", 0600);
  Set("node.key_file", patient_.folder + "/stick.key");
  Expect(CheckFolder, "key_file", Verdict::kWarn);
}

TEST_F(DoctorTest, SettingsThatAreNotKnownSayNothingOfAKeyFile) {
  patient_.settings = SettingsInForce();
  patient_.settings.fault = "the file can not be read";
  EXPECT_EQ(Of(CheckFolder, "key_file").what, "the settings are not known");
}

// Whoever may not look: root gives its rights away meanwhile, anybody else shuts the folder against herself.
class Outsider {
 public:
  explicit Outsider(const std::string& folder) : folder_(folder) {
    if (geteuid() == 0)
      is_root_ = seteuid(kNobody) == 0;
    else
      chmod(folder_.c_str(), 0);
  }
  ~Outsider() {
    if (is_root_)
      EXPECT_EQ(seteuid(0), 0);
    else
      chmod(folder_.c_str(), 0700);
  }

 private:
  static constexpr uid_t kNobody = 65534;
  const std::string folder_;
  bool is_root_ = false;
};

class DoctorOfAnOutsider : public DoctorTest {
 protected:
  // Each check that passes, and each that was skipped because it may not look.
  std::string Seen() const {
    std::string seen;
    for (auto* checks : {CheckFolder, CheckProgram, CheckCertificates, CheckMachine}) {
      Findings findings;
      checks(patient_, &findings);
      for (const Finding& finding : findings) {
        const bool unseen = finding.verdict == Verdict::kSkip && finding.what == kMayNotLook;
        if (!unseen && finding.check != "memory_lock")
          absl::StrAppend(&seen, finding.check, ":", WordOf(finding.verdict), " ");
      }
    }
    return seen;
  }
};

TEST_F(DoctorOfAnOutsider, WhatMayNotBeLookedAtDoesNotPass) {
  fs::create_directories(patient_.folder + "/main");
  Write("tls/port/current/certificate.pem", "x", 0600);
  patient_.health = Health::kAway;  // as it seems to be
  const Outsider outsider(ground_.path());
  // What is not of the folder stays.
  patient_.settings.fault = "the file can not be read";
  patient_.disk = DiskOf(patient_.folder);
  EXPECT_EQ(Seen(), "key_file:skip starts_by_itself:skip memory:skip swap:skip ");
}

TEST_F(DoctorOfAnOutsider, AFolderThatIsThereAndClosedSaysNothingOfWhatIsInIt) {
  fs::create_directories(patient_.folder + "/main");
  Write("tls/port/current/certificate.pem", "x", 0600);
  patient_.health = Health::kAway;
  chmod(ground_.path().c_str(), 0755);
  for (const char* file : {"/swaps", "/meminfo"}) chmod((patient_.proc + file).c_str(), 0644);
  const Outsider outsider(patient_.folder);
  EXPECT_EQ(Seen(),
            "data_folder:pass data_folder_mode:pass key_file:skip settings:pass settings_mode:pass "
            "starts_by_itself:skip disk_free:pass disk_inodes:pass disk_kind:pass memory:pass swap:pass ");
}

TEST_F(DoctorTest, AWalkSaysWhenItDidNotSeeAll) {
  Write("open/one", "x", 0600);
  Write("shut/two", "x", 0600);
  chmod((patient_.folder + "/open").c_str(), 0755);
  chmod(patient_.folder.c_str(), 0755);
  chmod(ground_.path().c_str(), 0755);
  int seen = 0;
  const auto count = [&seen](const fs::path&, const struct stat&) { return ++seen > 0; };
  EXPECT_TRUE(WalkFolder(patient_.folder, count));
  EXPECT_EQ(seen, 5);  // ports, two folders, two files
  chmod((patient_.folder + "/shut").c_str(), 0700);
  const Outsider outsider(patient_.folder + "/shut");
  seen = 0;
  EXPECT_FALSE(WalkFolder(patient_.folder, count));
  EXPECT_EQ(seen, 4);
  EXPECT_FALSE(
      WalkFolder(patient_.folder, [](const fs::path& path, const struct stat&) { return path.filename() != "open"; }));
  EXPECT_TRUE(
      WalkFolder(patient_.folder, [](const fs::path& path, const struct stat&) { return path.filename() != "shut"; }));
}

TEST_F(DoctorTest, Settings) {
  Expect(CheckProgram, "settings", Verdict::kPass);
  patient_.settings.fault = "node.toml:1:1: \"nod\" is no setting";
  Expect(CheckProgram, "settings", Verdict::kFail);
  Expect(CheckProgram, "settings_mode", Verdict::kPass);
  chmod(patient_.settings_file.c_str(), 0666);
  Expect(CheckProgram, "settings_mode", Verdict::kFail);
  fs::remove(patient_.settings_file);
  Expect(CheckProgram, "settings_mode", Verdict::kSkip);
}

TEST_F(DoctorTest, AwayLockedOrBeginning) {
  Expect(CheckProgram, "running", Verdict::kPass);
  Expect(CheckProgram, "unlocked", Verdict::kPass);
  patient_.health = Health::kLocked;
  Expect(CheckProgram, "unlocked", Verdict::kFail);
  patient_.health = Health::kNotServing;
  Expect(CheckProgram, "running", Verdict::kWarn);
  patient_.health = Health::kAway;
  Expect(CheckProgram, "running", Verdict::kFail);
  Expect(CheckProgram, "unlocked", Verdict::kSkip);
}

TEST_F(DoctorTest, PortsFile) {
  Expect(CheckProgram, "ports_file", Verdict::kPass);
  patient_.health = Health::kAway;
  Expect(CheckProgram, "ports_file", Verdict::kWarn);
  fs::remove(patient_.folder + "/ports");
  Expect(CheckProgram, "ports_file", Verdict::kPass);
  patient_.health = Health::kServing;
  Expect(CheckProgram, "ports_file", Verdict::kFail);
}

TEST_F(DoctorTest, PortOfAnother) {
  Expect(CheckProgram, "port", Verdict::kSkip);
  patient_.health = Health::kAway;
  Expect(CheckProgram, "port", Verdict::kPass);
  const int other = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(other, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(other, 1), 0);
  ASSERT_EQ(getsockname(other, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Set("node.listen", absl::StrCat("127.0.0.1:", ntohs(address.sin_port)));
  Expect(CheckProgram, "port", Verdict::kFail);
  close(other);
  Expect(CheckProgram, "port", Verdict::kPass);
  Set("node.listen", "192.0.2.1:7401");  // of no computer: RFC 5737
  Expect(CheckProgram, "port", Verdict::kFail);
  Set("node.listen", "somewhere");
  Expect(CheckProgram, "port", Verdict::kSkip);
}

TEST_F(DoctorTest, DoesNotStartByItself) {
  Expect(CheckProgram, "starts_by_itself", Verdict::kSkip);
  fs::create_directories(patient_.run + "/systemd/system");
  Expect(CheckProgram, "starts_by_itself", Verdict::kWarn);
  WriteAt(patient_.etc + "/systemd/system/multi-user.target.wants/aangan-node.service", "", 0644);
  Expect(CheckProgram, "starts_by_itself", Verdict::kPass);
}

TEST_F(DoctorTest, DiskBelowTheReserve) {
  Expect(CheckMachine, "disk_free", Verdict::kPass);
  Set("node.disk_reserve_megabytes", absl::StrCat((patient_.disk->free_bytes >> 20) / 2));
  Expect(CheckMachine, "disk_free", Verdict::kWarn);
  Set("node.disk_reserve_megabytes", "1000000000");
  Expect(CheckMachine, "disk_free", Verdict::kFail);
  patient_.disk = DiskOf(ground_ / "no such folder");
  Expect(CheckMachine, "disk_free", Verdict::kSkip);
}

TEST_F(DoctorTest, DiskWithoutInodes) {
  patient_.disk = Disk{1 << 30, 1000, 500, 0};
  Expect(CheckMachine, "disk_inodes", Verdict::kPass);
  patient_.disk->free_files = 30;
  Expect(CheckMachine, "disk_inodes", Verdict::kWarn);
  patient_.disk->free_files = 1;
  Expect(CheckMachine, "disk_inodes", Verdict::kFail);
  patient_.disk->files = 0;
  Expect(CheckMachine, "disk_inodes", Verdict::kSkip);
}

TEST_F(DoctorTest, FolderInMemoryOrFarAway) {
  patient_.disk = Disk{1 << 30, 0, 0, 0xef53};  // ext4
  Expect(CheckMachine, "disk_kind", Verdict::kPass);
  patient_.disk->type = 0x6969;  // NFS
  Expect(CheckMachine, "disk_kind", Verdict::kFail);
  patient_.disk->type = 0x01021994;  // tmpfs
  Expect(CheckMachine, "disk_kind", Verdict::kFail);
}

TEST_F(DoctorTest, ClockThatIsBehind) {
  patient_.built_seconds = absl::ToUnixSeconds(patient_.now);
  Expect(CheckMachine, "clock", Verdict::kPass);
  patient_.now -= absl::Hours(24);
  Expect(CheckMachine, "clock", Verdict::kFail);  // before the program was built
  patient_.built_seconds = 0;
  Expect(CheckMachine, "clock", Verdict::kFail);  // before a file was written
}

TEST_F(DoctorTest, SwapThatIsNotEncrypted) {
  Expect(CheckMachine, "swap", Verdict::kPass);
  const auto swap = [this](const std::string& device) {
    WriteAt(patient_.proc + "/swaps", absl::StrCat("Filename Type Size Used Priority\n", device, " partition 9 0 -2\n"),
            0600);
  };
  swap("/dev/sdx7");
  Expect(CheckMachine, "swap", Verdict::kWarn);
  swap("/dev/zram0");
  Expect(CheckMachine, "swap", Verdict::kPass);
  WriteAt(patient_.sys + "/block/dm-77/dm/uuid", "CRYPT-PLAIN-swap\n", 0600);
  swap("/dev/dm-77");
  Expect(CheckMachine, "swap", Verdict::kPass);
  WriteAt(patient_.sys + "/block/dm-77/dm/uuid", "LVM-swap\n", 0600);
  Expect(CheckMachine, "swap", Verdict::kWarn);
  fs::remove(patient_.proc + "/swaps");
  Expect(CheckMachine, "swap", Verdict::kSkip);
}

TEST_F(DoctorTest, LittleMemory) {
  Expect(CheckMachine, "memory", Verdict::kPass);
  WriteAt(patient_.proc + "/meminfo", "MemTotal: 9000000 kB\nMemAvailable: 80000 kB\n", 0600);
  Expect(CheckMachine, "memory", Verdict::kWarn);
}

}  // namespace
}  // namespace aangan::client

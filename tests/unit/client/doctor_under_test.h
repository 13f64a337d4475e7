// SPDX-License-Identifier: Apache-2.0
// A computer with a data folder in which all is well, for tests of the doctor that spoil one thing each.
#ifndef AANGAN_TESTS_UNIT_CLIENT_DOCTOR_UNDER_TEST_H_
#define AANGAN_TESTS_UNIT_CLIENT_DOCTOR_UNDER_TEST_H_

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "client/command/doctor.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {

class DoctorTest : public ::testing::Test {
 protected:
  DoctorTest() {
    patient_.folder = ground_ / "data";
    patient_.now = SystemClock().Now();
    patient_.health = Health::kServing;
    patient_.settings.settings = {{"node.data", patient_.folder, "file", ""},
                                  {"node.disk_reserve_megabytes", "1", "file", ""},
                                  {"node.key_file", "", "default", ""},
                                  {"node.listen", "127.0.0.1:0", "file", ""}};
    patient_.proc = ground_ / "proc";
    patient_.sys = ground_ / "sys";
    patient_.run = ground_ / "run";
    patient_.etc = ground_ / "etc";
    patient_.settings_file = ground_ / "node.toml";
    std::filesystem::create_directories(patient_.folder);
    patient_.disk = DiskOf(patient_.folder);
    std::filesystem::create_directories(patient_.proc);
    chmod(patient_.folder.c_str(), 0700);
    Write("ports", "grpc=127.0.0.1:1\n", 0600);
    WriteAt(patient_.settings_file, "", 0600);
    WriteAt(patient_.proc + "/swaps", "Filename Type Size Used Priority\n", 0600);
    WriteAt(patient_.proc + "/meminfo", "MemTotal: 9000000 kB\nMemAvailable: 8000000 kB\n", 0600);
  }

  static void WriteAt(const std::string& path, const std::string& text, mode_t mode) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
  }
  void Write(const std::string& name, const std::string& text, mode_t mode) {
    WriteAt(patient_.folder + "/" + name, text, mode);
  }
  void Set(const std::string& name, const std::string& value) {
    for (SettingInForce& each : patient_.settings.settings) {
      if (each.name == name) each.value = value;
    }
  }

  Finding Of(void (*checks)(const Patient&, Findings*), const std::string& check) const {
    Findings findings;
    checks(patient_, &findings);
    for (const Finding& finding : findings) {
      EXPECT_FALSE(finding.what.empty()) << finding.check;
      EXPECT_FALSE(finding.why.empty()) << finding.check;
      EXPECT_FALSE(absl::StrContains(absl::StrCat(finding.what, finding.why, finding.fix), ground_.path()));
      if (finding.check == check) return finding;
    }
    ADD_FAILURE() << "no check " << check;
    return {};
  }
  void Expect(void (*checks)(const Patient&, Findings*), const std::string& check, Verdict verdict) const {
    const Finding finding = Of(checks, check);
    EXPECT_EQ(WordOf(finding.verdict), std::string(WordOf(verdict))) << check << ": " << finding.what;
    const bool to_do = verdict == Verdict::kWarn || verdict == Verdict::kFail;
    EXPECT_FALSE(to_do && finding.fix.empty()) << check;
  }

  const tests::TempDir ground_;
  Patient patient_;
};

}  // namespace aangan::client

#endif  // AANGAN_TESTS_UNIT_CLIENT_DOCTOR_UNDER_TEST_H_

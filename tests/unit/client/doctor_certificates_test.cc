// SPDX-License-Identifier: Apache-2.0
// Each fault of a certificate that the doctor knows is made here, and found; without it the check passes.
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/unit/client/doctor_under_test.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

// A pair by OpenSSL's own program, of `authority`, which is made where it is not there.
void MakePair(const std::string& folder, const std::string& authority, const std::string& dates) {
  fs::create_directories(folder);
  const std::string line = absl::StrCat(
      "cd ", folder, " && umask 077 && export AUTHORITY=", authority,
      " && (test -f $AUTHORITY.key || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
      "$AUTHORITY.key -out $AUTHORITY.pem -subj /CN=a -days 30)"
      " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=b"
      " && openssl x509 -req -in request.pem -CA $AUTHORITY.pem -CAkey $AUTHORITY.key -out certificate.pem ",
      dates);
  const std::string printed = tests::Printed(absl::StrCat("(", line, ")"));
  ASSERT_TRUE(absl::EndsWith(printed, "code 0\n")) << printed;
}

class DoctorCertificates : public DoctorTest {
 protected:
  void Make(const std::string& dates) {
    MakePair(Pair(), Tls() + "/authority", dates);
    patient_.now = SystemClock().Now() + absl::Seconds(1);  // a certificate begins with a whole second
  }
  std::string Tls() const { return patient_.folder + "/tls"; }
  std::string Pair() const { return Tls() + "/port/current"; }
};

TEST_F(DoctorCertificates, NotMadeYet) {
  for (const char* check : {"port_certificate", "port_key", "port_authority"})
    Expect(CheckCertificates, check, Verdict::kSkip);
}

TEST_F(DoctorCertificates, DamagedIsNoLessThanMissing) {
  Make("-days 30");
  WriteAt(Tls() + "/authority.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n", 0600);
  Expect(CheckCertificates, "port_authority", Verdict::kFail);
  fs::remove(Tls() + "/authority.pem");
  Expect(CheckCertificates, "port_authority", Verdict::kFail);
  fs::resize_file(Pair() + "/certificate.pem", 200);
  Expect(CheckCertificates, "port_certificate", Verdict::kFail);
  Expect(CheckCertificates, "port_key", Verdict::kSkip);
  WriteAt(Pair() + "/certificate.pem", "", 0600);
  Expect(CheckCertificates, "port_certificate", Verdict::kFail);
}

TEST_F(DoctorCertificates, EndedOrSoon) {
  Make("-days 30");
  Expect(CheckCertificates, "port_certificate", Verdict::kPass);
  patient_.now += absl::Hours(24 * 25);
  Expect(CheckCertificates, "port_certificate", Verdict::kWarn);
  patient_.now += absl::Hours(24 * 6);
  Expect(CheckCertificates, "port_certificate", Verdict::kFail);
  patient_.now -= absl::Hours(24 * 60);
  Expect(CheckCertificates, "port_certificate", Verdict::kFail);  // the clock is behind
}

TEST_F(DoctorCertificates, KeyOfAnother) {
  Make("-days 30");
  Expect(CheckCertificates, "port_key", Verdict::kPass);
  Expect(CheckCertificates, "port_authority", Verdict::kPass);
  chmod((Pair() + "/key.pem").c_str(), 0644);
  Expect(CheckCertificates, "port_key", Verdict::kFail);
  MakePair(ground_ / "other", ground_ / "other_authority", "-days 30");
  fs::copy_file(ground_ / "other/key.pem", Pair() + "/key.pem", fs::copy_options::overwrite_existing);
  Expect(CheckCertificates, "port_key", Verdict::kFail);
  fs::copy_file(ground_ / "other_authority.pem", Tls() + "/authority.pem", fs::copy_options::overwrite_existing);
  Expect(CheckCertificates, "port_authority", Verdict::kFail);
}

TEST_F(DoctorCertificates, OfTheStaff) {
  patient_.what = "federation";
  Expect(CheckCertificates, "staff_certificate", Verdict::kSkip);
  MakePair(patient_.folder + "/staff", patient_.folder + "/staff/authority", "-days 40");
  patient_.now = SystemClock().Now() + absl::Seconds(1);
  Expect(CheckCertificates, "staff_certificate", Verdict::kPass);
  Expect(CheckCertificates, "staff_key", Verdict::kPass);
  patient_.now += absl::Hours(24 * 15);
  Expect(CheckCertificates, "staff_certificate", Verdict::kWarn);
  WriteAt(patient_.folder + "/staff/certificate.pem", "x", 0600);
  EXPECT_TRUE(absl::StrContains(Of(CheckCertificates, "staff_certificate").fix, "move the folder staff"));
}

}  // namespace
}  // namespace aangan::client

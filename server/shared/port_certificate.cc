// SPDX-License-Identifier: Apache-2.0
// A port's own key and certificate: made, checked, and taken into use by turning one link.
#include "server/shared/port_certificate.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/certificate.h"

namespace aangan::server {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPemBytesMax = 64 << 10;
constexpr char kCertificate[] = "certificate.pem";
constexpr char kKey[] = "key.pem";
constexpr char kCheck[] = "check";
constexpr char kPairPrefix[] = "pair.";

// A bit that flipped in a signature or in the secret half of a key leaves a pair that looks whole and that everybody
// refuses.
std::string CheckOf(absl::string_view certificate_pem, absl::string_view key_pem) {
  const Digest digest = Sha256({"aangan/v1/port pair check", certificate_pem, key_pem});
  return ToHex(digest);
}

absl::Status DiskRefused() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "The folder with the port's certificate can not be written. See to the disk and its rights.");
}

}  // namespace

std::string PortCertificate::certificate_path() const { return absl::StrCat(folder_, "/current/", kCertificate); }
std::string PortCertificate::key_path() const { return absl::StrCat(folder_, "/current/", kKey); }

bool PortCertificate::Suffices() const {
  const auto certificate = ReadFile(certificate_path(), kPemBytesMax);
  const auto key = ReadSecretFile(key_path(), kPemBytesMax);
  const auto check = ReadFile(absl::StrCat(folder_, "/current/", kCheck), kPemBytesMax);
  if (!certificate.ok() || !key.ok() || !check.ok() || *check != CheckOf(*certificate, AsText(key->span())))
    return false;
  const auto times = TimesOf(*certificate);
  const absl::Time now = clock_->Now();
  return times.ok() && times->Holds(now) && !times->WantsRenewal(now);
}

absl::Status PortCertificate::Look() {
  absl::MutexLock lock(&looking_);
  return Suffices() ? absl::OkStatus() : MakePair();
}

absl::Status PortCertificate::MakeAnew() {
  absl::MutexLock lock(&looking_);
  return MakePair();
}

absl::Status PortCertificate::MakePair() {
  ASSIGN_OR_RETURN(const Pair pair, maker_());
  if (!PairMatches(pair.certificate_pem, pair.key_pem)) return absl::InternalError("no pair of key and certificate");
  std::error_code error;
  int number = 1;
  while (fs::exists(absl::StrCat(folder_, "/", kPairPrefix, number), error)) ++number;
  const std::string name = absl::StrCat(kPairPrefix, number);
  const std::string path = absl::StrCat(folder_, "/", name);
  RETURN_IF_ERROR(MakeFolders(path, 0700));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(path, "/", kKey), pair.key_pem, 0600));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(path, "/", kCertificate), pair.certificate_pem, 0600));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(path, "/", kCheck), CheckOf(pair.certificate_pem, pair.key_pem), 0600));
  return Turn(name);
}

// A rename over the link is one step for whoever reads through it. What lies beside it afterwards is not in use.
absl::Status PortCertificate::Turn(const std::string& pair) const {
  const std::string current = absl::StrCat(folder_, "/current");
  const std::string next = absl::StrCat(folder_, "/next");
  std::error_code error;
  fs::remove_all(next, error);
  fs::create_directory_symlink(pair, next, error);
  if (error) return DiskRefused();
  // A copy of the folder that followed links has a folder there, which a link does not replace.
  if (fs::is_directory(fs::symlink_status(current, error))) fs::remove_all(current, error);
  fs::rename(next, current, error);
  if (error) return DiskRefused();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename();
    if (absl::StartsWith(name, kPairPrefix) && name != pair) fs::remove_all(entry.path(), error);
  }
  return absl::OkStatus();
}

void PortCertificate::Start(absl::Duration every) {
  looks_.Start(every, Periodic::First::kAfterOnePeriod, [this] {
    const absl::Status looked = Look();
    if (!looked.ok()) LogError("certificate", "the port's own could not be renewed").Status(looked);
  });
}

void PortCertificate::Stop() { looks_.Stop(); }

}  // namespace aangan::server

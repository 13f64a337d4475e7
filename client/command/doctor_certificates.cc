// SPDX-License-Identifier: Apache-2.0
// Checks of the certificates in the data folder: that they hold, fit their keys and are of their authority. See
// doctor.h.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "client/command/doctor.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;

template <auto free>
struct Freer {
  template <typename Type>
  void operator()(Type* object) const {
    free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Bytes = std::unique_ptr<BIO, Freer<BIO_free>>;

// The first of the file; null when it can not be read.
Certificate ReadCertificate(const std::string& path) {
  const absl::StatusOr<std::string> pem = ReadFile(path, kPemBytesMax);
  if (!pem.ok()) return nullptr;
  const Bytes bytes(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  return Certificate(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr));
}

Key ReadKey(const std::string& path) {
  const absl::StatusOr<SecretBytes> pem = ReadSecretFile(path, kPemBytesMax);
  if (!pem.ok()) return nullptr;
  const Bytes bytes(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  return Key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, nullptr, nullptr));
}

// A certificate of the data folder, with what is done about it.
struct Pair {
  std::string name;         // of the checks: "port"
  std::string certificate;  // paths
  std::string key;
  std::string authority;
  int warn_days = 0;  // it should have been made anew before as many are left
  std::string why;
  std::string fix;
  std::string fix_of_damaged;
};

// Why a check can not be made without the certificate.
const char* WhyNot(const std::string& certificate) {
  switch (SightOf(certificate, R_OK)) {
    case Sight::kAbsent:
      return "it is made at the first start";
    case Sight::kForbidden:
      return kMayNotLook;
    case Sight::kThere:
      break;
  }
  return "its certificate is damaged";
}

Finding Time(const Patient& patient, const Pair& pair) {
  Finding finding{absl::StrCat(pair.name, "_certificate"), Verdict::kPass, "", pair.why, pair.fix};
  const Certificate certificate = ReadCertificate(pair.certificate);
  if (certificate == nullptr) {
    if (SightOf(pair.certificate, R_OK) != Sight::kThere) return Skipped(finding, WhyNot(pair.certificate));
    finding.verdict = Verdict::kFail;
    finding.what = WhyNot(pair.certificate);
    finding.fix = pair.fix_of_damaged;
    return finding;
  }
  time_t now = absl::ToTimeT(patient.now);
  if (X509_cmp_time(X509_get0_notBefore(certificate.get()), &now) > 0) {
    finding.verdict = Verdict::kFail;
    finding.what = "its certificate begins later than the clock shows";
    finding.fix = "look at a watch, and set the clock: timedatectl set-ntp true";
    return finding;
  }
  int days = 0, seconds = 0;
  const std::unique_ptr<ASN1_TIME, Freer<ASN1_TIME_free>> today(ASN1_TIME_set(nullptr, now));
  ASN1_TIME_diff(&days, &seconds, today.get(), X509_get0_notAfter(certificate.get()));
  if (days < 0 || seconds < 0) {
    finding.verdict = Verdict::kFail;
    finding.what = "its certificate has ended";
  } else {
    finding.verdict = days < pair.warn_days ? Verdict::kWarn : Verdict::kPass;
    finding.what = absl::StrCat("its certificate holds for ", days, " days more");
  }
  return finding;
}

Finding Fits(const Pair& pair) {
  Finding finding{absl::StrCat(pair.name, "_key"), Verdict::kPass, "its key and its certificate are a pair",
                  "With a key of another certificate nobody can connect.", pair.fix};
  const Certificate certificate = ReadCertificate(pair.certificate);
  if (certificate == nullptr) return Skipped(finding, WhyNot(pair.certificate));
  const Key key = ReadKey(pair.key);
  if (key == nullptr && SightOf(pair.key, R_OK) == Sight::kForbidden) return Skipped(finding, kMayNotLook);
  if (key == nullptr) {
    finding.verdict = Verdict::kFail;
    finding.what = "its key is not there, is damaged, or others can read it";
  } else if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    finding.verdict = Verdict::kFail;
    finding.what = "its key and its certificate are no pair";
  }
  return finding;
}

Finding OfAuthority(const Pair& pair) {
  Finding finding{absl::StrCat(pair.name, "_authority"), Verdict::kPass,
                  "its certificate is of the authority that is trusted",
                  "Apps trust the authority's file alone; with another one they refuse the connection.", pair.fix};
  const Certificate certificate = ReadCertificate(pair.certificate);
  if (certificate == nullptr) return Skipped(finding, WhyNot(pair.certificate));
  const Certificate authority = ReadCertificate(pair.authority);
  if (authority == nullptr) {
    if (SightOf(pair.authority, R_OK) == Sight::kForbidden) return Skipped(finding, kMayNotLook);
    finding.verdict = Verdict::kFail;
    finding.what = "the file of the authority that is trusted is not there, or damaged";
  } else if (X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) != 1) {
    finding.verdict = Verdict::kFail;
    finding.what = "its certificate is of another authority than the one that is trusted";
  }
  return finding;
}

}  // namespace

void CheckCertificates(const Patient& patient, Findings* findings) {
  const std::string tls = absl::StrCat(patient.folder, "/tls");
  const std::string again =
      absl::StrCat("start it again, which makes what is missing anew: aangan serve ", patient.what);
  std::vector<Pair> pairs = {{"port", tls + "/port/current/certificate.pem", tls + "/port/current/key.pem",
                              tls + "/authority.pem", 10, "With a certificate that does not hold nobody can connect.",
                              again, again}};
  if (patient.what == "federation") {
    const std::string staff = absl::StrCat(patient.folder, "/staff");
    pairs.push_back({"staff", staff + "/certificate.pem", staff + "/key.pem", staff + "/authority.pem", 30,
                     "With a certificate that does not hold the staff can not get in.",
                     "start the federation again, which makes the staff's credentials anew: aangan serve federation",
                     "move the folder staff out of the data folder, and start the federation, which makes the staff's "
                     "credentials anew: aangan serve federation"});
  }
  for (const Pair& pair : pairs) {
    findings->push_back(Time(patient, pair));
    findings->push_back(Fits(pair));
    findings->push_back(OfAuthority(pair));
  }
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// A pair of key and certificate that signs itself, for ports that a test opens.
#ifndef AANGAN_TESTS_SUPPORT_SELF_SIGNED_H_
#define AANGAN_TESTS_SUPPORT_SELF_SIGNED_H_

#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/check.h"
#include "server/shared/certificate.h"

namespace aangan::tests {

// In one step, as whoever reads it at the same time sees it.
inline void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

// <folder>/key.pem and <folder>/certificate.pem, for the common name `name`, for an hour.
inline void WriteSelfSigned(const std::string& folder, const std::string& name) {
  const server::Key key = server::NewKey();
  const server::Certificate certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  AANGAN_CHECK(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                          reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  X509_set_issuer_name(certificate.get(), subject);
  X509_set_pubkey(certificate.get(), key.get());
  AANGAN_CHECK(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  WriteFile(folder + "/key.pem", server::KeyPem(key.get()));
  WriteFile(folder + "/certificate.pem", server::CertificatePem(certificate.get()));
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_SELF_SIGNED_H_

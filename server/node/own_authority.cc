// SPDX-License-Identifier: Apache-2.0
// The node's own small certificate authority, by OpenSSL's library calls.
#include "server/node/own_authority.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "server/shared/certificate.h"

namespace aangan::node {
namespace {

using server::Certificate;
using server::CertificatePem;
using server::Key;
using server::KeyPem;
using server::NewKey;
using server::ParseCertificate;
using server::ParseKey;

constexpr size_t kPemBytesMax = 16 << 10;
constexpr int kAuthorityYears = 20;
constexpr int kCertificateDays = 700;
constexpr absl::Duration kBackdate = absl::Hours(24);  // a client's clock may lag

void AddExtension(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  AANGAN_CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Serial, times, key and name; unsigned, without extensions.
Certificate Begin(const char* name, EVP_PKEY* key, absl::Time from, absl::Time until, RandomSource& random) {
  Certificate certificate(X509_new());
  AANGAN_CHECK(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  AANGAN_CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), random.Uint64() >> 1) == 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(until));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  AANGAN_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

Certificate MakeAuthority(EVP_PKEY* key, absl::Time now, RandomSource& random) {
  Certificate certificate =
      Begin("Aangan node", key, now - kBackdate, now + absl::Hours(24 * 365) * kAuthorityYears, random);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  AddExtension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  AANGAN_CHECK(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

Certificate MakeServer(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key, absl::Time now, RandomSource& random) {
  Certificate certificate = Begin("localhost", key, now - kBackdate, now + absl::Hours(24) * kCertificateDays, random);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(authority));
  AddExtension(certificate.get(), authority, NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(certificate.get(), authority, NID_key_usage, "critical,digitalSignature");
  AddExtension(certificate.get(), authority, NID_ext_key_usage, "serverAuth");
  AddExtension(certificate.get(), authority, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  AddExtension(certificate.get(), authority, NID_authority_key_identifier, "keyid");
  AANGAN_CHECK(X509_sign(certificate.get(), authority_key, EVP_sha256()) > 0);
  return certificate;
}

absl::StatusOr<std::string> ReadKeyPem(const std::string& path) {
  ASSIGN_OR_RETURN(const SecretBytes bytes, ReadSecretFile(path, kPemBytesMax));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

struct Pair {
  std::string certificate_pem;
  std::string key_pem;
};

// They go together, and nothing in the certificate was changed since the key signed it, nor in the key since it was
// made: a changed key may still carry the public half that the certificate names, and would sign what nobody accepts.
bool IsSound(absl::string_view certificate_pem, absl::string_view key_pem) {
  const Key key = ParseKey(key_pem);
  const Certificate certificate = ParseCertificate(certificate_pem);
  if (key == nullptr || certificate == nullptr || X509_check_private_key(certificate.get(), key.get()) != 1 ||
      X509_verify(certificate.get(), key.get()) != 1) {
    return false;
  }
  const std::unique_ptr<EVP_PKEY_CTX, server::OpensslFree<EVP_PKEY_CTX_free>> check(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  return check != nullptr && EVP_PKEY_pairwise_check(check.get()) == 1;
}

// The pair as it lies there, if it is one; none after a crash between the two files, or when one is damaged.
absl::StatusOr<std::optional<Pair>> ReadPair(const std::string& certificate_path, const std::string& key_path) {
  absl::StatusOr<std::string> key = ReadKeyPem(key_path);
  if (absl::IsNotFound(key.status())) return std::optional<Pair>();
  RETURN_IF_ERROR(key.status());
  absl::StatusOr<std::string> certificate = ReadFile(certificate_path, kPemBytesMax);
  if (absl::IsNotFound(certificate.status())) return std::optional<Pair>();
  RETURN_IF_ERROR(certificate.status());
  if (!IsSound(*certificate, *key)) return std::optional<Pair>();
  return std::optional<Pair>(Pair{*std::move(certificate), *std::move(key)});
}

absl::Status WritePair(const Pair& pair, const std::string& certificate_path, const std::string& key_path) {
  RETURN_IF_ERROR(WriteFileDurably(key_path, pair.key_pem, 0600));
  return WriteFileDurably(certificate_path, pair.certificate_pem, 0644);
}

}  // namespace

absl::StatusOr<OwnCertificate> OpenOwnAuthority(const std::string& folder, const Clock& clock, RandomSource& random) {
  RETURN_IF_ERROR(MakeFolders(folder, 0700));
  const absl::Time now = clock.Now();
  OwnCertificate own;
  own.authority_path = absl::StrCat(folder, "/authority.pem");
  const std::string authority_key_path = absl::StrCat(folder, "/authority.key");
  ASSIGN_OR_RETURN(std::optional<Pair> authority, ReadPair(own.authority_path, authority_key_path));
  if (!authority) {
    if (access(own.authority_path.c_str(), F_OK) == 0) {
      LogWarning("certificate",
                 "the node's own authority was damaged and is made anew: give its clients the new file authority.pem");
    }
    const Key made = NewKey();
    authority = Pair{CertificatePem(MakeAuthority(made.get(), now, random).get()), KeyPem(made.get())};
    RETURN_IF_ERROR(WritePair(*authority, own.authority_path, authority_key_path));
    own.authority_is_new = true;
  }
  const Key key = NewKey();
  const Key authority_key = ParseKey(authority->key_pem);
  const Certificate issuer = ParseCertificate(authority->certificate_pem);
  AANGAN_CHECK(authority_key != nullptr && issuer != nullptr);
  own.authority_pem = CertificatePem(issuer.get());
  own.certificate_pem = CertificatePem(MakeServer(key.get(), issuer.get(), authority_key.get(), now, random).get());
  own.key_pem = KeyPem(key.get());
  return own;
}

}  // namespace aangan::node

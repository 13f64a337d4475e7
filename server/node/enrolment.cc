// SPDX-License-Identifier: Apache-2.0
// How a node meets a federation for the first time. OpenSSL's library calls; the chain is taken before anything is
// sent.
#include "server/node/enrolment.h"

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/tls_connection.h"
#include "server/shared/certificate.h"

namespace aangan::node {
namespace {

constexpr absl::string_view kPrefix = "aangan-join-";
constexpr size_t kTokenBytes = 48;    // 16 of the secret, 32 of the authority's digest
constexpr size_t kTokenLetters = 77;  // of five bits; the last has one more bit than there is, zero

using Context = std::unique_ptr<SSL_CTX, server::OpensslFree<SSL_CTX_free>>;

absl::Status NoLink() {
  return Problem(
      absl::StatusCode::kUnavailable, Reason::kNoLink,
      "The federation's enrolment port can not be reached. Check the address, and that it is open for joining.");
}

absl::Status BadToken() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                 "This is not a join token. Copy it whole, from \"aangan-join-\" to its end.")
      .Field("join_token", "must be a join token as the federation gave it");
}

}  // namespace

absl::StatusOr<Digest> AuthorityOfJoinToken(absl::string_view join_token) {
  if (!absl::ConsumePrefix(&join_token, kPrefix) || join_token.size() != kTokenLetters) return BadToken();
  std::string bytes;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : join_token) {
    const int value = c >= 'a' && c <= 'z' ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
    if (value < 0) return BadToken();
    buffer = (buffer << 5) | static_cast<uint32_t>(value);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>((buffer >> bits) & 0xff));
    }
  }
  if (bytes.size() != kTokenBytes || (buffer & 1) != 0) return BadToken();
  Digest digest;
  const absl::string_view authority = absl::string_view(bytes).substr(16);
  std::copy(authority.begin(), authority.end(), digest.begin());
  return digest;
}

absl::StatusOr<std::string> FetchAuthority(const std::string& address, const Digest& authority,
                                           absl::Duration timeout) {
  if (address.rfind(':') == std::string::npos) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The address has no port.")
        .Field("enrolment_address", "must be host:port");
  }
  const Context context(SSL_CTX_new(TLS_client_method()));
  AANGAN_CHECK(context != nullptr && SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  TlsConnection connection(context.get(), timeout);
  // No authority is known yet, so OpenSSL has nothing to verify against: the digest below decides, and then everything
  // is done on a new connection that is verified against what it found.
  if (!connection.Connect(address) || !connection.Handshake()) return NoLink();
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(connection.ssl());
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    if (server::DigestOf(certificate) == authority) return server::CertificatePem(certificate);
  }
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                 "The port that answered is not the federation that the join token names. Nothing was sent to it.");
}

CertificateRequest MakeCertificateRequest() {
  const server::Key key = server::NewKey();
  const server::Request request(X509_REQ_new());
  AANGAN_CHECK(request != nullptr);
  AANGAN_CHECK(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
  AANGAN_CHECK(X509_REQ_set_pubkey(request.get(), key.get()) == 1);
  AANGAN_CHECK(X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  AANGAN_CHECK(size > 0);
  CertificateRequest made;
  made.request_der.assign(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  made.key_pem = server::KeyPem(key.get());
  return made;
}

}  // namespace aangan::node

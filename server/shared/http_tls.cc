// SPDX-License-Identifier: Apache-2.0
// TLS of the HTTPS front.
#include "server/shared/http_tls.h"

#include <openssl/err.h>

#include <cstddef>
#include <utility>

#include "base/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::server {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;
constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

absl::Status BadPair() {
  ERR_clear_error();
  return Problem(
      absl::StatusCode::kInvalidArgument, Reason::kBadCertificate,
      "Key and certificate of the HTTPS port do not make a server. Both are made anew at the next start when "
      "the folder of the port's pair is removed.");
}

// Whoever asks for HTTP/2 alone is told so in the handshake.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                   unsigned int in_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof(kHttp11), in, in_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpTls>> HttpTls::Open(Files files) {
  std::unique_ptr<HttpTls> tls(new HttpTls(std::move(files)));
  RETURN_IF_ERROR(tls->Load());
  return tls;
}

std::shared_ptr<SSL_CTX> HttpTls::Current() const {
  absl::MutexLock lock(&mutex_);
  return context_;
}

void HttpTls::Look() {
  const absl::Status loaded = Load();
  if (!loaded.ok()) LogWarning("https", "certificate not taken, the last one stays").Status(loaded);
}

absl::Status HttpTls::Load() {
  ASSIGN_OR_RETURN(std::string pem, ReadFile(files_.certificate_path, kPemBytesMax));
  {
    absl::MutexLock lock(&mutex_);
    if (pem == certificate_pem_) return absl::OkStatus();
  }
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  AANGAN_CHECK(context != nullptr);
  SSL_CTX* const raw = context.get();
  AANGAN_CHECK(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  AANGAN_CHECK(SSL_CTX_set_num_tickets(raw, 0) == 1);
  SSL_CTX_set_alpn_select_cb(raw, &ChooseProtocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(raw, files_.certificate_path.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(raw, files_.key_path.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw) != 1)
    return BadPair();
  if (!files_.client_authority_path.empty()) {
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(files_.client_authority_path.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(raw, files_.client_authority_path.c_str()) != 1) {
      sk_X509_NAME_pop_free(names, X509_NAME_free);
      return BadPair();
    }
    SSL_CTX_set_client_CA_list(raw, names);  // takes them
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  }
  absl::MutexLock lock(&mutex_);
  certificate_pem_ = std::move(pem);
  context_ = context;
  return absl::OkStatus();
}

}  // namespace aangan::server

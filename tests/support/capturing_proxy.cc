// SPDX-License-Identifier: Apache-2.0
// A proxy that sees all: TLS in, TLS out, a copy of the bytes between.
#include "tests/support/capturing_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace aangan::tests {
namespace {

constexpr int kPollMs = 50;

X509* ReadCertificate(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return certificate;
}

EVP_PKEY* ReadKey(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return key;
}

void Extend(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A server certificate for 127.0.0.1, signed by the authority whose key the test took.
void UseForgedServer(SSL_CTX* context, const CapturingProxy::Keys& keys) {
  X509* authority = ReadCertificate(keys.authority_certificate_pem);
  EVP_PKEY* authority_key = ReadKey(keys.authority_key_pem);
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 4242);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600 * 24);
  X509_set_issuer_name(certificate, X509_get_subject_name(authority));
  X509_set_pubkey(certificate, key);
  Extend(certificate, authority, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_sign(certificate, authority_key, EVP_sha256());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  SSL_CTX_add1_chain_cert(context, authority);
  X509_free(certificate);
  X509_free(authority);
  EVP_PKEY_free(key);
  EVP_PKEY_free(authority_key);
}

int ChooseHttp2(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char*, unsigned, void*) {
  *out = reinterpret_cast<const unsigned char*>("h2");
  *out_size = 2;
  return SSL_TLSEXT_ERR_OK;
}

bool SendAll(SSL* ssl, const char* bytes, int size) {
  while (size > 0) {
    const int sent = SSL_write(ssl, bytes, size);
    if (sent <= 0) {
      const int error = SSL_get_error(ssl, sent);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
      pollfd waiting{SSL_get_fd(ssl), static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
      poll(&waiting, 1, kPollMs);
      continue;
    }
    bytes += sent;
    size -= sent;
  }
  return true;
}

void MakeNonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

class Proxy final : public CapturingProxy {
 public:
  Proxy(const std::string& upstream, std::function<Keys()> keys)
      : upstream_port_(std::atoi(upstream.substr(upstream.rfind(':') + 1).c_str())), keys_(std::move(keys)) {
    signal(SIGPIPE, SIG_IGN);  // TLS writes to a peer that has gone
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    listen(listener_, 16);
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~Proxy() override {
    stopping_ = true;
    acceptor_.join();
    for (std::thread& each : connections_) each.join();
    close(listener_);
  }

  std::string address() const override { return "127.0.0.1:" + std::to_string(port_); }
  std::string from_node() const override {
    absl::MutexLock lock(&mutex_);
    return from_node_;
  }
  std::string to_node() const override {
    absl::MutexLock lock(&mutex_);
    return to_node_;
  }
  int connections() const override { return count_; }

 private:
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void Accept() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (poll(&waiting, 1, kPollMs) <= 0) continue;
      const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0) connections_.emplace_back([this, client] { Serve(client); });
    }
  }

  void Serve(int client) {
    const Keys keys = keys_();
    SSL_CTX* server_context = SSL_CTX_new(TLS_server_method());
    UseForgedServer(server_context, keys);
    SSL_CTX_set_alpn_select_cb(server_context, ChooseHttp2, nullptr);
    SSL_CTX* client_context = SSL_CTX_new(TLS_client_method());
    if (!keys.client_certificate_pem.empty()) {
      X509* certificate = ReadCertificate(keys.client_certificate_pem);
      EVP_PKEY* key = ReadKey(keys.client_key_pem);
      SSL_CTX_use_certificate(client_context, certificate);
      SSL_CTX_use_PrivateKey(client_context, key);
      X509_free(certificate);
      EVP_PKEY_free(key);
    }
    const int upstream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(upstream_port_);
    SSL* inside = SSL_new(server_context);
    SSL* outside = SSL_new(client_context);
    static constexpr std::array<unsigned char, 3> kHttp2 = {2, 'h', '2'};
    SSL_set_alpn_protos(outside, kHttp2.data(), kHttp2.size());
    SSL_set_fd(inside, client);
    SSL_set_fd(outside, upstream);
    if (SSL_accept(inside) == 1 && connect(upstream, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        SSL_connect(outside) == 1) {
      ++count_;
      Pump(inside, outside);
    }
    SSL_free(inside);
    SSL_free(outside);
    SSL_CTX_free(server_context);
    SSL_CTX_free(client_context);
    close(client);
    close(upstream);
  }

  // One thread moves both ways, because an SSL object is of one thread at a time.
  void Pump(SSL* inside, SSL* outside) {
    MakeNonblocking(SSL_get_fd(inside));
    MakeNonblocking(SSL_get_fd(outside));
    bool open = true;
    while (open && !stopping_) {
      if (SSL_pending(inside) == 0 && SSL_pending(outside) == 0) {
        std::array<pollfd, 2> waiting = {pollfd{SSL_get_fd(inside), POLLIN, 0}, pollfd{SSL_get_fd(outside), POLLIN, 0}};
        poll(waiting.data(), waiting.size(), kPollMs);
      }
      open = Move(inside, outside, &from_node_) && Move(outside, inside, &to_node_);
    }
  }

  bool Move(SSL* from, SSL* to, std::string* copy) {
    std::array<char, 16384> buffer;
    while (true) {
      const int size = SSL_read(from, buffer.data(), static_cast<int>(buffer.size()));
      if (size <= 0) {
        const int error = SSL_get_error(from, size);
        return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
      }
      {
        absl::MutexLock lock(&mutex_);
        copy->append(buffer.data(), static_cast<size_t>(size));
      }
      if (!SendAll(to, buffer.data(), size)) return false;
    }
  }

  const int upstream_port_;
  const std::function<Keys()> keys_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> count_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;
  mutable absl::Mutex mutex_;
  std::string from_node_;
  std::string to_node_;
};

}  // namespace

std::unique_ptr<CapturingProxy> CapturingProxy::Start(const std::string& upstream_address, std::function<Keys()> keys) {
  return std::make_unique<Proxy>(upstream_address, std::move(keys));
}

}  // namespace aangan::tests

// SPDX-License-Identifier: Apache-2.0
// One TLS connection made by hand.
#include "server/node/tls_connection.h"

#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/check.h"

namespace aangan::node {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

}  // namespace

TlsConnection::TlsConnection(SSL_CTX* context, absl::Duration timeout)
    : end_(std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(timeout)), ssl_(SSL_new(context)) {
  static constexpr std::array<unsigned char, 3> kHttp2 = {2, 'h', '2'};
  AANGAN_CHECK(ssl_ != nullptr);
  SSL_set_alpn_protos(ssl_.get(), kHttp2.data(), kHttp2.size());
}

TlsConnection::~TlsConnection() {
  if (fd_ >= 0) close(fd_);
}

bool TlsConnection::Await(int fd, short events) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
  pollfd waiting{fd, events, 0};
  return poll(&waiting, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0) > 0;
}

bool TlsConnection::Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return false;
  const std::string host = address.substr(0, colon);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (fd_ >= 0) close(fd_);
    fd_ = socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol);
    if (fd_ < 0) continue;
    bool connected = connect(fd_, each->ai_addr, each->ai_addrlen) == 0;
    if (!connected && errno == EINPROGRESS && Await(fd_, POLLOUT)) {
      int error = 0;
      socklen_t size = sizeof(error);
      connected = getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    }
    if (!connected) continue;
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    return SSL_set_fd(ssl_.get(), fd_) == 1;
  }
  return false;
}

bool TlsConnection::WantsMore(int result) const {
  const int error = SSL_get_error(ssl_.get(), result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

bool TlsConnection::AwaitMore(int result) const {
  return Await(fd_, SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN);
}

bool TlsConnection::Handshake() {
  ERR_clear_error();
  int result = 0;
  while ((result = SSL_connect(ssl_.get())) != 1) {
    if (!WantsMore(result) || !AwaitMore(result)) return false;
  }
  return true;
}

TlsConnection::Word TlsConnection::AwaitWord() {
  ERR_clear_error();
  char first = 0;
  int result = 0;
  while ((result = SSL_read(ssl_.get(), &first, 1)) <= 0) {
    if (!WantsMore(result)) return Word::kClosed;
    if (!AwaitMore(result)) return Word::kSilent;
  }
  return Word::kSpoke;
}

}  // namespace aangan::node

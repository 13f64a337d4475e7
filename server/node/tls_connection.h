// SPDX-License-Identifier: Apache-2.0
// One TLS connection made by hand, for what gRPC does not tell: whose certificate a port shows, and why a handshake
// fails. One time limit covers all of it, by a clock that nobody sets.
// Threads: one. Errors: plain false; what went wrong stands in the SSL and in OpenSSL's queue of errors.
#ifndef AANGAN_SERVER_NODE_TLS_CONNECTION_H_
#define AANGAN_SERVER_NODE_TLS_CONNECTION_H_

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace aangan::node {

class TlsConnection {
 public:
  // `context` outlives it. Offers HTTP/2, as gRPC does.
  TlsConnection(SSL_CTX* context, absl::Duration timeout);
  ~TlsConnection();
  TlsConnection(const TlsConnection&) = delete;

  // To "host:port".
  bool Connect(const std::string& address);
  bool Handshake();
  // What the other side does of its own accord after the handshake: a server of HTTP/2 speaks to whom it lets in.
  enum class Word { kSpoke, kClosed, kSilent };
  Word AwaitWord();
  SSL* ssl() const { return ssl_.get(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  bool Await(int fd, short events) const;
  // Whether an operation of OpenSSL that gave `result` waits for the wire; until it can be tried again.
  bool WantsMore(int result) const;
  bool AwaitMore(int result) const;

  const std::chrono::steady_clock::time_point end_;
  const std::unique_ptr<SSL, Free> ssl_;
  int fd_ = -1;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_TLS_CONNECTION_H_

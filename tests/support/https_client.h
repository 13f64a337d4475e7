// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TLS by hand, as an honest client or a hostile one: any bytes, from any loopback address, in any rhythm.
//
// Threads: a connection belongs to one thread. Nothing waits longer than 45 s.
#ifndef AANGAN_TESTS_SUPPORT_HTTPS_CLIENT_H_
#define AANGAN_TESTS_SUPPORT_HTTPS_CLIENT_H_

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace aangan::tests {

struct HttpsAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;
};

struct HttpsPeer {
  std::string address;             // "127.0.0.1:41234"
  std::string authority_path;      // that its certificate is checked against, as localhost; empty: not checked
  std::string from = "127.0.0.1";  // the client's own address
  std::string certificate_path{};  // of the client, with key_path; may be empty
  std::string key_path{};
  int tls_max = 0;        // for example TLS1_2_VERSION
  int receive_bytes = 0;  // what its socket takes in unread; 0: as much as the system likes
};

class HttpsConnection {
 public:
  // Null when the connection or the handshake fails.
  static std::unique_ptr<HttpsConnection> Open(const HttpsPeer& peer);
  // Without a handshake: Send is of bytes as they are. Null when the connection fails.
  static std::unique_ptr<HttpsConnection> Reach(const HttpsPeer& peer);
  ~HttpsConnection();
  HttpsConnection(const HttpsConnection&) = delete;

  bool Send(absl::string_view bytes);
  // The next answer, whole; none when the connection ends before. To HEAD an answer has no body.
  std::optional<HttpsAnswer> Receive(bool to_head = false);
  // The server ended it within this time, and said nothing more.
  bool EndsWithin(absl::Duration within);
  // Takes at most so many bytes from the socket, if they are there, and throws them away.
  void Swallow(size_t bytes);
  // Whether the server's side is open, by the system's table: an end behind what was not read yet is not seen here.
  bool IsHeld() const;
  std::string certificate_digest() const;  // SHA-256 of what the server showed, as hexadecimal

 private:
  HttpsConnection() = default;
  bool ReadMore();

  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string read_;
};

// One request on a connection of its own.
struct HttpsRequest {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::string> headers{};  // "Name: value"; Host and Content-Length are added unless they are here
  std::string body{};
};
std::string Written(const HttpsRequest& request);
std::optional<HttpsAnswer> Ask(const HttpsPeer& peer, const HttpsRequest& request);
// POST in JSON to an rpc; the token may be empty.
HttpsRequest JsonCall(const std::string& path, const std::string& token, const std::string& body);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_HTTPS_CLIENT_H_

// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TLS by hand.
#include "tests/support/https_client.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/digest.h"

namespace aangan::tests {
namespace {

constexpr time_t kPatienceSeconds = 45;

sockaddr_in SocketAddress(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

bool HasHeader(const HttpsRequest& request, absl::string_view name) {
  for (const std::string& header : request.headers) {
    if (absl::StartsWithIgnoreCase(header, absl::StrCat(name, ":"))) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<HttpsConnection> HttpsConnection::Reach(const HttpsPeer& peer) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the other side has closed
  std::unique_ptr<HttpsConnection> made(new HttpsConnection());
  made->socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(made->socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(made->socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (peer.receive_bytes > 0)
    setsockopt(made->socket_, SOL_SOCKET, SO_RCVBUF, &peer.receive_bytes, sizeof(peer.receive_bytes));
  const sockaddr_in own = SocketAddress(peer.from, 0);
  int port = 0;
  const size_t colon = peer.address.rfind(':');
  if (!absl::SimpleAtoi(peer.address.substr(colon + 1), &port)) return nullptr;
  const sockaddr_in other = SocketAddress(peer.address.substr(0, colon), port);
  if (bind(made->socket_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0 ||
      connect(made->socket_, reinterpret_cast<const sockaddr*>(&other), sizeof(other)) != 0)
    return nullptr;
  return made;
}

std::unique_ptr<HttpsConnection> HttpsConnection::Open(const HttpsPeer& peer) {
  std::unique_ptr<HttpsConnection> made = Reach(peer);
  if (made == nullptr) return nullptr;
  made->context_ = SSL_CTX_new(TLS_client_method());
  if (peer.tls_max != 0) SSL_CTX_set_max_proto_version(made->context_, peer.tls_max);
  if (!peer.authority_path.empty()) {
    if (SSL_CTX_load_verify_file(made->context_, peer.authority_path.c_str()) != 1) return nullptr;
    SSL_CTX_set_verify(made->context_, SSL_VERIFY_PEER, nullptr);
  }
  if (!peer.certificate_path.empty() &&
      (SSL_CTX_use_certificate_chain_file(made->context_, peer.certificate_path.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(made->context_, peer.key_path.c_str(), SSL_FILETYPE_PEM) != 1))
    return nullptr;
  made->ssl_ = SSL_new(made->context_);
  SSL_set1_host(made->ssl_, "localhost");
  SSL_set_fd(made->ssl_, made->socket_);
  if (SSL_connect(made->ssl_) != 1) return nullptr;
  return made;
}

HttpsConnection::~HttpsConnection() {
  if (ssl_ != nullptr) SSL_free(ssl_);
  if (socket_ >= 0) close(socket_);
  SSL_CTX_free(context_);
}

bool HttpsConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ssl_ == nullptr ? send(socket_, bytes.data(), bytes.size(), 0)
                                      : SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpsConnection::ReadMore() {
  char chunk[4096];
  const int got = SSL_read(ssl_, chunk, sizeof(chunk));
  if (got > 0) read_.append(chunk, static_cast<size_t>(got));
  return got > 0;
}

std::optional<HttpsAnswer> HttpsConnection::Receive(bool to_head) {
  size_t head = std::string::npos;
  while ((head = read_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return std::nullopt;
  }
  HttpsAnswer answer;
  const std::vector<std::string> lines = absl::StrSplit(read_.substr(0, head), "\r\n");
  const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
  if (first.size() < 2 || !absl::SimpleAtoi(first[1], &answer.status)) return std::nullopt;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header = absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    answer.headers[absl::AsciiStrToLower(header.first)] = header.second;
  }
  read_.erase(0, head + 4);
  size_t length = 0;
  if (!to_head && answer.status >= 200 && answer.status != 304 &&
      !absl::SimpleAtoi(answer.headers["content-length"], &length))
    return std::nullopt;
  while (read_.size() < length) {
    if (!ReadMore()) return std::nullopt;
  }
  answer.body = read_.substr(0, length);
  read_.erase(0, length);
  return answer;
}

bool HttpsConnection::EndsWithin(absl::Duration within) {
  const absl::Time until = absl::Now() + within;
  while (read_.empty() && absl::Now() < until) {
    pollfd readable{socket_, POLLIN, 0};
    const int left_ms = static_cast<int>(absl::ToInt64Milliseconds(until - absl::Now()));
    if (poll(&readable, 1, std::max(1, left_ms)) <= 0) return false;
    if (!ReadMore()) return true;
  }
  return false;
}

void HttpsConnection::Swallow(size_t bytes) {
  std::string swallowed(bytes, '\0');
  [[maybe_unused]] const ssize_t got = recv(socket_, swallowed.data(), bytes, MSG_DONTWAIT);
}

bool HttpsConnection::IsHeld() const {
  sockaddr_in own{}, other{};
  socklen_t length = sizeof(own);
  getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &length);
  getpeername(socket_, reinterpret_cast<sockaddr*>(&other), &length);
  const auto written = [](const sockaddr_in& address) {
    return absl::AsciiStrToUpper(absl::StrCat(absl::Hex(address.sin_addr.s_addr, absl::kZeroPad8), ":",
                                              absl::Hex(ntohs(address.sin_port), absl::kZeroPad4)));
  };
  // "  12: 0100007F:1CEA 0200007F:D431 01 ...": the server's side of it, established.
  const std::string row = absl::StrCat(" ", written(other), " ", written(own), " 01 ");
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    if (absl::StrContains(line, row)) return true;
  }
  return false;
}

std::string HttpsConnection::certificate_digest() const {
  X509* const shown = SSL_get1_peer_certificate(ssl_);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  X509_digest(shown, EVP_sha256(), digest, &length);
  X509_free(shown);
  return ToHex({digest, length});
}

std::string Written(const HttpsRequest& request) {
  std::string text = absl::StrCat(request.method, " ", request.path, " HTTP/1.1\r\n");
  if (!HasHeader(request, "host")) absl::StrAppend(&text, "Host: localhost\r\n");
  for (const std::string& header : request.headers) absl::StrAppend(&text, header, "\r\n");
  const bool has_length = HasHeader(request, "content-length") || HasHeader(request, "transfer-encoding");
  if (request.method == "POST" && !has_length) absl::StrAppend(&text, "Content-Length: ", request.body.size(), "\r\n");
  return absl::StrCat(text, "\r\n", request.body);
}

std::optional<HttpsAnswer> Ask(const HttpsPeer& peer, const HttpsRequest& request) {
  const std::unique_ptr<HttpsConnection> connection = HttpsConnection::Open(peer);
  if (connection == nullptr || !connection->Send(Written(request))) return std::nullopt;
  return connection->Receive(request.method == "HEAD");
}

HttpsRequest JsonCall(const std::string& path, const std::string& token, const std::string& body) {
  HttpsRequest request{"POST", path, {"Content-Type: application/json"}, body};
  if (!token.empty()) request.headers.push_back(absl::StrCat("Authorization: Bearer ", token));
  return request;
}

}  // namespace aangan::tests

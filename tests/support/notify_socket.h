// SPDX-License-Identifier: Apache-2.0
// The socket that systemd would give a daemon in NOTIFY_SOCKET, with the datagrams that came. One thread an object.
#ifndef AANGAN_TESTS_SUPPORT_NOTIFY_SOCKET_H_
#define AANGAN_TESTS_SUPPORT_NOTIFY_SOCKET_H_

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace aangan::tests {

class NotifySocket {
 public:
  // `name`: a path, or "@name".
  explicit NotifySocket(const std::string& name)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof(address.sun_path)) std::abort();
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0) std::abort();
  }
  ~NotifySocket() { close(socket_); }
  NotifySocket(const NotifySocket&) = delete;

  // All that have come, in their order.
  const std::vector<std::string>& Came() {
    char some[4096];
    for (ssize_t n = 0; (n = recv(socket_, some, sizeof(some), 0)) >= 0;)
      came_.emplace_back(some, static_cast<size_t>(n));
    return came_;
  }
  // Where the first datagram with these words stands; as many as came when there is none.
  size_t Find(const std::string& words) {
    Came();
    size_t at = 0;
    while (at < came_.size() && came_[at].find(words) == std::string::npos) ++at;
    return at;
  }
  bool Has(const std::string& words) { return Find(words) < came_.size(); }
  size_t Count(const std::string& words) {
    size_t count = 0;
    for (const std::string& each : Came()) count += each.find(words) != std::string::npos ? 1 : 0;
    return count;
  }

 private:
  const int socket_;
  std::vector<std::string> came_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_NOTIFY_SOCKET_H_

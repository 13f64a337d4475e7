// SPDX-License-Identifier: Apache-2.0
// Orders from this computer.
#include "server/node/control_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/problem.h"

namespace aangan::node {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr uint32_t kSecretBytesMax = 4096;

absl::Status NotMade(int error) {
  return Problem(
             absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
             "The socket for orders from this computer can not be made in the node's folder. Look at its rights, and "
             "take a folder with a path below 90 characters.")
      .Number("errno", error);
}

bool Readable(int descriptor, int patience_ms = kPatienceMs) {
  pollfd wait = {descriptor, POLLIN, 0};
  return poll(&wait, 1, patience_ms) == 1;
}

// False when the path is too long for one.
bool AddressOf(const std::string& folder, sockaddr_un* address) {
  const std::string path = absl::StrCat(folder, "/control");
  address->sun_family = AF_UNIX;
  if (path.size() >= sizeof(address->sun_path)) return false;
  std::memcpy(address->sun_path, path.data(), path.size());
  return true;
}

// Exactly so many bytes, or not.
bool Read(int connection, absl::Span<uint8_t> out) {
  while (!out.empty()) {
    if (!Readable(connection)) return false;
    const ssize_t some = read(connection, out.data(), out.size());
    if (some <= 0) return false;
    out.remove_prefix(static_cast<size_t>(some));
  }
  return true;
}

std::optional<SecretBytes> ReadSecret(int connection) {
  uint8_t length[4];
  if (!Read(connection, absl::MakeSpan(length))) return std::nullopt;
  const uint32_t size = uint32_t{length[0]} << 24 | uint32_t{length[1]} << 16 | uint32_t{length[2]} << 8 | length[3];
  if (size > kSecretBytesMax) return std::nullopt;
  SecretBytes secret(size);
  if (!Read(connection, secret.mutable_span())) return std::nullopt;
  return secret;
}

bool IsOurs(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == geteuid();
}

// A few kilobytes: at once or not at all.
void Send(int connection, absl::Span<const uint8_t> bytes) {
  (void)send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void Say(int connection, const absl::Status& status, const SecretBytes& answer) {
  CanonicalWriter details;
  uint8_t count = 0;
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    details.Bytes(type).Bytes(std::string(payload));
    ++count;
  });
  CanonicalWriter writer;
  writer.U8(static_cast<uint8_t>(status.code())).Bytes(status.message()).U8(count).Fixed(AsBytes(details.bytes()));
  writer.U32(static_cast<uint32_t>(answer.size()));
  Send(connection, AsBytes(writer.bytes()));
  Send(connection, answer.span());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlSocket>> ControlSocket::Open(const std::string& folder, Handler handler) {
  sockaddr_un address{};
  if (!AddressOf(folder, &address)) return NotMade(ENAMETOOLONG);
  const std::string path = address.sun_path;
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return NotMade(errno);
  unlink(path.c_str());
  const mode_t before = umask(0177);
  const bool bound = bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int error = errno;
  umask(before);
  if (!bound || listen(listener, 4) != 0) {
    close(listener);
    return NotMade(error);
  }
  const int stop = eventfd(0, EFD_CLOEXEC);
  AANGAN_CHECK(stop >= 0);
  return std::unique_ptr<ControlSocket>(new ControlSocket(path, listener, stop, std::move(handler)));
}

ControlSocket::ControlSocket(std::string path, int listener, int stop, Handler handler)
    : path_(std::move(path)), listener_(listener), stop_(stop), handler_(std::move(handler)) {
  thread_ = std::thread([this] { Serve(); });
}

ControlSocket::~ControlSocket() {
  const uint64_t one = 1;
  (void)!write(stop_, &one, sizeof(one));
  thread_.join();
  close(listener_);
  close(stop_);
  unlink(path_.c_str());
}

void ControlSocket::Serve() {
  while (true) {
    pollfd waits[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    Answer(connection);
  }
}

void ControlSocket::Answer(int connection) const {
  uint8_t order = 0;
  Outcome outcome;
  if (!IsOurs(connection)) {
    LogError("control", "a stranger called");
    close(connection);
    return;
  }
  std::optional<SecretBytes> first, second;
  if (Read(connection, absl::MakeSpan(&order, 1)) && (first = ReadSecret(connection)) &&
      (second = ReadSecret(connection)) && order >= static_cast<uint8_t>(ControlOrder::kUnlock) &&
      order <= static_cast<uint8_t>(ControlOrder::kSetupCode)) {
    outcome = handler_(static_cast<ControlOrder>(order), *std::move(first), *std::move(second));
  } else {
    outcome.status = Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no order.");
  }
  Say(connection, outcome.status, outcome.answer);
  close(connection);
  if (outcome.then) outcome.then();
}

absl::Status AskControlSocket(const std::string& folder, absl::Duration within) {
  sockaddr_un address{};
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const uint8_t no_order[9] = {};  // and two empty secrets
  uint8_t first_byte = 0;
  const bool answered =
      AddressOf(folder, &address) &&
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(connection, no_order, sizeof(no_order), MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof(no_order)) &&
      Readable(connection, static_cast<int>(absl::ToInt64Milliseconds(within))) &&
      read(connection, &first_byte, 1) == 1;
  close(connection);
  return answered ? absl::OkStatus() : absl::UnavailableError("");
}

}  // namespace aangan::node

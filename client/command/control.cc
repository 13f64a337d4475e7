// SPDX-License-Identifier: Apache-2.0
// Orders to the node on this computer: see control.h.
#include "client/command/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::client {
namespace {

constexpr size_t kPassphraseBytesMax = 1024;
constexpr uint32_t kTextBytesMax = 4096;
constexpr uint32_t kAnswerBytesMax = 16384;
constexpr uint8_t kDetailsMax = 8;
constexpr int kPatienceMs = 120'000;  // wrong passphrases are answered slowly

absl::Status NoAnswer() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink,
                 "no node answers this user on this computer; start it with: aangan serve node, name its folder with "
                 "--data, or give the command with sudo");
}

// A connection to the socket, closed when it goes.
class Connection {
 public:
  explicit Connection(const std::string& folder) : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = absl::StrCat(folder, "/control");
    if (path.size() >= sizeof(address.sun_path)) return;
    std::memcpy(address.sun_path, path.data(), path.size());
    open_ = descriptor_ >= 0 && connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Connection(const Connection&) = delete;

  bool open() const { return open_; }
  absl::Status Send(absl::Span<const uint8_t> bytes) const {
    while (open_ && !bytes.empty()) {
      const ssize_t some = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (some <= 0) return NoAnswer();
      bytes.remove_prefix(static_cast<size_t>(some));
    }
    return open_ ? absl::OkStatus() : NoAnswer();
  }
  absl::Status SendSecret(const SecretBytes& secret) const {
    const std::string length = std::move(CanonicalWriter().U32(static_cast<uint32_t>(secret.size()))).Take();
    RETURN_IF_ERROR(Send(AsBytes(length)));
    return Send(secret.span());
  }
  absl::Status Read(absl::Span<uint8_t> out) const {
    pollfd wait = {descriptor_, POLLIN, 0};
    while (!out.empty()) {
      if (poll(&wait, 1, kPatienceMs) != 1) return NoAnswer();
      const ssize_t some = read(descriptor_, out.data(), out.size());
      if (some <= 0) return NoAnswer();
      out.remove_prefix(static_cast<size_t>(some));
    }
    return absl::OkStatus();
  }
  absl::StatusOr<uint8_t> ReadByte() const {
    uint8_t byte = 0;
    RETURN_IF_ERROR(Read(absl::MakeSpan(&byte, 1)));
    return byte;
  }
  absl::StatusOr<uint32_t> ReadLength(uint32_t max) const {
    uint8_t bytes[4];
    RETURN_IF_ERROR(Read(absl::MakeSpan(bytes)));
    ASSIGN_OR_RETURN(const uint32_t length, CanonicalReader(AsText(bytes)).U32());
    if (length > max) return NoAnswer();
    return length;
  }
  absl::StatusOr<std::string> ReadText() const {
    ASSIGN_OR_RETURN(const uint32_t length, ReadLength(kTextBytesMax));
    std::string text(length, '\0');
    RETURN_IF_ERROR(Read({reinterpret_cast<uint8_t*>(text.data()), text.size()}));
    return text;
  }

 private:
  const int descriptor_;
  bool open_ = false;
};

absl::StatusOr<SecretBytes> ReadAnswer(const Connection& connection) {
  ASSIGN_OR_RETURN(const uint8_t code, connection.ReadByte());
  ASSIGN_OR_RETURN(const std::string says, connection.ReadText());
  absl::Status status(static_cast<absl::StatusCode>(code), says);
  ASSIGN_OR_RETURN(const uint8_t details, connection.ReadByte());
  for (int i = 0; i < std::min(details, kDetailsMax); ++i) {
    ASSIGN_OR_RETURN(const std::string type, connection.ReadText());
    ASSIGN_OR_RETURN(const std::string bytes, connection.ReadText());
    status.SetPayload(type, absl::Cord(bytes));
  }
  RETURN_IF_ERROR(status);
  ASSIGN_OR_RETURN(const uint32_t length, connection.ReadLength(kAnswerBytesMax));
  SecretBytes answer(length);
  RETURN_IF_ERROR(connection.Read(answer.mutable_span()));
  return answer;
}

}  // namespace

absl::StatusOr<SecretBytes> GiveOrder(const std::string& folder, Order order, const SecretBytes& first,
                                      const SecretBytes& second) {
  const Connection connection(folder);
  const auto verb = static_cast<uint8_t>(order);
  RETURN_IF_ERROR(connection.Send({&verb, 1}));
  RETURN_IF_ERROR(connection.SendSecret(first));
  RETURN_IF_ERROR(connection.SendSecret(second));
  return ReadAnswer(connection);
}

bool NodeListens(const std::string& folder) { return Connection(folder).open(); }

absl::StatusOr<SecretBytes> AskLine(const std::string& question, bool silent) {
  RETURN_IF_ERROR(LockSecrets());  // here and not in main: a low limit stops no command that takes no secret
  termios before{};
  const bool terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    termios quiet = before;
    if (silent) quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    std::fputs(question.c_str(), stderr);
  }
  SecretBytes line(kPassphraseBytesMax);
  size_t size = 0;
  // Byte by byte, so that no buffer keeps it and the next line stays for the next question.
  ssize_t some = 1;
  while (size < line.size() && (some = read(STDIN_FILENO, line.data() + size, 1)) == 1 && line.data()[size] != '\n')
    ++size;
  if (terminal && silent) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
  }
  if (size == 0 && some != 1) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "nothing was typed")
        .Field("standard_input", "must hold the line, or a file must be named");
  }
  return SecretBytes::Copy(line.span().subspan(0, size));
}

absl::StatusOr<SecretBytes> Passphrase(const std::string& file, const std::string& question) {
  if (file.empty()) return AskLine(question, true);
  RETURN_IF_ERROR(LockSecrets());
  return ReadSecretLine(file, kPassphraseBytesMax);
}

absl::StatusOr<SecretBytes> NextPassphrase(const std::string& file) {
  ASSIGN_OR_RETURN(SecretBytes next, Passphrase(file, "Next passphrase: "));
  if (file.empty() && isatty(STDIN_FILENO) != 0) {
    ASSIGN_OR_RETURN(const SecretBytes again, AskLine("The same again: ", true));
    if (!again.ConstantTimeEquals(next.span())) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the two were not the same")
          .Field("passphrase", "must be typed twice in the same way");
    }
  }
  return next;
}

}  // namespace aangan::client

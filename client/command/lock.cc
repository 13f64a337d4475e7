// SPDX-License-Identifier: Apache-2.0
// aangan unlock, lock, passphrase: opens and locks the node on this computer, over the socket in its folder
// (server/node/control_socket.h has the form of an order).
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

enum class Order : uint8_t { kUnlock = 1, kLock = 2, kChangeKeyLock = 3 };
constexpr size_t kPassphraseBytesMax = 1024;
constexpr int kPatienceMs = 120'000;  // wrong passphrases are answered slowly

struct Wish {
  std::string file;
  std::string next_file;
};

SecretBytes FirstLine(const SecretBytes& bytes) {
  size_t end = 0;
  while (end < bytes.size() && bytes.data()[end] != '\n') ++end;
  return SecretBytes::Copy(bytes.span().subspan(0, end));
}

// A line from standard input, without echo where that is a terminal.
absl::StatusOr<SecretBytes> Ask(const std::string& question) {
  termios before{};
  const bool terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs(question.c_str(), stderr);
  }
  SecretBytes line(kPassphraseBytesMax);
  size_t size = 0;
  // Byte by byte, so that no buffer keeps it and the next line stays for the next question.
  while (size < line.size() && read(STDIN_FILENO, line.data() + size, 1) == 1 && line.data()[size] != '\n') ++size;
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
  }
  if (size == 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "there is no passphrase")
        .Field("passphrase", "must be typed, or given by --passphrase-file");
  }
  return SecretBytes::Copy(line.span().subspan(0, size));
}

absl::StatusOr<SecretBytes> Passphrase(const std::string& file, const std::string& question) {
  if (file.empty()) return Ask(question);
  ASSIGN_OR_RETURN(const SecretBytes bytes, ReadSecretFile(file, kPassphraseBytesMax));
  return FirstLine(bytes);
}

absl::Status NoAnswer() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink,
                 "no node answers on this computer; start it with: aangan serve node, and name its folder with --data");
}

absl::Status Send(int connection, absl::Span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t some = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (some <= 0) return NoAnswer();
    bytes.remove_prefix(static_cast<size_t>(some));
  }
  return absl::OkStatus();
}

absl::Status SendSecret(int connection, const SecretBytes& secret) {
  const std::string length = std::move(CanonicalWriter().U32(static_cast<uint32_t>(secret.size()))).Take();
  RETURN_IF_ERROR(Send(connection, AsBytes(length)));
  return Send(connection, secret.span());
}

absl::Status ReadAnswer(int connection) {
  std::string bytes;
  char some[512];
  pollfd wait = {connection, POLLIN, 0};
  while (poll(&wait, 1, kPatienceMs) == 1) {
    const ssize_t size = read(connection, some, sizeof(some));
    if (size <= 0) break;
    bytes.append(some, static_cast<size_t>(size));
  }
  CanonicalReader reader(bytes);
  const absl::StatusOr<uint8_t> code = reader.U8();
  if (!code.ok()) return NoAnswer();
  ASSIGN_OR_RETURN(const absl::string_view says, reader.Bytes(sizeof(some)));
  return absl::Status(static_cast<absl::StatusCode>(*code), says);
}

absl::Status Give(const std::string& folder, Order order, const SecretBytes& first, const SecretBytes& second) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = absl::StrCat(folder, "/control");
  if (path.size() >= sizeof(address.sun_path)) return NoAnswer();
  std::memcpy(address.sun_path, path.data(), path.size());
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return NoAnswer();
  const auto ask = [&]() -> absl::Status {
    if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return NoAnswer();
    const auto verb = static_cast<uint8_t>(order);
    RETURN_IF_ERROR(Send(connection, {&verb, 1}));
    RETURN_IF_ERROR(SendSecret(connection, first));
    RETURN_IF_ERROR(SendSecret(connection, second));
    return ReadAnswer(connection);
  };
  absl::Status answer = ask();
  close(connection);
  return answer;
}

absl::StatusOr<int> Unlock(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SecretBytes passphrase, Passphrase(wish.file, "Passphrase: "));
  RETURN_IF_ERROR(Give(session.node_folder(), Order::kUnlock, passphrase, SecretBytes()));
  session.output().Say("Open. 'aangan status' says how the node is.");
  return kExitOk;
}

absl::StatusOr<int> Lock(const Session& session) {
  RETURN_IF_ERROR(Give(session.node_folder(), Order::kLock, SecretBytes(), SecretBytes()));
  session.output().Say("Locked. Nothing can be read until: aangan unlock");
  return kExitOk;
}

absl::StatusOr<int> Change(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SecretBytes now,
                   Passphrase(wish.file, "Passphrase now (just Enter for a node without one): "));
  ASSIGN_OR_RETURN(const SecretBytes next, Passphrase(wish.next_file, "Next passphrase: "));
  if (wish.next_file.empty() && isatty(STDIN_FILENO) != 0) {
    ASSIGN_OR_RETURN(const SecretBytes again, Ask("The same again: "));
    if (!again.ConstantTimeEquals(next.span())) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the two were not the same")
          .Field("passphrase", "must be typed twice in the same way");
    }
  }
  RETURN_IF_ERROR(Give(session.node_folder(), Order::kChangeKeyLock, now, next));
  session.output().Say("Changed. Old copies of the file master_key still open with the passphrase of then.");
  return kExitOk;
}

}  // namespace

void AddLock(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* unlock = AddCommand(
      app, "unlock", "Open the node on this computer with its passphrase; the first one makes it", "aangan unlock");
  unlock->add_option("--passphrase-file", wish->file, "file (mode 0600) whose first line is the passphrase");
  unlock->callback([&session, wish] { session.run = [&session, wish] { return Unlock(session, *wish); }; });
  CLI::App* lock = AddCommand(app, "lock", "Lock the node on this computer at once: nothing can be read until unlock",
                              "aangan lock");
  lock->callback([&session] { session.run = [&session] { return Lock(session); }; });
  CLI::App* change =
      AddCommand(app, "passphrase", "Change the passphrase of the node on this computer", "aangan passphrase");
  change->add_option("--passphrase-file", wish->file, "file (mode 0600) with the passphrase now");
  change->add_option("--next-file", wish->next_file, "file (mode 0600) with the next one");
  change->callback([&session, wish] { session.run = [&session, wish] { return Change(session, *wish); }; });
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// The socket in the node's folder by which whoever sits at this computer opens and locks the node. It is there before
// the store is opened, so it is no gRPC; only the user that the node runs as, or root, is heard.
//
// One order a connection: u8 order | u32 length, secret | u32 length, second secret, big-endian. The answer: u8 status
// code (absl::StatusCode) | u32 length, what it says | u8 number of details, each u32 length, type, u32 length, bytes |
// u32 length, secret. Bytes of secrets go straight into locked memory.
// Threads: orders come on a thread of its own, one at a time. Errors: FAILED_PRECONDITION when the path is too long for
// a socket or can not be made.
#ifndef AANGAN_SERVER_NODE_CONTROL_SOCKET_H_
#define AANGAN_SERVER_NODE_CONTROL_SOCKET_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace aangan::node {

enum class ControlOrder : uint8_t {
  kUnlock = 1,         // first: the passphrase
  kLock = 2,           // no secret
  kChangeKeyLock = 3,  // first: the passphrase now, second: the next one
  kSplitKey = 4,  // first: the passphrase now (or empty), second: two bytes, how many are needed and how many there are
  kRehearse = 5,  // first: the parts
  kRecover = 6,   // first: the parts, second: the next passphrase
  kSetupCode = 7,  // no secret
};

class ControlSocket {
 public:
  // What to do with an order, and after its answer has been sent.
  struct Outcome {
    absl::Status status;
    std::function<void()> then;  // may be empty
    SecretBytes answer;          // may be empty
  };
  using Handler = std::function<Outcome(ControlOrder order, SecretBytes first, SecretBytes second)>;

  // Listens at <folder>/control, mode 0600; what lies there from before goes.
  static absl::StatusOr<std::unique_ptr<ControlSocket>> Open(const std::string& folder, Handler handler);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;

 private:
  ControlSocket(std::string path, int listener, int stop, Handler handler);
  void Serve();
  void Answer(int connection) const;

  const std::string path_;
  const int listener_;
  const int stop_;  // an eventfd
  const Handler handler_;
  std::thread thread_;
};

// Whether the socket in `folder` answers: asked for no order, it says that it is none. UNAVAILABLE when it does not.
absl::Status AskControlSocket(const std::string& folder, absl::Duration within);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CONTROL_SOCKET_H_

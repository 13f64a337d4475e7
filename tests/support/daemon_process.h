// SPDX-License-Identifier: Apache-2.0
// A real daemon of ours as a child process: started with a data folder and ports from zero, found by its ports file,
// ended by its process id and by nothing else.
//
// Threads: one thread an object. The destructor kills what still runs.
#ifndef AANGAN_TESTS_SUPPORT_DAEMON_PROCESS_H_
#define AANGAN_TESTS_SUPPORT_DAEMON_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace aangan::tests {

class DaemonProcess {
 public:
  struct Options {
    std::string binary;                  // path
    std::vector<std::string> arguments;  // without the program
    std::map<std::string, std::string> environment;
    std::string data_folder;  // where it writes "ports"
    std::string log_path;     // standard error goes there, appended
  };
  // Starts it and waits until its ports file is there, at most `ready_within`. Null when it ended or did not get ready;
  // why() says what its log said last.
  static std::unique_ptr<DaemonProcess> Start(const Options& options, absl::Duration ready_within = absl::Seconds(60));
  // The same in two steps: it runs; its ports file is there, perhaps anew.
  static std::unique_ptr<DaemonProcess> Launch(const Options& options);
  bool AwaitReady(absl::Duration within);
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;

  // "127.0.0.1:41234" by the name in the ports file ("grpc", "enrolment"); empty when there is none.
  std::string address(const std::string& name) const;
  pid_t pid() const { return pid_; }
  bool running();

  void Kill();                                          // SIGKILL, and waits for its end
  int Stop(absl::Duration within = absl::Seconds(60));  // SIGTERM; exit code, or -1 when it had to be killed

 private:
  explicit DaemonProcess(const Options& options) : options_(options) {}
  void Spawn();
  bool ReadPorts();

  const Options options_;
  pid_t pid_ = -1;
  int exit_code_ = 0;
  std::map<std::string, std::string> addresses_;
};

// Asks `ready` again and again until it says yes, at most `within`; true when it did. Waits between on a timer, because
// another process gives no signal that this one could wait for.
bool Eventually(absl::Duration within, const std::function<bool()>& ready);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_DAEMON_PROCESS_H_

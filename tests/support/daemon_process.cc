// SPDX-License-Identifier: Apache-2.0
// A real daemon of ours as a child process.
#include "tests/support/daemon_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace aangan::tests {
namespace {

constexpr int kAskEveryMs = 10;

}  // namespace

bool Eventually(absl::Duration within, const std::function<bool()>& ready) {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(within);
  while (true) {
    if (ready()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    poll(nullptr, 0, kAskEveryMs);
  }
}

std::unique_ptr<DaemonProcess> DaemonProcess::Launch(const Options& options) {
  std::unique_ptr<DaemonProcess> daemon(new DaemonProcess(options));
  std::error_code ignored;
  std::filesystem::remove(options.data_folder + "/ports", ignored);  // of the process before
  daemon->Spawn();
  if (daemon->pid_ <= 0) return nullptr;
  return daemon;
}

bool DaemonProcess::AwaitReady(absl::Duration within) {
  bool ended = false;
  const bool ready = Eventually(within, [&] {
    ended = !running();
    return ended || ReadPorts();
  });
  return ready && !ended;
}

std::unique_ptr<DaemonProcess> DaemonProcess::Start(const Options& options, absl::Duration ready_within) {
  std::unique_ptr<DaemonProcess> daemon = Launch(options);
  if (daemon == nullptr || daemon->AwaitReady(ready_within)) return daemon;
  std::fprintf(stderr, "%s is not ready; the end of its log:\n", options.binary.c_str());
  std::system(("tail -n 20 '" + options.log_path + "' >&2").c_str());
  return nullptr;
}

void DaemonProcess::Spawn() {
  std::vector<std::string> words = options_.arguments;
  words.insert(words.begin(), options_.binary);
  std::vector<std::string> settings;
  for (char** each = environ; *each != nullptr; ++each) settings.emplace_back(*each);
  for (const auto& [name, value] : options_.environment) settings.push_back(name + "=" + value);
  std::vector<char*> arguments, environment;
  for (std::string& word : words) arguments.push_back(word.data());
  for (std::string& setting : settings) environment.push_back(setting.data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, options_.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (posix_spawn(&pid_, options_.binary.c_str(), &actions, nullptr, arguments.data(), environment.data()) != 0)
    pid_ = -1;
  posix_spawn_file_actions_destroy(&actions);
}

bool DaemonProcess::ReadPorts() {
  std::ifstream file(options_.data_folder + "/ports");
  std::string line;
  std::map<std::string, std::string> addresses;
  while (std::getline(file, line)) {
    const size_t cut = line.find_first_of("= ");
    if (cut != std::string::npos) addresses[line.substr(0, cut)] = line.substr(cut + 1);
  }
  if (addresses.empty()) return false;
  addresses_ = std::move(addresses);
  return true;
}

std::string DaemonProcess::address(const std::string& name) const {
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? "" : found->second;
}

bool DaemonProcess::running() {
  if (pid_ <= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  pid_ = -1;
  return false;
}

void DaemonProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

int DaemonProcess::Stop(absl::Duration within) {
  if (pid_ <= 0) return exit_code_;
  kill(pid_, SIGTERM);
  if (Eventually(within, [this] { return !running(); })) return exit_code_;
  Kill();
  return -1;
}

DaemonProcess::~DaemonProcess() { Kill(); }

}  // namespace aangan::tests

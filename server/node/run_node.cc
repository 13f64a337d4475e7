// SPDX-License-Identifier: Apache-2.0
// The node as a program: settings, start, and what it does when it is told to reload or to stop.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/problem.h"
#include "base/secret.h"
#include "server/node/key_gate.h"
#include "server/node/node_server.h"
#include "server/node/restore_from.h"
#include "server/node/wiped_memory.h"
#include "server/shared/config.h"
#include "server/shared/lifecycle.h"

namespace aangan::node {
namespace {

std::vector<server::Setting> Settings() {
  using server::SettingKind;
  return {{"node.data", SettingKind::kText, "/var/lib/aangan/node", "folder of the stores and keys"},
          {"node.listen", SettingKind::kText, "127.0.0.1:7401", "address of the gRPC port; port 0 takes a free one"},
          {"node.key_file", SettingKind::kText, "",
           "file that opens the master key, on a stick for example; without it the node asks for a passphrase"},
          {"node.accept_rehearsals", SettingKind::kYesNo, "false", "take part in rounds that are rehearsals"},
          {"node.automatic_approval", SettingKind::kYesNo, "false", "approve releases unseen; never of a rehearsal"},
          {"node.sync_seconds", SettingKind::kNumber, "900", "seconds between contacts with the federation"},
          {"node.disk_reserve_megabytes", SettingKind::kNumber, "256", "below this much free disk, writes are refused"},
          {"node.reflection", SettingKind::kYesNo, "true", "let clients ask which services there are"}};
}

// Says why, and gives the exit code.
int NotStarted(const absl::Status& status) {
  LogError("node", "not started").Status(status);
  std::fprintf(stderr, "aangan-node: %s\n", std::string(status.message()).c_str());
  return HasReason(status, Reason::kNewerFormat) ? server::kExitConfig : 1;
}

}  // namespace

int RunNode(int argc, const char* const* argv, const Clock& clock) {
  if (argc > 1 && absl::string_view(argv[1]) == "restore") return RunRestore(argc - 1, argv + 1, clock);
  server::BlockSignals();
  const server::Config::Outcome read =
      server::Config::Read(argc, argv, "aangan-node", "A collective's node: keeps its records, sends protected counts.",
                           Settings(), "/etc/aangan/node.toml");
  if (!read.go_on) {
    std::fputs(read.message.c_str(), read.exit_code == 0 ? stdout : stderr);
    if (read.exit_code != 0) std::fputs("\n", stderr);
    return read.exit_code;
  }
  NodeServer::Options options;
  options.data = read.config.Text("node.data");
  options.listen = read.config.Text("node.listen");
  options.sync_every = absl::Seconds(std::max<int64_t>(1, read.config.Number("node.sync_seconds")));
  options.disk_reserve_bytes = static_cast<uint64_t>(read.config.Number("node.disk_reserve_megabytes")) << 20;
  options.accepts_rehearsals = read.config.YesNo("node.accept_rehearsals");
  options.automatic_approval = read.config.YesNo("node.automatic_approval");
  options.reflection = read.config.YesNo("node.reflection");
  SystemRandom random;
  if (const absl::Status wiped = FreedMemoryIsWiped(); !wiped.ok()) return NotStarted(wiped);
  if (const absl::Status locked = LockSecrets(); !locked.ok()) return NotStarted(locked);
  KeyGate::Options gate_options{options.data, read.config.Text("node.key_file"), "", {argv, argv + argc}};
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr)
    gate_options.credentials_folder = folder;
  const absl::StatusOr<std::unique_ptr<KeyGate>> gate = KeyGate::Open(std::move(gate_options), &clock, &random);
  if (!gate.ok()) return NotStarted(gate.status());
  absl::StatusOr<storage::KeyLock> key_lock = (*gate)->Await();
  if (absl::IsCancelled(key_lock.status())) return 0;  // told to stop before it was opened
  if (!key_lock.ok()) return NotStarted(key_lock.status());
  options.key_lock = &*key_lock;
  absl::StatusOr<std::unique_ptr<NodeServer>> server = NodeServer::Start(options, &clock, &random);
  if (!server.ok()) return NotStarted(server.status());
  *key_lock = storage::KeyLock();  // not needed again
  (*gate)->TellBeforeLocking([&server] { (*server)->NoteClosing(); });
  server::AwaitStop();
  LogInfo("node", "stopping");
  (*gate)->TellBeforeLocking(nullptr);
  (*server)->Stop();
  return 0;
}

}  // namespace aangan::node

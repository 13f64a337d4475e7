// SPDX-License-Identifier: Apache-2.0
// What every command of `aangan` shares: where the node or the federation is, with which token it is asked, and in
// which form answers are printed. A command registers itself on the CLI and leaves what is to be run.
//
// Threads: one thread. Errors: those of client/channel; KEY_MISSING when a data folder has no ports file, or this user
// may not look into it.
#ifndef AANGAN_CLIENT_COMMAND_SESSION_H_
#define AANGAN_CLIENT_COMMAND_SESSION_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/status/statusor.h"
#include "client/channel.h"
#include "client/command/output.h"

namespace aangan::client {

// Whose token a step needs. Both lie in the node's data folder after its first start.
enum class NodeRole { kOperator, kSteward, kCaseworker };

class Session {
 public:
  // Options that every command takes.
  void AddOptions(CLI::App& app);

  OutputForm form() const;
  const Output& output() const { return *output_; }
  bool for_people() const { return output_->form() == OutputForm::kTable; }

  absl::StatusOr<std::unique_ptr<Channel>> Node(NodeRole role) const;
  // With the token of this file, for a step that needs a second role.
  absl::StatusOr<std::unique_ptr<Channel>> NodeAs(const std::string& token_file) const;
  absl::StatusOr<std::unique_ptr<Channel>> Federation() const;
  // The address of one of the ports in a data folder's ports file: "grpc", "enrolment"; empty when it is not open.
  static std::string PortOf(const std::string& folder, const std::string& name);
  const std::string& federation_folder() const { return federation_folder_; }
  const std::string& node_folder() const { return node_folder_; }
  // "rosters/india"; learnt from the staff's certificate.
  absl::StatusOr<std::string> RosterName() const;

  // What the chosen command does; returns the exit code, or fails. Set by the command's callback.
  std::function<absl::StatusOr<int>()> run;

  // Opens the output when the options are known.
  void Begin();

 private:
  absl::StatusOr<Endpoint> NodeEndpoint(NodeRole role) const;

  std::string form_ = "table";
  std::string node_folder_ = "/var/lib/aangan/node";
  std::string federation_folder_ = "/var/lib/aangan/federation";
  std::string address_;
  std::string authority_file_;
  std::string certificate_file_;
  std::string key_file_;
  std::string token_file_;
  std::unique_ptr<Output> output_;
};

// Between two questions about long work: a unary call gives no signal that could be waited for.
void WaitALittle();

// A command with its help; the example is shown under it.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& about, const std::string& example);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_SESSION_H_

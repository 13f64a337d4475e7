// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a node or a federation on this computer: each check says what is so, why it matters and what
// to do about it.
//
// A finding can be shown to anybody: it holds literals, numbers and the names of our own files, never a path, a name of
// somebody, a token or an id. Nothing is asked over the network but the own port on this computer.
// Threads: one. Errors: none; what can not be looked at is skipped, with the reason.
#ifndef AANGAN_CLIENT_COMMAND_DOCTOR_H_
#define AANGAN_CLIENT_COMMAND_DOCTOR_H_

#include <optional>
#include <string>
#include <vector>

#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/operator.pb.h"
#include "absl/time/time.h"
#include "client/command/health.h"
#include "client/command/output.h"
#include "client/command/settings.h"

namespace aangan::client {

enum class Verdict { kPass, kWarn, kFail, kSkip };

struct Finding {
  std::string check;  // "disk_free"
  Verdict verdict = Verdict::kPass;
  std::string what;
  std::string why;
  std::string fix;  // empty when there is nothing to do
};
using Findings = std::vector<Finding>;

// The same check, which could not be made; `what` says why.
Finding Skipped(const Finding& finding, std::string what);

// The file system of a folder: statvfs(3), statfs(2).
struct Disk {
  uint64_t free_bytes = 0;
  uint64_t files = 0;  // inodes; 0: they are not counted
  uint64_t free_files = 0;
  int64_t type = 0;
};
std::optional<Disk> DiskOf(const std::string& folder);

// What a check looks at; tests put other folders and other times here.
struct Patient {
  std::string what = "node";  // or "federation"
  std::string folder;         // of the data
  std::optional<Disk> disk;
  SettingsInForce settings;
  std::string settings_file;
  Health health = Health::kAway;
  absl::Time now;
  int64_t built_seconds = 0;
  std::string proc = "/proc";
  std::string sys = "/sys";
  std::string run = "/run";
  std::string etc = "/etc";
};

void CheckMachine(const Patient& patient, Findings* findings);       // doctor_machine.cc
void CheckFolder(const Patient& patient, Findings* findings);        // doctor_folder.cc
void CheckProgram(const Patient& patient, Findings* findings);       // doctor_program.cc
void CheckCertificates(const Patient& patient, Findings* findings);  // doctor_certificates.cc

// How the node took the token of one of those who run it.
enum class Access {
  kTaken,
  kNotRunning,  // or locked
  kMayNotLook,  // whoever runs the doctor may not read where it listens
  kNoToken,     // none of this role that may be read
  kRefused,     // it has ended, or is none of this node's
  kOtherRole,   // one was named that may not ask this
  kNoAnswer,
};
template <typename Response>
struct Answered {
  Access access = Access::kNotRunning;
  Response response;  // when kTaken
};
// What a node that runs says of itself, asked with the operator's token.       doctor_status.cc
void CheckStatus(const Patient& patient, const Answered<node::v1::GetStatusResponse>& status, Findings* findings);
// All tokens of those who run the node, asked with the steward's.
void CheckTokens(const Patient& patient, const Answered<node::v1::ListTokensResponse>& tokens, Findings* findings);
// Asks the node, and checks what it says.                                      doctor_answers.cc
void CheckAnswers(const Session& session, const Patient& patient, Findings* findings);

// It seems to be away, and what says where it listens may not be read: whether it runs is not known.
bool MayNotAsk(const Patient& patient);

// Everything, by the data folder of the session.
Findings Examine(const Session& session, const std::string& what, const std::string& config);
const char* WordOf(Verdict verdict);  // "pass"
Table TableOf(const Findings& findings);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_DOCTOR_H_

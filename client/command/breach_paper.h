// SPDX-License-Identifier: Apache-2.0
// What a collective has in its hands after a loss: who is affected by a lost token, and what whoever took the node's
// own computer has, each with what to do next. From what the node answered; nothing is asked for here. Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_BREACH_PAPER_H_
#define AANGAN_CLIENT_COMMAND_BREACH_PAPER_H_

#include <map>
#include <string>
#include <vector>

#include "aangan/node/v1/audit.pb.h"
#include "aangan/node/v1/backups.pb.h"
#include "client/command/paper.h"

namespace aangan::client {

struct LostToken {
  std::string token;  // "tokens/{t}"
  std::string from;   // as asked, or empty
  std::string until;
  // The node's answer, with the members of all its pages.
  node::v1::ReportTokenExposureResponse report;
  std::map<std::string, std::string> names;  // by "members/{m}"; empty unless a caseworker's token was given
};
Paper LostTokenPaper(const LostToken& lost);

struct StolenNode {
  node::v1::NodeExposure exposure;
  std::vector<node::v1::KeyCopy> key_copies;
  std::vector<node::v1::Backup> backups;
  std::string parts_made;  // when the key was split among people last, or empty
};
Paper StolenNodePaper(const StolenNode& stolen);

// "members, services, summary".
std::string KindsOf(const node::v1::ExposedMember& member);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_BREACH_PAPER_H_

// SPDX-License-Identifier: Apache-2.0
// Whatever shows something about a member leaves an entry in the audit log: one call of each such rpc.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/server/node/each_rpc.h"

namespace aangan::node {
namespace {

using google::protobuf::Descriptor;
using tests::IsOk;

// Messages of the node's API with a field whose comment says that it is personal, a pseudonym or pseudonymous.
std::set<std::string> SensitiveMessages() {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(AANGAN_NODE_PROTOS)) {
    std::ifstream in(file.path());
    std::vector<std::string> open;  // names of what is open; empty for what is no message
    std::string comment;
    for (std::string line; std::getline(in, line);) {
      line.erase(0, line.find_first_not_of(' '));
      if (absl::StartsWith(line, "//")) {
        comment += line + " ";
        continue;
      }
      if (absl::EndsWith(line, "{")) {
        const bool is_message = absl::StartsWith(line, "message ");
        open.push_back(is_message ? line.substr(8, line.find(' ', 8) - 8) : open.empty() ? "" : open.back());
      } else if (absl::StartsWith(line, "}")) {
        open.pop_back();
      } else if (!open.empty() && (absl::StrContains(comment, "Sensitive: personal") ||
                                   absl::StrContains(comment, "Sensitive: pseudonym"))) {
        found.insert(open.back());
      }
      comment.clear();
    }
  }
  return found;
}

bool Holds(const Descriptor& message, const std::set<std::string>& sensitive, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  if (message.file()->package() == "aangan.node.v1" && sensitive.contains(message.name())) return true;
  for (int i = 0; i < message.field_count(); ++i) {
    const Descriptor* const inner = message.field(i)->message_type();
    if (inner != nullptr && Holds(*inner, sensitive, seen)) return true;
  }
  return false;
}

// Rpcs whose answer holds one of these messages: "MemberService/GetMember".
std::set<std::string> RpcsThatShow(const std::set<std::string>& sensitive) {
  std::set<std::string> rpcs;
  for (const auto* file :
       {v1::Member::descriptor()->file(), v1::Service::descriptor()->file(), v1::Token::descriptor()->file(),
        v1::AuditEntry::descriptor()->file(), v1::Release::descriptor()->file(), v1::ImportRow::descriptor()->file(),
        v1::OfferedCatalogue::descriptor()->file(), v1::Backup::descriptor()->file(),
        v1::Grievance::descriptor()->file(), v1::Notice::descriptor()->file(), v1::Permit::descriptor()->file(),
        v1::RetentionPolicy::descriptor()->file(), v1::SealedMember::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        std::set<const Descriptor*> seen;
        if (Holds(*method.output_type(), sensitive, seen))
          rpcs.insert(absl::StrCat(file->service(s)->name(), "/", method.name()));
      }
    }
  }
  return rpcs;
}

// Rpcs that leave no entry, by their reason (docs/decisions/0015).
const std::map<std::string, std::string> kUnnoted = {
    {"PermitService/ListPermits",
     "a subject is what its asker wrote, looked up nowhere; asking, yes and use have their entries"},
};

TEST_F(EachRpcTest, ThatShowsSomethingAboutAMemberLeavesAnEntry) {
  const std::set<std::string> sensitive = SensitiveMessages();
  for (const char* message : {"Member", "PersonalDetails", "Service", "AuditEntry", "DueMember", "Grant", "Permit"})
    EXPECT_TRUE(sensitive.contains(message)) << message;
  std::set<std::string> known;
  for (const auto& [rpc, reason] : kUnnoted) known.insert(rpc);
  for (const auto& [rpc, call] : AllCalls()) {
    known.insert(rpc);
    const int64_t before = Head().entries();
    EXPECT_THAT(call(), IsOk()) << rpc;
    EXPECT_GT(Head().entries(), before) << rpc;
  }
  // A new rpc that shows such a message needs a call in each_rpc.cc, or a reason above.
  EXPECT_EQ(RpcsThatShow(sensitive), known);
}

TEST_F(EachRpcTest, WhoIsDueWhoseTokenAndWhoseGlassStandsInHerOwnLog) {
  const Calls calls = AllCalls();
  for (const auto& [rpc, what] :
       {std::pair("RetentionService/ReportRetention", "retention"), std::pair("AccessService/ListTokens", "tokens"),
        std::pair("AccessService/ListGrants", "grants")}) {
    ASSERT_THAT(calls.at(rpc)(), IsOk()) << rpc;
    const v1::AuditEntry newest = EntriesOf(steward_, member_.name()).front();
    EXPECT_EQ(newest.action(), v1::AUDIT_ACTION_LISTED) << rpc;
    EXPECT_EQ(newest.resource(), absl::StrCat(member_.name(), "/", what)) << rpc;
  }
}

}  // namespace
}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Every rpc of the node's port x every role x every credential, over TLS to a real daemon; and another member's name in
// every name field that a member can fill.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/message.h"
#include "tests/federation/role_rules.h"
#include "tests/support/daemon_process.h"
#include "tests/support/generic_call.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/second_person.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using absl::StatusCode;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using node::v1::AccessService;
using tests::DaemonProcess;
using tests::HasProblem;
using tests::NodeClient;

constexpr absl::Duration kShortLife = absl::Hours(1);

// A node with its clock in a file.
class Node {
 public:
  Node() {
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    options_.environment["AANGAN_TEST_CLOCK"] = folder_ / "clock";
    process_ = DaemonProcess::Start(options_);
    AANGAN_CHECK(process_ != nullptr);
    channel_ = tests::OpenChannel(process_->address("grpc"), {tests::ReadAll(data() + "/tls/authority.pem"), "", ""});
  }
  const std::string& data() const { return options_.data_folder; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  NodeClient As(const std::string& token) const { return NodeClient(channel_, token); }
  NodeClient Steward() const { return As(tests::ReadAll(data() + "/steward.token")); }
  void MoveClock(absl::Duration by) {
    ahead_ += by;
    std::ofstream(folder_ / "clock") << absl::ToInt64Seconds(ahead_);
  }
  absl::Time Now() const { return absl::Now() + ahead_; }
  std::string second_person;  // token of a second steward, once there is one

 private:
  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> process_;
  std::shared_ptr<grpc::Channel> channel_;
  absl::Duration ahead_;
};

std::string MemberOf(const Node& node, const std::string& caseworker) {
  const NodeClient client = node.As(caseworker);
  node::v1::CreateMemberRequest request;
  *request.mutable_member() = tests::SomeMember();
  node::v1::Member member;
  EXPECT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member),
              tests::IsOk());
  return member.name();
}

// A secret of the right form whose last characters are others.
std::string Wrong(std::string token) {
  for (size_t i = token.size() - 8; i < token.size(); ++i) token[i] = token[i] == 'a' ? 'b' : 'a';
  return token;
}

// The same for every rpc: what a member may name is hers, the rest is empty.
void FillNames(const MethodDescriptor& method, const std::string& member, Message* request) {
  const auto& reflection = *request->GetReflection();
  for (const char* name : {"name", "parent", "member"}) {
    const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING) continue;
    std::string noun = absl::AsciiStrToLower(method.name().substr(3));  // after "Get"
    bool child = field->name() == "name" && noun != "member" && noun != "membersummary";
    if (method.name() == "ListServiceRevisions" || method.name() == "ListAssessmentRevisions") {  // of one of hers
      noun = absl::AsciiStrToLower(method.name().substr(4, method.name().rfind("Revisions") - 4));
      child = true;
    }
    reflection.SetString(request, field, child ? absl::StrCat(member, "/", noun, "s/", std::string(26, 'a')) : member);
  }
}

std::unique_ptr<Message> RequestOf(const MethodDescriptor& method) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
}

class NodeMatrix : public ::testing::Test {
 protected:
  static constexpr const char* kRoles[] = {"member", "caseworker", "operator", "steward", "auditor"};
  struct Credentials {
    std::string valid, expired, revoked, other;
  };

  NodeMatrix() {
    const std::string stranger = tests::TokenFor(other_.Steward(), node::v1::ROLE_CASEWORKER);
    const std::string theirs = MemberOf(other_, stranger);
    const std::string caseworker = tests::TokenFor(node_.Steward(), node::v1::ROLE_CASEWORKER);
    hers_ = MemberOf(node_, caseworker);
    others_ = MemberOf(node_, caseworker);
    for (const char* role : kRoles) {
      const bool is_member = absl::string_view(role) == "member";
      Credentials& made = credentials_[role];
      made.valid = Make(node_, role, is_member ? hers_ : "", absl::Hours(24 * 80)).secret();
      made.expired = Make(node_, role, is_member ? hers_ : "", kShortLife).secret();
      made.other = Make(other_, role, is_member ? theirs : "", absl::Hours(24 * 80)).secret();
      const auto revoked = Make(node_, role, is_member ? hers_ : "", absl::Hours(24 * 80));
      made.revoked = revoked.secret();
      // It opens until it is revoked, on this very connection.
      EXPECT_FALSE(absl::IsUnauthenticated(Call("/aangan.node.v1.OperatorService/GetStatus", made.revoked, "")));
      node::v1::DeleteTokenRequest end;
      end.set_name(revoked.token().name());
      google::protobuf::Empty empty;
      const NodeClient steward = node_.Steward();
      EXPECT_THAT(steward.Call(*steward.access, &AccessService::Stub::DeleteToken, end, &empty), tests::IsOk());
    }
    node_.MoveClock(2 * kShortLife);
  }

  static node::v1::CreateTokenResponse Make(Node& node, const std::string& role, const std::string& member,
                                            absl::Duration life) {
    node::v1::CreateTokenRequest request;
    node::v1::Role number = node::v1::ROLE_UNSPECIFIED;
    AANGAN_CHECK(node::v1::Role_Parse(absl::StrCat("ROLE_", absl::AsciiStrToUpper(role)), &number));
    request.mutable_token()->set_role(number);
    request.mutable_token()->set_title("matrix");
    request.mutable_token()->set_member(member);
    request.mutable_token()->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(node.Now() + life));
    node::v1::CreateTokenResponse made;
    const NodeClient steward = node.Steward();
    absl::Status status = steward.Call(*steward.access, &AccessService::Stub::CreateToken, request, &made);
    if (HasReason(status, Reason::kPermitNeeded)) {
      request.set_permit(tests::PermitFor(status, steward, node.As(node.second_person)));
      status = steward.Call(*steward.access, &AccessService::Stub::CreateToken, request, &made);
    }
    EXPECT_THAT(status, tests::IsOk()) << role;
    if (role == "steward" && node.second_person.empty()) node.second_person = made.secret();
    return made;
  }

  absl::Status Call(const std::string& path, const std::string& token, const std::string& body) const {
    return tests::CallGenerically(node_.channel(), {path, token, body}).status();
  }

  static bool IsForNobody(const MethodDescriptor& method) { return tests::RolesByHand(method).contains("nobody"); }

  void CheckRole(const MethodDescriptor& method, const std::string& role, const std::string& body) {
    const Credentials& own = credentials_[role];
    const std::string path = tests::PathOf(method);
    const std::string cell = absl::StrCat(path, " as ", role);
    const absl::Status valid = Call(path, own.valid, body);
    if (tests::RolesByHand(method).contains(role) || IsForNobody(method)) {
      EXPECT_FALSE(absl::IsUnauthenticated(valid) || HasReason(valid, Reason::kNotAllowed)) << cell << ": " << valid;
    } else {
      EXPECT_THAT(valid, HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed)) << cell;
    }
    for (const auto& [kind, token] : {std::pair("wrong", Wrong(own.valid)), std::pair("expired", own.expired),
                                      std::pair("revoked", own.revoked), std::pair("another node's", own.other)}) {
      EXPECT_THAT(Call(path, token, body), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken))
          << cell << ", " << kind;
    }
  }

  Node node_;
  Node other_;
  std::string hers_;
  std::string others_;
  std::map<std::string, Credentials> credentials_;
};

TEST_F(NodeMatrix, EveryRpcEveryRoleEveryCredential) {
  const auto services = tests::ServicesOf("aangan.node.v1");
  EXPECT_THAT(tests::IdleRules(services), ::testing::IsEmpty());
  int cells = 0;
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      // Who guesses wrong is slowed down, and this test is not to be: time goes by between the rpcs.
      node_.MoveClock(absl::Minutes(2));
      const std::unique_ptr<Message> request = RequestOf(method);
      if (tests::RolesByHand(method).contains("member")) FillNames(method, hers_, request.get());
      for (const char* role : kRoles) CheckRole(method, role, request->SerializeAsString());
      const std::string path = tests::PathOf(method);
      const absl::Status without = Call(path, "", "");
      if (IsForNobody(method)) {
        EXPECT_THAT(without, tests::IsOk()) << path;
      } else {
        EXPECT_THAT(without, HasProblem(StatusCode::kUnauthenticated, Reason::kNoCredential)) << path;
      }
      EXPECT_THAT(Call(path, "made-up", ""), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken)) << path;
      cells += 5 * 5 + 2;
    }
  }
  RecordProperty("cells", cells);
  EXPECT_GT(cells, 27 * 40);
}

TEST_F(NodeMatrix, WithoutATokenThereIsHealthAndThatTheNodeServesAndNothingElse) {
  EXPECT_THAT(Call("/grpc.health.v1.Health/Check", "", ""), tests::IsOk());
  int for_nobody = 0;
  for (const auto* service : tests::ServicesOf("aangan.node.v1")) {
    // Each service's own: the request is its name, the answer SERVING.
    const std::string& name = service->full_name();
    const auto health = tests::CallGenerically(
        node_.channel(),
        {"/grpc.health.v1.Health/Check", "", absl::StrCat("\n", std::string(1, static_cast<char>(name.size())), name)});
    ASSERT_THAT(health, tests::IsOk()) << name;
    EXPECT_EQ(*health, "\x08\x01") << name;
    for (int i = 0; i < service->method_count(); ++i) for_nobody += IsForNobody(*service->method(i)) ? 1 : 0;
  }
  EXPECT_EQ(for_nobody, 1);
  const auto serves = tests::CallGenerically(node_.channel(), {"/aangan.node.v1.SetupService/GetSetup", "", ""});
  ASSERT_THAT(serves, tests::IsOk());
  EXPECT_EQ(serves->size(), 2u) << "the state, and no folder";
  for (const char* path : {"/aangan.node.v1.MemberService/Nothing", "/aangan.node.v1.Nothing/GetMember", "/", "//",
                           "/aangan.federation.v1.RosterService/GetEpoch"}) {
    EXPECT_EQ(Call(path, "", "").code(), StatusCode::kUnimplemented) << path;
    EXPECT_EQ(Call(path, credentials_["steward"].valid, "").code(), StatusCode::kUnimplemented) << path;
  }
}

// Calls `with` for each text field that may name a record, also inside of messages: the message that holds it, the
// field.
void ForEachNameField(Message* message, const std::function<void(Message*, const FieldDescriptor*)>& with) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    if (field->message_type() != nullptr && absl::StartsWith(field->message_type()->full_name(), "aangan.")) {
      ForEachNameField(message->GetReflection()->MutableMessage(message, field), with);
    } else if (field->type() == FieldDescriptor::TYPE_STRING &&
               (field->name() == "name" || field->name() == "parent" || field->name() == "member")) {
      with(message, field);
    }
  }
}

TEST_F(NodeMatrix, AnotherMembersNameInEveryNameFieldIsRefusedAlike) {
  const std::string token = credentials_["member"].valid;
  const std::string nobodys = absl::StrCat("members/", std::string(26, 'a'));
  int fields = 0;
  for (const auto* service : tests::ServicesOf("aangan.node.v1")) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!tests::RolesByHand(method).contains("member")) continue;
      if (service->name() == "NoticeService") continue;  // the same for all: no name in it is a member's
      // One field is turned, by its place in the walk; -1 turns none and tells how many there are.
      struct Answer {
        int fields = 0;
        bool is_inner = false;  // the turned field is of a message inside the request
        absl::StatusOr<std::string> answer;
      };
      const auto with_turned = [&](int turned, const std::string& member) {
        const std::unique_ptr<Message> request = RequestOf(method);
        FillNames(method, hers_, request.get());
        Answer answer;
        ForEachNameField(request.get(), [&](Message* holder, const FieldDescriptor* field) {
          if (answer.fields++ != turned) return;
          answer.is_inner = holder != request.get();
          const std::string before = holder->GetReflection()->GetString(*holder, field);
          holder->GetReflection()->SetString(
              holder, field, before.empty() ? member : absl::StrCat(member, before.substr(hers_.size())));
        });
        answer.answer =
            tests::CallGenerically(node_.channel(), {tests::PathOf(method), token, request->SerializeAsString()});
        return answer;
      };
      const int count = with_turned(-1, "").fields;
      EXPECT_GT(count, 0) << method.full_name();
      for (int turned = 0; turned < count; ++turned, ++fields) {
        const Answer there = with_turned(turned, others_);
        const Answer missing = with_turned(turned, nobodys);
        const std::string cell = absl::StrCat(method.full_name(), ", field ", turned);
        EXPECT_EQ(there.answer.status(), missing.answer.status()) << cell << " tells whether a member is there";
        if (there.is_inner) {
          // A name that the node itself gives is not read; nothing of the other one comes back.
          EXPECT_FALSE(there.answer.ok() && absl::StrContains(*there.answer, others_)) << cell;
        } else {
          EXPECT_TRUE(absl::IsNotFound(there.answer.status()) || absl::IsPermissionDenied(there.answer.status()))
              << cell << ": " << there.answer.status();
        }
      }
    }
  }
  EXPECT_GE(fields, 9);
}

}  // namespace
}  // namespace aangan

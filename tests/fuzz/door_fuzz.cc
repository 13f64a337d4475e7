// SPDX-License-Identifier: Apache-2.0
// The door: raw path, authorisation header and body, before real descriptors and handlers that do nothing. Whoever
// comes in may; whoever does not is told why; every call is answered once and over when it is; details of errors come
// back.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/apps.pb.h"
#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/certificates.pb.h"
#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/audit.pb.h"
#include "aangan/node/v1/backups.pb.h"
#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/governance.pb.h"
#include "aangan/node/v1/grievances.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/node/v1/notices.pb.h"
#include "aangan/node/v1/operator.pb.h"
#include "aangan/node/v1/permits.pb.h"
#include "aangan/node/v1/releases.pb.h"
#include "aangan/node/v1/retention.pb.h"
#include "aangan/node/v1/rights.pb.h"
#include "aangan/node/v1/setup.pb.h"
#include "base/check.h"
#include "base/problem.h"
#include "server/shared/door.h"
#include "server/shared/grpc_status.h"
#include "server/shared/tokens.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::server;  // NOLINT
namespace fed = aangan::federation::v1;

namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// One token of each role.
class OneOfEach final : public Callers {
 public:
  explicit OneOfEach(absl::Time now) : now_(now) {
    tests::SeededRandom random(8);
    for (int role = 0; role < kRoleCount; ++role)
      tokens_.push_back(MakeToken(static_cast<Role>(role), "token", now, absl::Hours(1), random));
  }
  const std::string& TokenOf(size_t role) const { return tokens_[role].text; }
  absl::StatusOr<Caller> Identify(const Peer&, absl::string_view token) const override {
    if (token.empty()) return Caller();
    const auto id = TokenId(token);
    for (const NewToken& each : tokens_) {
      if (id.ok() && each.record.id == *id && CheckToken(token, each.record, now_).ok())
        return Caller{each.record.role, *id, "", ""};
    }
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken, "No such token.").ToStatus();
  }

 private:
  const absl::Time now_;
  std::vector<NewToken> tokens_;
};

std::unique_ptr<Message> Make(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// Of the method's own types. Says no to a request that ends in an odd byte, and yes to any other.
Handler Harmless(const MethodDescriptor* method) {
  Handler handler{method->input_type(), method->output_type(), method->client_streaming(), {}, {}, {}};
  handler.new_request = [method] { return Make(method->input_type()); };
  const auto answer = [method](const Message& request, const Reply& reply) {
    const std::string bytes = request.SerializeAsString();
    if (!bytes.empty() && bytes.back() % 2 == 1)
      return reply(
          Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "No.").Field(bytes, "is odd").ToStatus(),
          nullptr);
    reply(absl::OkStatus(), Make(method->output_type()));
  };
  handler.unary = [answer](CallPtr, std::unique_ptr<Message> request, const Reply& reply) { answer(*request, reply); };
  handler.stream_in = [method, answer](CallPtr, RawReader* reader, const Reply& reply) {
    const std::unique_ptr<Message> request = Make(method->input_type());
    while (reader->Next(request.get())) continue;
    answer(*request, reply);
  };
  return handler;
}

class OneMessage final : public RawReader {
 public:
  explicit OneMessage(const Message& message) : message_(message) {}
  bool Next(Message* message) override {
    if (std::exchange(read_, true)) return false;
    message->CopyFrom(message_);
    return true;
  }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const Message& message_;
  bool read_ = false;
};

struct House {
  tests::FakeClock clock{absl::FromUnixSeconds(1'800'000'000)};
  Authorisation authorisation = *Authorisation::Load();
  OneOfEach callers{clock.Now()};
  Door door{{absl::Seconds(30), absl::Minutes(15), 1}, &authorisation, &callers, &clock};
  std::vector<std::string> paths;

  House() {
    for (const google::protobuf::Descriptor* of : {fed::Answer::descriptor(),
                                                   fed::App::descriptor(),
                                                   fed::Catalogue::descriptor(),
                                                   fed::Certificate::descriptor(),
                                                   fed::UploadChunkRequest::descriptor(),
                                                   fed::NationalRelease::descriptor(),
                                                   fed::LogEntry::descriptor(),
                                                   fed::Roster::descriptor(),
                                                   fed::Round::descriptor(),
                                                   node::v1::CreateTokenRequest::descriptor(),
                                                   node::v1::AuditEntry::descriptor(),
                                                   node::v1::Backup::descriptor(),
                                                   node::v1::Service::descriptor(),
                                                   node::v1::JoinFederationRequest::descriptor(),
                                                   node::v1::Grievance::descriptor(),
                                                   node::v1::Member::descriptor(),
                                                   node::v1::Notice::descriptor(),
                                                   node::v1::CloseQuarterRequest::descriptor(),
                                                   node::v1::Permit::descriptor(),
                                                   node::v1::AnswerFile::descriptor(),
                                                   node::v1::RetentionPolicy::descriptor(),
                                                   node::v1::SealedMember::descriptor(),
                                                   node::v1::GetSetupRequest::descriptor()}) {
      for (int i = 0; i < of->file()->service_count(); ++i) Serve(of->file()->service(i));
    }
    AANGAN_CHECK(paths.size() == authorisation.rows().size());
  }

 private:
  void Serve(const google::protobuf::ServiceDescriptor* service) {
    std::map<std::string, Handler> handlers;
    for (int i = 0; i < service->method_count(); ++i) {
      handlers[service->method(i)->name()] = Harmless(service->method(i));
      paths.push_back("/" + service->full_name() + "/" + service->method(i)->name());
    }
    AANGAN_CHECK(door.Serve(service, std::move(handlers)).ok());
  }
};

// Parses the body and runs the call, as a front does.
void Answer(Door& door, CallPtr call, absl::string_view body) {
  std::unique_ptr<Message> request = door.NewRequest(*call);
  if (!request->ParseFromArray(body.data(), static_cast<int>(body.size()))) return door.Leave(std::move(call));
  int replies = 0;
  const Reply reply = [&replies](const absl::Status& status, const std::unique_ptr<Message>& response) {
    ++replies;
    AANGAN_CHECK(status.ok() == (response != nullptr));
    const absl::Status received = FromGrpcStatus(ToGrpcStatus(status));
    AANGAN_CHECK(received.code() == status.code() && ReasonOf(received) == ReasonOf(status));
  };
  if (door.methods().at(call->path()).handler.client_streaming) {
    OneMessage reader(*request);
    door.RunStream(std::move(call), &reader, reply);
  } else {
    door.Run(std::move(call), std::move(request), reply);
  }
  AANGAN_CHECK(replies == 1);
}

}  // namespace

// Protobuf's own complaints about text that is no UTF-8 would fill the log.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

// First byte: the method, or a path of the input's own. Second: the role whose token is shown, or a header of the
// input's own. Then path and header, each with its length before it, and the body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const house = new House();
  if (size < 2) return 0;
  absl::string_view input = tests::AsInput(data + 2, size - 2);
  const auto take = [&input] {
    const size_t length = input.empty() ? 0 : static_cast<uint8_t>(input[0]);
    const absl::string_view taken = input.substr(std::min<size_t>(1, input.size()), length);
    input.remove_prefix(std::min(input.size(), 1 + taken.size()));
    return taken;
  };
  const std::string path = data[0] < house->paths.size() ? house->paths[data[0]] : std::string(take());
  const std::string header = data[1] < kRoleCount ? "Bearer " + house->callers.TokenOf(data[1]) : std::string(take());
  const auto entered = house->door.Enter(
      path, Peer(),
      [&header](absl::string_view name) { return name == "authorization" ? absl::string_view(header) : ""; },
      absl::InfiniteFuture(), {});
  (void)FromGrpcStatus(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "", std::string(input)));
  if (!entered.ok()) {
    AANGAN_CHECK(!ReasonOf(entered.status()).empty() && !HasReason(entered.status(), Reason::kTooMany));
    return 0;
  }
  const RoleSet roles = *house->authorisation.RolesOf(path);
  const Role role = (*entered)->caller().role;
  AANGAN_CHECK(roles.test(static_cast<size_t>(role)) || roles.test(static_cast<size_t>(Role::kNobody)));
  if (role != Role::kNobody) AANGAN_CHECK(header == "Bearer " + house->callers.TokenOf(static_cast<size_t>(role)));
  AANGAN_CHECK((*entered)->deadline() <= house->clock.Now() + absl::Minutes(15));
  Answer(house->door, *entered, input);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The door: every call passes here in the same order.
#include "server/shared/door.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/random.h"
#include "base/status.h"

namespace aangan::server {
namespace {

constexpr absl::string_view kBearer = "Bearer ";

absl::Status NotServed(Literal why, absl::string_view path) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kInternal, why).Name("method", path);
}

// Of a stream under way: the caller is still the same, in the same role.
class Rechecking final : public RawReader {
 public:
  Rechecking(RawReader* raw, const Caller& caller, const std::function<absl::StatusOr<Caller>()>& identify)
      : raw_(raw), caller_(caller), identify_(identify) {}
  bool Next(google::protobuf::Message* message) override {
    if (!raw_->Next(message)) return false;
    const absl::StatusOr<Caller> now = identify_();
    if (!now.ok()) {
      ended_ = now.status();
    } else if (now->role != caller_.role || now->id != caller_.id || now->member != caller_.member) {
      ended_ = Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed, "The token is not what it was.");
    }
    return ended_.ok();
  }
  absl::Status status() const override { return ended_.ok() ? raw_->status() : ended_; }

 private:
  RawReader* const raw_;
  const Caller& caller_;
  const std::function<absl::StatusOr<Caller>()>& identify_;
  absl::Status ended_;
};

absl::Status Stopping() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kStopping, "The program is shutting down. Try again soon.");
}

absl::Status Full() {
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, "Too many calls at once. Try again soon.");
}

}  // namespace

Door::Door(Options options, const Authorisation* authorisation, const Callers* callers, const Clock* clock)
    : options_(options), authorisation_(authorisation), callers_(callers), clock_(clock), brake_(clock) {}

absl::Status Door::Serve(const google::protobuf::ServiceDescriptor* service, std::map<std::string, Handler> handlers) {
  const std::string prefix = absl::StrCat("/", service->full_name(), "/");
  for (const auto& [name, handler] : handlers) {
    if (service->FindMethodByName(name) == nullptr)
      return NotServed("A handler is of a method that the service does not have.", absl::StrCat(prefix, name));
  }
  for (const auto& [path, roles] : authorisation_->rows()) {
    absl::string_view name = path;
    if (absl::ConsumePrefix(&name, prefix) && service->FindMethodByName(std::string(name)) == nullptr)
      return NotServed("A row of roles is of a method that the service does not have.", path);
  }
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service->method(i);
    const std::string path = prefix + method.name();
    const auto found = handlers.find(method.name());
    if (found == handlers.end()) return NotServed("A method has no handler.", path);
    const Handler& handler = found->second;
    if (handler.request != method.input_type() || handler.response != method.output_type() ||
        handler.client_streaming != method.client_streaming() || method.server_streaming())
      return NotServed("A handler has other types than its method.", path);
    const std::optional<RoleSet> roles = authorisation_->RolesOf(path);
    if (!roles || roles->none()) return NotServed("A method has no row of roles.", path);
    methods_[path] = {&method, handler, *roles};
  }
  return absl::OkStatus();
}

absl::StatusOr<CallPtr> Door::Enter(absl::string_view path, const Peer& peer, const Header& header, absl::Time deadline,
                                    std::function<bool()> ask_cancelled) {
  const auto method = methods_.find(std::string(path));
  if (method == methods_.end()) {
    return Problem(absl::StatusCode::kUnimplemented, Reason::kNotFound, "There is no such method.").ToStatus();
  }
  // Asked first and last: a full door says so to whoever comes, the watchdog's call among them, and costs no look-up.
  const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (stopping_) return Stopping();
    return under_way_ >= options_.calls_under_way_max ? Full() : absl::OkStatus();
  };
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(room());
  }
  absl::string_view token = header("authorization");
  if (!token.empty() && !absl::ConsumePrefix(&token, kBearer)) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                   "Send the token as: authorization: Bearer ...")
        .ToStatus();
  }
  auto call = std::make_shared<Call>();
  ASSIGN_OR_RETURN(call->caller_, callers_->Identify(peer, token));
  const bool open = method->second.roles.test(static_cast<size_t>(Role::kNobody));
  if (!open && call->caller_.role == Role::kNobody) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kNoCredential,
                   "This needs a token. Send it as: authorization: Bearer ...")
        .ToStatus();
  }
  if (!open && !method->second.roles.test(static_cast<size_t>(call->caller_.role))) {
    return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed, "The role of this token may not do this.")
        .Name("role", RoleName(call->caller_.role))
        .ToStatus();
  }
  call->path_ = std::string(path);
  call->begun_ = clock_->Now();
  const absl::Duration most =
      method->second.handler.client_streaming ? options_.stream_deadline_max : options_.unary_deadline_max;
  call->deadline_ = std::min(deadline, call->begun_ + most);
  call->ask_cancelled_ = std::move(ask_cancelled);
  call->method_ = &method->second;
  if (method->second.handler.client_streaming) {
    call->identify_again_ = [this, peer, header] {
      absl::string_view shown = header("authorization");
      absl::ConsumePrefix(&shown, kBearer);
      return callers_->Identify(peer, shown);
    };
  }
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(room());
  ++under_way_;
  return call;
}

std::unique_ptr<google::protobuf::Message> Door::NewRequest(const Call& call) const {
  return call.method_->handler.new_request();
}

void Door::Run(CallPtr call, std::unique_ptr<google::protobuf::Message> request, Reply reply) {
  AANGAN_CHECK(call->method_->handler.unary != nullptr);
  const Handler& handler = call->method_->handler;
  Reply translating = Translating(call, std::move(reply));
  handler.unary(std::move(call), std::move(request), std::move(translating));
}

void Door::RunStream(CallPtr call, RawReader* reader, Reply reply) {
  AANGAN_CHECK(call->method_->handler.stream_in != nullptr);
  const Handler& handler = call->method_->handler;
  Reply translating = Translating(call, std::move(reply));
  Rechecking checked(reader, call->caller_, call->identify_again_);
  handler.stream_in(call, &checked, std::move(translating));
}

absl::Duration Door::RefuseAfter(const Peer& peer, const absl::Status& refused) {
  return HasReason(refused, Reason::kBadToken) ? brake_.Wrong(peer.address) : absl::ZeroDuration();
}

void Door::Leave(CallPtr call) { Finish(call, absl::InvalidArgumentError("")); }

Reply Door::Translating(CallPtr call, Reply reply) {
  return [this, call = std::move(call), reply = std::move(reply)](absl::Status status,
                                                                  std::unique_ptr<google::protobuf::Message> response) {
    if (!status.ok() && ReasonOf(status).empty()) {
      // Whatever went wrong inside has a text for us alone; the caller gets an id that finds the line.
      SystemRandom random;
      const auto id = static_cast<int64_t>(random.Uint64() >> 1);
      LogError("door", "inner error").Name("method", call->path()).Number("id", id).Status(status);
      status = Problem(absl::StatusCode::kInternal, Reason::kInternal,
                       "Something went wrong inside. Give the id to whoever runs this node.")
                   .Number("id", id);
    }
    Finish(call, status);
    reply(std::move(status), std::move(response));
  };
}

void Door::Finish(const CallPtr& call, const absl::Status& status) {
  const absl::Duration took = std::max(absl::ZeroDuration(), clock_->Now() - call->begun_);
  const auto bound = std::lower_bound(Latency::kBounds.begin(), Latency::kBounds.end(), took);
  absl::MutexLock lock(&mutex_);
  --under_way_;
  ++counts_[{call->path(), absl::StatusCodeToString(status.code())}];
  Latency& latency = latencies_[call->path()];
  ++latency.buckets[static_cast<size_t>(bound - Latency::kBounds.begin())];
  latency.sum += took;
}

Door::~Door() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](Door* door) ABSL_EXCLUSIVE_LOCKS_REQUIRED(door->mutex_) { return door->under_way_ == 0; }, this));
}

void Door::Stop(absl::Duration grace) {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  mutex_.AwaitWithTimeout(absl::Condition(
                              +[](Door* door) ABSL_EXCLUSIVE_LOCKS_REQUIRED(door->mutex_) {
                                return door->under_way_ == 0 || door->hurried_;
                              },
                              this),
                          grace);
}

void Door::Hurry() {
  absl::MutexLock lock(&mutex_);
  hurried_ = true;
}

std::map<std::pair<std::string, std::string>, int64_t> Door::Counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

std::map<std::string, Latency> Door::Latencies() const {
  absl::MutexLock lock(&mutex_);
  return latencies_;
}

}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// The door: every call but health and reflection, from whatever wire, passes here in the same order: who is it, may
// she, limits and deadline (all before the body is parsed), then run, translate the error, count.
//
// The door knows no wire. A front (gRPC, HTTPS) fills a Peer with what the wire proved, hands over headers and the
// parsed request, and gets one reply. It can not be passed by: Serve() refuses to start when a method of the service's
// descriptor has no handler, a handler has other types, or the table of roles has no row.
//
// Threads: thread-safe after the last Serve(). Handlers run on the front's threads and may run side by side.
// Errors: UNAUTHENTICATED (NO_CREDENTIAL, BAD_TOKEN, BAD_CERTIFICATE), PERMISSION_DENIED (NOT_ALLOWED),
// RESOURCE_EXHAUSTED (TOO_MANY), UNAVAILABLE (STOPPING), DEADLINE_EXCEEDED (DEADLINE), and what handlers return. A
// Status without an ErrorInfo of ours becomes INTERNAL with an id for the log, never raw text.
#ifndef AANGAN_SERVER_SHARED_DOOR_H_
#define AANGAN_SERVER_SHARED_DOOR_H_

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/shared/authorisation.h"
#include "server/shared/caller.h"
#include "server/shared/guess_brake.h"

namespace aangan::server {

// Looks up a header by lower-case name; empty when absent. A header that came twice counts as absent.
using Header = std::function<absl::string_view(absl::string_view)>;

// One call under way. Handlers read it; fronts make it through Door::Enter.
class Call {
 public:
  const Caller& caller() const { return caller_; }
  absl::Time deadline() const { return deadline_; }
  const std::string& path() const { return path_; }  // "/aangan.node.v1.MemberService/GetMember"
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed) || (ask_cancelled_ && ask_cancelled_()); }

 private:
  friend class Door;
  friend class CallControl;
  std::string path_;
  Caller caller_;
  absl::Time deadline_;
  absl::Time begun_;
  std::atomic<bool> cancelled_{false};
  std::function<bool()> ask_cancelled_;
  std::function<absl::StatusOr<Caller>()> identify_again_;  // of a stream, while it lasts
  const struct Method* method_ = nullptr;
};
using CallPtr = std::shared_ptr<Call>;

template <typename Response>
using Done = std::function<void(absl::StatusOr<Response>)>;

// Messages that a client streams in. Next() blocks; it returns false at the end of the stream or when the call is over,
// and status() then says which.
class RawReader {
 public:
  virtual ~RawReader() = default;
  virtual bool Next(google::protobuf::Message* message) = 0;
  virtual absl::Status status() const = 0;
};
template <typename Request>
class Reader {
 public:
  explicit Reader(RawReader* raw) : raw_(raw) {}
  bool Next(Request* message) { return raw_->Next(message); }
  absl::Status status() const { return raw_->status(); }

 private:
  RawReader* raw_;
};

// What a front wants back: the response, or an error whose payloads are google.rpc details.
using Reply = std::function<void(absl::Status, std::unique_ptr<google::protobuf::Message>)>;

// A handler with its types, made by Handle().
struct Handler {
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
  bool client_streaming = false;
  std::function<std::unique_ptr<google::protobuf::Message>()> new_request;
  std::function<void(CallPtr, std::unique_ptr<google::protobuf::Message>, Reply)> unary;
  std::function<void(CallPtr, RawReader*, Reply)> stream_in;
};

// Unary, answered on the calling thread.
template <typename T, typename Request, typename Response>
Handler Handle(T* self, absl::StatusOr<Response> (T::*method)(const Call&, const Request&)) {
  Handler h{Request::descriptor(), Response::descriptor(), false, [] { return std::make_unique<Request>(); }, {}, {}};
  h.unary = [self, method](CallPtr call, std::unique_ptr<google::protobuf::Message> request, Reply reply) {
    absl::StatusOr<Response> response = (self->*method)(*call, static_cast<const Request&>(*request));
    if (!response.ok()) return reply(response.status(), nullptr);
    reply(absl::OkStatus(), std::make_unique<Response>(*std::move(response)));
  };
  return h;
}

// Unary, finished later and on any thread (a write waits for its commit). Done is called exactly once.
template <typename T, typename Request, typename Response>
Handler Handle(T* self, void (T::*method)(CallPtr, Request, Done<Response>)) {
  Handler h{Request::descriptor(), Response::descriptor(), false, [] { return std::make_unique<Request>(); }, {}, {}};
  h.unary = [self, method](CallPtr call, std::unique_ptr<google::protobuf::Message> request, Reply reply) {
    (self->*method)(std::move(call), std::move(static_cast<Request&>(*request)),
                    [reply = std::move(reply)](absl::StatusOr<Response> response) {
                      if (!response.ok()) return reply(response.status(), nullptr);
                      reply(absl::OkStatus(), std::make_unique<Response>(*std::move(response)));
                    });
  };
  return h;
}

// The client streams, one answer at the end. Runs on a thread of the front's bounded pool, because Next() blocks.
template <typename T, typename Request, typename Response>
Handler Handle(T* self, absl::StatusOr<Response> (T::*method)(const Call&, Reader<Request>&)) {
  Handler h{Request::descriptor(), Response::descriptor(), true, [] { return std::make_unique<Request>(); }, {}, {}};
  h.stream_in = [self, method](CallPtr call, RawReader* raw, Reply reply) {
    Reader<Request> reader(raw);
    absl::StatusOr<Response> response = (self->*method)(*call, reader);
    if (!response.ok()) return reply(response.status(), nullptr);
    reply(absl::OkStatus(), std::make_unique<Response>(*std::move(response)));
  };
  return h;
}

// One method behind the door.
struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  Handler handler;
  RoleSet roles;
};

// How long the calls of one method took, from Enter to the answer.
struct Latency {
  // Upper bounds of the buckets; a last one holds what took longer.
  static constexpr std::array<absl::Duration, 9> kBounds = {
      absl::Milliseconds(1),  absl::Milliseconds(5),   absl::Milliseconds(10),
      absl::Milliseconds(50), absl::Milliseconds(100), absl::Milliseconds(500),
      absl::Seconds(1),       absl::Seconds(5),        absl::Seconds(30)};
  std::array<int64_t, kBounds.size() + 1> buckets{};  // calls in each
  absl::Duration sum;
};

class Door {
 public:
  struct Options {
    absl::Duration unary_deadline_max = absl::Seconds(30);  // ceiling; also what a call without a deadline gets
    absl::Duration stream_deadline_max = absl::Minutes(15);
    int calls_under_way_max = 256;
  };
  // All outlive the door.
  Door(Options options, const Authorisation* authorisation, const Callers* callers, const Clock* clock);
  // Waits for the answers of calls under way: some come from threads that the fronts do not know.
  ~Door();

  // Takes in a service. FAILED_PRECONDITION, naming the method, when it has no handler, other types, no row of roles,
  // or when a handler or row names a method that is not there. Call before the fronts start.
  absl::Status Serve(const google::protobuf::ServiceDescriptor* service, std::map<std::string, Handler> handlers);

  // Before the body is read or parsed: who, may she, limits, deadline. `path` is "/package.Service/Method". Of a client
  // stream, `header` is asked again at each message, until `reply` is called.
  absl::StatusOr<CallPtr> Enter(absl::string_view path, const Peer& peer, const Header& header, absl::Time deadline,
                                std::function<bool()> ask_cancelled);
  // How long the front waits with the answer to a call that Enter refused: whoever guesses tokens is slowed down.
  absl::Duration RefuseAfter(const Peer& peer, const absl::Status& refused);
  // Makes the empty request that the front parses into.
  std::unique_ptr<google::protobuf::Message> NewRequest(const Call& call) const;
  // Runs the handler; `reply` is called exactly once, with an error already translated.
  void Run(CallPtr call, std::unique_ptr<google::protobuf::Message> request, Reply reply);
  // The caller is looked up again at each message: a stream ends where its token ends.
  void RunStream(CallPtr call, RawReader* reader, Reply reply);
  // A call that entered and will not be run (its body was malformed or too long).
  void Leave(CallPtr call);

  // From here on Enter refuses with STOPPING. Wait until calls under way are over, at most `grace`, or until Hurry.
  void Stop(absl::Duration grace);
  void Hurry();

  const std::map<std::string, Method>& methods() const { return methods_; }  // by path
  // Counts by path and code, for metrics: {"/package.Service/Method", "OK"} -> calls.
  std::map<std::pair<std::string, std::string>, int64_t> Counts() const;
  std::map<std::string, Latency> Latencies() const;  // by path

 private:
  void Finish(const CallPtr& call, const absl::Status& status);
  Reply Translating(CallPtr call, Reply reply);

  const Options options_;
  const Authorisation* const authorisation_;
  const Callers* const callers_;
  const Clock* const clock_;
  std::map<std::string, Method> methods_;
  GuessBrake brake_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool hurried_ ABSL_GUARDED_BY(mutex_) = false;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::pair<std::string, std::string>, int64_t> counts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Latency> latencies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_DOOR_H_

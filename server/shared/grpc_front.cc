// SPDX-License-Identifier: Apache-2.0
// The gRPC front: methods from descriptors, bytes into the door. Source of the shape: door.md, pattern P4.
#include "server/shared/grpc_front.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <atomic>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/grpc_status.h"
#include "server/shared/reflection_v1.h"
#include "server/shared/wiped_stack.h"
#include "server/shared/worker_pool.h"

namespace aangan::server {
namespace {

constexpr int kReceiveBytesMax = 1 << 20;
constexpr int kSendBytesMax = 8 << 20;
constexpr int kStreamsMax = 32;
constexpr int kRefusalsWaitingMax = 256;
constexpr size_t kCallsWaitingMax = 256;  // for a thread: as many as the door lets in
constexpr size_t kQuotaBytes = 64u << 20;
constexpr int kPingMsMin = 10'000;                       // between a client's pings; faster ones end its connection
constexpr absl::Duration kAgeGrace = absl::Minutes(16);  // the longest stream that the door lets run, and a little

// gRPC's own lines quote header values, tokens among them. Only where a line came from is told.
void FilterLibraryLog(gpr_log_func_args* line) {
  if (line->severity != GPR_LOG_SEVERITY_ERROR) return;
  const absl::string_view path(line->file);
  LogWarning("grpc", "library message").Name("file", path.substr(path.rfind('/') + 1)).Number("line", line->line);
}

absl::Status TooMany(Literal what) { return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, what); }

absl::Status Malformed() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The request does not parse.");
}

int Ms(absl::Duration time) { return static_cast<int>(absl::ToInt64Milliseconds(time)); }

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message* message) {
  grpc::ByteBuffer copy(bytes);  // the reader wants to own its slices; they are counted, not copied
  grpc::ProtoBufferReader reader(&copy);
  return message->ParseFromZeroCopyStream(&reader) && reader.status().ok();
}

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  const std::string text = message.SerializeAsString();
  const grpc::Slice slice(text);
  bytes = grpc::ByteBuffer(&slice, 1);
  return bytes;
}

Peer PeerOf(const grpc::CallbackServerContext& context) {
  Peer peer;
  peer.wire = Peer::Wire::kGrpc;
  peer.address = context.peer();
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    const auto values = auth->FindPropertyValues("x509_pem_cert");
    if (values.size() == 1) peer.certificate_pem = std::string(values[0].data(), values[0].size());
  }
  return peer;
}

Header HeaderOf(const grpc::CallbackServerContext& context) {
  return [&context](absl::string_view name) -> absl::string_view {
    const auto [begin, end] = context.client_metadata().equal_range(grpc::string_ref(name.data(), name.size()));
    if (begin == end || std::next(begin) != end) return {};
    return {begin->second.data(), begin->second.size()};
  };
}

// The wire's deadline by our clock, which a test may turn.
absl::Time DeadlineOf(const grpc::CallbackServerContext& context, const Clock& clock) {
  const gpr_timespec deadline = gpr_convert_clock_type(context.raw_deadline(), GPR_CLOCK_MONOTONIC);
  if (gpr_time_cmp(deadline, gpr_inf_future(GPR_CLOCK_MONOTONIC)) == 0) return absl::InfiniteFuture();
  const int64_t left_ms = gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC)));
  return clock.Now() + absl::Milliseconds(left_ms);
}

// Runs `finish` after `wait`, on no thread of ours in between. At most so many wait at a time; one more does not.
void After(absl::Duration wait, std::function<void()> finish) {
  static std::atomic<int> waiting{0};
  if (wait <= absl::ZeroDuration() || waiting.fetch_add(1) >= kRefusalsWaitingMax) {
    if (wait > absl::ZeroDuration()) --waiting;
    return finish();
  }
  auto alarm = std::make_shared<grpc::Alarm>();
  grpc::Alarm* const set = alarm.get();
  set->Set(
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(absl::ToInt64Milliseconds(wait), GPR_TIMESPAN)),
      [alarm = std::move(alarm), finish = std::move(finish)](bool) {
        --waiting;
        finish();
      });
}

// One client stream: gRPC's reactor on one side, the handler's blocking reader on the other. Lives until both are done.
class StreamIn final : public grpc::ServerReadReactor<grpc::ByteBuffer>, public RawReader {
 public:
  static StreamIn* Start(grpc::CallbackServerContext* context, grpc::ByteBuffer* response, const std::string& path,
                         Door* door, const Clock* clock, WorkerPool* threads) {
    auto stream = std::make_shared<StreamIn>(context, clock);
    stream->self_ = stream;
    absl::StatusOr<CallPtr> call = door->Enter(path, PeerOf(*context), HeaderOf(*context), DeadlineOf(*context, *clock),
                                               [context] { return context->IsCancelled(); });
    if (!call.ok()) {
      After(door->RefuseAfter(PeerOf(*context), call.status()),
            [stream, status = call.status()] { stream->Finish(ToGrpcStatus(status)); });
      return stream.get();
    }
    stream->deadline_ = (*call)->deadline();
    stream->StartRead(&stream->buffer_);
    const bool runs = threads->Run([stream, call = *call, door, response] {
      door->RunStream(
          call, stream.get(),
          [stream, response](const absl::Status& status, std::unique_ptr<google::protobuf::Message> answer) {
            if (answer != nullptr) *response = Serialize(*answer);
            stream->Finish(ToGrpcStatus(status));
          });
    });
    if (!runs) {
      door->Leave(*call);
      stream->Finish(ToGrpcStatus(TooMany("Too many streams at once. Try again soon.")));
    }
    return stream.get();
  }

  StreamIn(grpc::CallbackServerContext* context, const Clock* clock) : context_(context), clock_(clock) {}

  bool Next(google::protobuf::Message* message) override {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(
        absl::Condition(
            +[](StreamIn* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->read_ || self->ended_; },
            this),
        deadline_ - clock_->Now());
    if (!read_) {
      if (!ended_ || context_->IsCancelled())
        status_ = Problem(absl::StatusCode::kDeadlineExceeded, Reason::kDeadline, "The stream broke off.");
      return false;
    }
    read_ = false;
    if (!Parse(buffer_, message)) {
      status_ = Malformed();
      return false;
    }
    StartRead(&buffer_);
    return true;
  }
  absl::Status status() const override {
    absl::MutexLock lock(&mutex_);
    return status_;
  }

  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    (ok ? read_ : ended_) = true;
  }
  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }
  void OnDone() override { self_.reset(); }

 private:
  grpc::CallbackServerContext* const context_;
  const Clock* const clock_;
  std::shared_ptr<StreamIn> self_;
  absl::Time deadline_ = absl::InfiniteFuture();
  grpc::ByteBuffer buffer_;
  mutable absl::Mutex mutex_;
  bool read_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

// On a thread of the pool. `request` and `response` last until the reactor has finished.
void RunUnary(Door* door, const Clock* clock, const CallPtr& call, grpc::ServerUnaryReactor* reactor,
              const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  // Nobody waits for it any more, and its turn has only come now.
  if (call->cancelled() || call->deadline() <= clock->Now()) {
    door->Leave(call);
    return reactor->Finish(ToGrpcStatus(
        Problem(absl::StatusCode::kDeadlineExceeded, Reason::kDeadline, "The call was given up before its turn.")));
  }
  std::unique_ptr<google::protobuf::Message> message = door->NewRequest(*call);
  if (!Parse(*request, message.get())) {
    door->Leave(call);
    return reactor->Finish(ToGrpcStatus(Malformed()));
  }
  door->Run(call, std::move(message),
            [reactor, response](const absl::Status& status, std::unique_ptr<google::protobuf::Message> answer) {
              if (answer != nullptr) *response = Serialize(*answer);
              reactor->Finish(ToGrpcStatus(status));
            });
}

grpc::ServerUnaryReactor* Unary(Door* door, const Clock* clock, WorkerPool* threads, const std::string& path,
                                grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) {
  // The default reactor, because a reactor of our own would hop threads in OnDone (door.md 2).
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<CallPtr> call = door->Enter(path, PeerOf(*context), HeaderOf(*context), DeadlineOf(*context, *clock),
                                             [context] { return context->IsCancelled(); });
  if (!call.ok()) {
    After(door->RefuseAfter(PeerOf(*context), call.status()),
          [reactor, status = call.status()] { reactor->Finish(ToGrpcStatus(status)); });
    return reactor;
  }
  const bool runs = threads->Run([=, entered = *call] { RunUnary(door, clock, entered, reactor, request, response); });
  if (!runs) {
    door->Leave(*call);
    reactor->Finish(ToGrpcStatus(TooMany("Too many calls at once. Try again soon.")));
  }
  WipeStack();
  return reactor;
}

// One service of the door as gRPC knows it. Uses what generated code uses: grpc::internal of 1.51.
class DoorService final : public grpc::Service {
 public:
  DoorService(const google::protobuf::ServiceDescriptor& service, Door* door, const Clock* clock, WorkerPool* streams,
              WorkerPool* calls) {
    paths_.reserve(static_cast<size_t>(service.method_count()));
    for (int i = 0; i < service.method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service.method(i);
      paths_.push_back(absl::StrCat("/", service.full_name(), "/", method.name()));
      const std::string& path = paths_.back();
      using grpc::internal::RpcMethod;
      AddMethod(new grpc::internal::RpcServiceMethod(
          path.c_str(), method.client_streaming() ? RpcMethod::CLIENT_STREAMING : RpcMethod::NORMAL_RPC, nullptr));
      if (method.client_streaming()) {
        MarkMethodRawCallback(i, new grpc::internal::CallbackClientStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                     [=, &path](grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
                                       return StreamIn::Start(context, response, path, door, clock, streams);
                                     }));
      } else {
        MarkMethodRawCallback(i, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                                     [=, &path](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
                                       return Unary(door, clock, calls, path, context, request, response);
                                     }));
      }
    }
  }

 private:
  std::vector<std::string> paths_;  // gRPC keeps pointers into it
};

class Front final : public GrpcFront {
 public:
  Front(const Options& options, Door* door, const Clock* clock)
      : streams_({static_cast<size_t>(options.stream_threads_max), 0}),
        calls_({static_cast<size_t>(options.call_threads), kCallsWaitingMax}) {
    std::map<std::string, const google::protobuf::ServiceDescriptor*> services;
    for (const auto& [path, method] : door->methods())
      services[method.descriptor->service()->full_name()] = method.descriptor->service();
    for (const auto& [name, service] : services) {
      services_.push_back(std::make_unique<DoorService>(*service, door, clock, &streams_, &calls_));
      names_.push_back(name);
    }
    if (options.reflection) reflection_ = MakeReflectionV1(names_);
  }
  ~Front() override { Stop(absl::ZeroDuration()); }

  absl::Status Listen(const Options& options) {
    grpc_ssl_client_certificate_request_type ask = GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    if (options.client_certificate == ClientCertificate::kVerified)
      ask = GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    if (options.client_certificate == ClientCertificate::kRequired)
      ask = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    namespace tls = grpc::experimental;
    tls::TlsServerCredentialsOptions files(std::make_shared<tls::FileWatcherCertificateProvider>(
        options.key_path, options.certificate_path, options.client_authority_path,
        static_cast<unsigned int>(absl::ToInt64Seconds(options.look_every))));
    files.watch_identity_key_cert_pairs();
    if (!options.client_authority_path.empty()) files.watch_root_certs();
    files.set_cert_request_type(ask);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(options.listen, tls::TlsServerCredentials(files), &port);
    for (const auto& service : services_) builder.RegisterService(service.get());
    if (reflection_ != nullptr) builder.RegisterService(reflection_.get());
    builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
    builder.SetMaxSendMessageSize(kSendBytesMax);
    builder.SetResourceQuota(grpc::ResourceQuota("front").Resize(kQuotaBytes));
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, Ms(options.idle_max));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Ms(options.connection_age_max));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Ms(kAgeGrace));
    // Mobile clients ping so that the network does not forget a quiet connection; gRPC's own limit is five minutes.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingMsMin);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    server_ = builder.BuildAndStart();
    SetServing(false);
    if (server_ == nullptr || port == 0) {
      return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                     "The address can not be listened on. Is another program using the port?")
          .Name("address", options.listen);
    }
    address_ = absl::StrCat(options.listen.substr(0, options.listen.rfind(':') + 1), port);
    return absl::OkStatus();
  }

  std::string address() const override { return address_; }
  void SetServing(bool serving) override {
    grpc::HealthCheckServiceInterface* const health = server_ == nullptr ? nullptr : server_->GetHealthCheckService();
    if (health == nullptr) return;
    for (const std::string& name : names_) health->SetServingStatus(name, serving);
    health->SetServingStatus("", serving);
  }
  void Stop(absl::Duration grace) override {
    if (server_ == nullptr) return;
    server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                   gpr_time_from_millis(absl::ToInt64Milliseconds(grace), GPR_TIMESPAN)));
    server_->Wait();
    server_ = nullptr;
  }

 private:
  WorkerPool streams_;
  WorkerPool calls_;
  std::vector<std::string> names_;  // of the services
  std::vector<std::unique_ptr<DoorService>> services_;
  std::unique_ptr<grpc::Service> reflection_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcFront>> GrpcFront::Start(const Options& options, Door* door, const Clock* clock) {
  static absl::once_flag once;
  absl::call_once(once, [] {
    gpr_set_log_function(&FilterLibraryLog);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
  auto front = std::make_unique<Front>(options, door, clock);
  RETURN_IF_ERROR(front->Listen(options));
  return std::unique_ptr<GrpcFront>(std::move(front));
}

}  // namespace aangan::server

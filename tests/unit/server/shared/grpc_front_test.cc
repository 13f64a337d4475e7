// SPDX-License-Identifier: Apache-2.0
// The gRPC front over a real port, where handlers wait: who is answered all the same, and who is not run any more.
#include "server/shared/grpc_front.h"

#include <gtest/gtest.h>

#include <grpc/support/time.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <atomic>
#include <memory>
#include <vector>

#include "aangan/node/v1/notices.pb.h"
#include "absl/synchronization/notification.h"
#include "base/check.h"
#include "base/files.h"
#include "base/problem.h"
#include "server/shared/watchdog.h"
#include "tests/support/daemon_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/self_signed.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::server {
namespace {

using tests::Eventually;
using tests::IsOk;

constexpr char kRpc[] = "/aangan.node.v1.NoticeService/GetNotice";
constexpr int kRoom = 30;  // behind the door
constexpr absl::Duration kLong = absl::Seconds(60);

// Whoever shows something is a steward.
class StewardsAlone final : public Callers {
 public:
  absl::StatusOr<Caller> Identify(const Peer&, absl::string_view token) const override {
    return token.empty() ? Caller{} : Caller{Role::kSteward, "steward", "", "", {}};
  }
};

class GrpcFrontWaits : public ::testing::Test {
 protected:
  struct Asked {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
    grpc::ByteBuffer answer;
    grpc::Status status;
  };

  GrpcFrontWaits() {
    tests::WriteSelfSigned(folder_.path(), "localhost");
    const auto* service = node::v1::Notice::descriptor()->file()->FindServiceByName("NoticeService");
    AANGAN_CHECK(door_
                     .Serve(service, {{"CreateNotice", Handle(this, &GrpcFrontWaits::CreateNotice)},
                                      {"GetNotice", Handle(this, &GrpcFrontWaits::GetNotice)},
                                      {"ListNotices", Handle(this, &GrpcFrontWaits::ListNotices)}})
                     .ok());
    options_.certificate_path = folder_ / "certificate.pem";
    options_.key_path = folder_ / "key.pem";
    options_.client_certificate = ClientCertificate::kNone;
    auto front = GrpcFront::Start(options_, &door_, &clock_);
    AANGAN_CHECK(front.ok());
    front_ = *std::move(front);
    const std::string certificate = *ReadFile(options_.certificate_path, 1 << 16);
    port_ = {front_->address(), certificate, "localhost", "", "", kRpc};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    stub_ = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(front_->address(), grpc::SslCredentials({certificate, "", ""}), arguments));
  }
  ~GrpcFrontWaits() override {
    if (!go_on_.HasBeenNotified()) go_on_.Notify();
    AwaitAll();
  }

  // So many calls that wait; as many as there are threads for are under way when it returns.
  void Ask(int count) {
    const grpc::Slice nothing;
    for (int i = 0; i < count; ++i) {
      asked_.push_back(std::make_unique<Asked>());
      Asked& one = *asked_.back();
      one.context.AddMetadata("authorization", "Bearer steward");
      one.context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(120, GPR_TIMESPAN)));
      one.call = stub_->PrepareUnaryCall(&one.context, kRpc, grpc::ByteBuffer(&nothing, 1), &queue_);
      one.call->StartCall();
      one.call->Finish(&one.answer, &one.status, &one);
    }
    EXPECT_TRUE(Eventually(kLong, [&] { return begun_ == options_.call_threads; }));
  }
  void AwaitAll() {
    void* tag = nullptr;
    bool ok = false;
    for (; over_ < asked_.size() && queue_.Next(&tag, &ok); ++over_) {
    }
  }
  int AnsweredWith(grpc::StatusCode code) const {
    int count = 0;
    for (const auto& one : asked_) count += one->status.error_code() == code ? 1 : 0;
    return count;
  }

  absl::StatusOr<node::v1::Notice> CreateNotice(const Call&, const node::v1::CreateNoticeRequest&) {
    return node::v1::Notice();
  }
  absl::StatusOr<node::v1::Notice> GetNotice(const Call&, const node::v1::GetNoticeRequest&) {
    ++begun_;
    go_on_.WaitForNotification();
    return node::v1::Notice();
  }
  absl::StatusOr<node::v1::ListNoticesResponse> ListNotices(const Call&, const node::v1::ListNoticesRequest&) {
    return node::v1::ListNoticesResponse();
  }

  const tests::TempDir folder_;
  tests::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const Authorisation authorisation_ = *Authorisation::Load();
  const StewardsAlone callers_;
  Door door_{{absl::Seconds(30), absl::Minutes(15), kRoom}, &authorisation_, &callers_, &clock_};
  GrpcFront::Options options_;
  std::unique_ptr<GrpcFront> front_;
  OwnPort port_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::vector<std::unique_ptr<Asked>> asked_;
  size_t over_ = 0;
  std::atomic<int> begun_{0};
  absl::Notification go_on_;
};

// More calls than gRPC has threads of its own on any machine (16).
TEST_F(GrpcFrontWaits, HandlersHoldUpNeitherRefusalsNorTheWatchdogsCall) {
  Ask(24);
  EXPECT_THAT(CallOwnPort(port_, kLong), IsOk());
  go_on_.Notify();
  AwaitAll();
  EXPECT_EQ(AnsweredWith(grpc::OK), 24);
  EXPECT_EQ(begun_, 24);
}

TEST_F(GrpcFrontWaits, WhoseTurnComesTooLateIsNotRun) {
  Ask(kRoom);
  // All are through the door, and so have their deadline.
  EXPECT_TRUE(Eventually(kLong, [&] { return HasReason(CallOwnPort(port_, kLong), Reason::kTooMany); }));
  clock_.Advance(absl::Minutes(5));
  go_on_.Notify();
  AwaitAll();
  EXPECT_EQ(AnsweredWith(grpc::OK), options_.call_threads);
  EXPECT_EQ(AnsweredWith(grpc::DEADLINE_EXCEEDED), kRoom - options_.call_threads);
  EXPECT_EQ(begun_, options_.call_threads);
}

}  // namespace
}  // namespace aangan::server

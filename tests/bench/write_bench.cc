// SPDX-License-Identifier: Apache-2.0
// Writes beside an empty call, in one run against one real node on the real disk, over TLS on loopback: CreateService
// and GetMember (whose audit entry is a write) by 1, 8 and 64 callers, and streaming import, each as calls or records a
// second, with latencies, and as a ratio to grpc.health.v1.Health/Check on the same channels.
//
//   write_bench [--smoke]      --smoke: a second in all, to see that it works; its numbers mean nothing
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "base/digest.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/daemon_process.h"
#include "tests/support/key_lock.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::NodeClient;

constexpr int kRowsAStream = 1000;
constexpr int kRowsABatch = 500;  // as the operator's page sends them
constexpr int kMembers = 1000;    // services are dealt out to them: a member has tens of services, not thousands

struct Measure {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// So many callers call again and again until the time is over; every call must succeed.
Measure Run(int callers, double seconds, const std::function<bool(int caller)>& call) {
  std::vector<std::vector<double>> taken(static_cast<size_t>(callers));
  std::vector<std::thread> threads;
  std::atomic<bool> failed{false};
  const int64_t begin = absl::GetCurrentTimeNanos();
  const int64_t end = begin + static_cast<int64_t>(seconds * 1e9);
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int64_t now = absl::GetCurrentTimeNanos(); now < end && !failed;) {
        if (!call(caller)) failed = true;
        const int64_t after = absl::GetCurrentTimeNanos();
        taken[static_cast<size_t>(caller)].push_back(static_cast<double>(after - now) / 1e6);
        now = after;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  AANGAN_CHECK(!failed);
  const double elapsed = static_cast<double>(absl::GetCurrentTimeNanos() - begin) / 1e9;
  std::vector<double> all;
  for (const auto& each : taken) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / elapsed, all[all.size() / 2], all[all.size() * 99 / 100]};
}

void Print(const char* what, int callers, const Measure& measure, double records_a_call, double empty_per_second) {
  std::printf("%-28s %7d %12.0f %9.2f %9.2f %12.3f\n", what, callers, measure.per_second * records_a_call,
              measure.p50_ms, measure.p99_ms,
              empty_per_second == 0 ? 1.0 : measure.per_second * records_a_call / empty_per_second);
}

class Bench {
 public:
  Bench(const NodeClient& steward, std::string address, std::string authority)
      : token_(tests::TokenFor(steward, node::v1::ROLE_CASEWORKER)),
        address_(std::move(address)),
        authority_(std::move(authority)) {
    for (int i = 0; i < 8; ++i) {
      channels_.push_back(tests::OpenChannel(address_, {authority_, "", ""}));
      clients_.push_back(std::make_unique<NodeClient>(channels_.back(), token_));
      health_.push_back(grpc::health::v1::Health::NewStub(channels_.back()));
    }
    for (int i = 0; i < kMembers; ++i) {
      node::v1::CreateMemberRequest request;
      *request.mutable_member() = tests::SomeMember();
      *request.add_consents() = tests::CountedConsent();
      node::v1::Member member;
      AANGAN_CHECK(clients_[0]
                       ->Call(*clients_[0]->members, &node::v1::MemberService::Stub::CreateMember, request, &member)
                       .ok());
      members_.push_back(member.name());
    }
  }

  bool Empty(int caller) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckResponse response;
    return health_[Channel(caller)]->Check(&context, grpc::health::v1::HealthCheckRequest(), &response).ok();
  }
  bool CreateService(int caller) {
    node::v1::CreateServiceRequest request;
    request.set_parent(members_[next_member_++ % members_.size()]);
    *request.mutable_service() = tests::SomeService();
    node::v1::Service made;
    const NodeClient& client = *clients_[Channel(caller)];
    return client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, request, &made).ok();
  }
  bool GetMember(int caller) {
    node::v1::GetMemberRequest request;
    request.set_name(members_[next_member_++ % members_.size()]);
    node::v1::Member read;
    const NodeClient& client = *clients_[Channel(caller)];
    return client.Call(*client.members, &node::v1::MemberService::Stub::GetMember, request, &read).ok();
  }
  bool Import() {
    const NodeClient& client = *clients_[0];
    grpc::ClientContext context;
    client.Prepare(context);
    node::v1::ImportRecordsResponse response;
    const auto stream = client.operators->ImportRecords(&context, &response);
    node::v1::ImportRecordsRequest request;
    request.set_mapping_id("bench");
    for (int i = 0; i < kRowsAStream; ++i) {
      *request.add_rows() = NextRow(i + 1);
      if (request.rows_size() < 100) continue;
      if (!stream->Write(request)) break;
      request.clear_rows();
    }
    stream->WritesDone();
    return stream->Finish().ok() && response.added_rows() == kRowsAStream;
  }
  bool ImportBatch() {
    const NodeClient& client = *clients_[0];
    node::v1::ImportBatchRequest request;
    request.set_mapping_id("bench");
    for (int i = 0; i < kRowsABatch; ++i) *request.add_rows() = NextRow(i + 1);
    node::v1::ImportRecordsResponse response;
    return client.Call(*client.operators, &node::v1::OperatorService::Stub::ImportBatch, request, &response).ok() &&
           response.added_rows() == kRowsABatch;
  }

 private:
  node::v1::ImportRow NextRow(int line) {
    node::v1::ImportRow row;
    row.set_line(line);
    row.set_row_digest(std::string(AsText(Sha256(absl::StrCat("row ", ++rows_)))));
    *row.mutable_member() = tests::SomeMember();
    *row.add_consents() = tests::CountedConsent();
    *row.add_services() = tests::SomeService();
    return row;
  }
  size_t Channel(int caller) const { return static_cast<size_t>(caller) % channels_.size(); }

  const std::string token_;
  const std::string address_;
  const std::string authority_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<NodeClient>> clients_;
  std::vector<std::unique_ptr<grpc::health::v1::Health::Stub>> health_;
  std::vector<std::string> members_;
  std::atomic<uint64_t> next_member_{0};
  int64_t rows_ = 0;
};

int RunAll(bool smoke) {
  const double seconds = smoke ? 0.1 : 4;
  const tests::TempDir folder;
  DaemonProcess::Options options;
  options.binary = AANGAN_NODE_UNDER_TEST;
  options.data_folder = folder / "data";
  options.log_path = folder / "log";
  options.arguments = {"--node.data",
                       options.data_folder,
                       "--node.listen",
                       "127.0.0.1:0",
                       "--node.https",
                       "127.0.0.1:0",
                       "--node.disk_reserve_megabytes",
                       "1",
                       "--node.key_file",
                       tests::MakeKeyFile(folder / "key")};
  const std::unique_ptr<DaemonProcess> node = DaemonProcess::Start(options);
  AANGAN_CHECK(node != nullptr);
  Bench bench(NodeClient::OfFolder(node->address("grpc"), options.data_folder, "steward.token"), node->address("grpc"),
              tests::ReadAll(options.data_folder + "/tls/authority.pem"));
  std::printf("%-28s %7s %12s %9s %9s %12s\n", "", "callers", "per second", "p50 ms", "p99 ms", "to empty");
  for (const int callers : {1, 8, 64}) {
    const Measure empty = Run(callers, seconds, [&](int caller) { return bench.Empty(caller); });
    Print("empty call (Health/Check)", callers, empty, 1, 0);
    Print("CreateService", callers, Run(callers, seconds, [&](int caller) { return bench.CreateService(caller); }), 1,
          empty.per_second);
    Print("GetMember", callers, Run(callers, seconds, [&](int caller) { return bench.GetMember(caller); }), 1,
          empty.per_second);
    if (callers != 1) continue;
    Print("ImportRecords, rows", 1, Run(1, seconds, [&](int) { return bench.Import(); }), kRowsAStream,
          empty.per_second);
    Print("ImportBatch, rows", 1, Run(1, seconds, [&](int) { return bench.ImportBatch(); }), kRowsABatch,
          empty.per_second);
  }
  return node->Stop() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace aangan

int main(int argc, char** argv) { return aangan::RunAll(argc > 1 && std::strcmp(argv[1], "--smoke") == 0); }

// SPDX-License-Identifier: Apache-2.0
// Clients that ping, as mobile ones do so that a network does not forget their connection. A ping each 11 s is taken:
// by a node in a call that says nothing for 48 s (four pings: with gRPC's own limit of five minutes the fourth ends the
// connection), by a federation without any call for 58 s. One each second ends the connection.
#include <grpc/support/time.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using node::v1::ImportRecordsRequest;
using node::v1::ImportRecordsResponse;
using tests::NodeClient;

constexpr int kPoliteMs = 11'000;
constexpr int kHastyMs = 1'000;

std::shared_ptr<grpc::Channel> Pinger(const std::string& address, const tests::TlsFiles& tls, int every_ms) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, every_ms);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials({tls.authority_pem, tls.key_pem, tls.certificate_pem}),
                                   arguments);
}

gpr_timespec In(int seconds) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(seconds, GPR_TIMESPAN));
}

// An import that says nothing until the connection has changed or `seconds` are over, and then sends its row.
struct SilentImport {
  bool connection_stayed = false;
  absl::Status status;
};
SilentImport ImportAfterSilence(const std::shared_ptr<grpc::Channel>& channel, const std::string& token, int seconds) {
  const NodeClient client(channel, token);
  grpc::ClientContext context;
  client.Prepare(context, absl::Minutes(2));
  ImportRecordsResponse response;
  const auto stream = client.operators->ImportRecords(&context, &response);
  SilentImport result;
  result.connection_stayed =
      channel->WaitForConnected(In(20)) && !channel->WaitForStateChange(GRPC_CHANNEL_READY, In(seconds));
  ImportRecordsRequest request;
  request.set_mapping_id("keepalive_test");
  auto& row = *request.add_rows();
  row.set_line(1);
  row.set_row_digest(std::string(32, 'd'));
  *row.mutable_member() = tests::SomeMember();
  stream->Write(request);
  stream->WritesDone();
  result.status = NodeClient::Translate(stream->Finish());
  return result;
}

TEST(KeepAlive, ANodeBearsAPingEachElevenSecondsInASilentCallAndNotOneEachSecond) {
  const tests::TempDir folder;
  const auto node = tests::DaemonProcess::Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder.path()));
  ASSERT_NE(node, nullptr);
  const std::string address = node->address("grpc");
  const tests::TlsFiles tls{tests::ReadAll(folder / "data/tls/authority.pem"), "", ""};
  const std::string token =
      tests::TokenFor(NodeClient::OfFolder(address, folder / "data", "steward.token"), node::v1::ROLE_CASEWORKER);
  const SilentImport hasty = ImportAfterSilence(Pinger(address, tls, kHastyMs), token, 40);
  EXPECT_FALSE(hasty.connection_stayed);
  EXPECT_EQ(hasty.status.code(), absl::StatusCode::kUnavailable) << hasty.status;
  const SilentImport polite = ImportAfterSilence(Pinger(address, tls, kPoliteMs), token, 48);
  EXPECT_TRUE(polite.connection_stayed);
  EXPECT_THAT(polite.status, tests::IsOk());
  EXPECT_EQ(node->Stop(), 0);
}

TEST(KeepAlive, AFederationBearsAPingEachElevenSecondsWithoutACall) {
  const tests::TempDir folder;
  const auto federation =
      tests::DaemonProcess::Start(tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder.path()));
  ASSERT_NE(federation, nullptr);
  const auto channel =
      Pinger(federation->address("grpc"), tests::FederationClient::StaffTls(folder / "federation"), kPoliteMs);
  ASSERT_TRUE(channel->WaitForConnected(In(20)));
  EXPECT_FALSE(channel->WaitForStateChange(GRPC_CHANNEL_READY, In(58))) << "the connection was ended";
  EXPECT_EQ(federation->Stop(), 0);
}

}  // namespace
}  // namespace aangan

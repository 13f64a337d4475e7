// SPDX-License-Identifier: Apache-2.0
// Clients that ping, as mobile ones do so that a network does not forget their connection: a ping each 11 s is taken
// without any call, for as long as this test looks (five pings, where gRPC's own limit of five minutes would end the
// connection at the fourth); one each second is not.
#include <grpc/support/time.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

std::shared_ptr<grpc::Channel> Pinger(const std::string& address, const std::string& authority_pem, int every_ms) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, every_ms);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials({authority_pem, "", ""}), arguments);
}

gpr_timespec In(int seconds) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(seconds, GPR_TIMESPAN));
}

TEST(KeepAlive, APingEachElevenSecondsIsTakenAndOneEachSecondIsNot) {
  const tests::TempDir folder;
  const auto node = tests::DaemonProcess::Start(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder.path()));
  ASSERT_NE(node, nullptr);
  const std::string authority = tests::ReadAll(folder / "data/tls/authority.pem");
  const auto polite = Pinger(node->address("grpc"), authority, 11'000);
  const auto hasty = Pinger(node->address("grpc"), authority, 1'000);
  ASSERT_TRUE(polite->WaitForConnected(In(20)));
  const gpr_timespec end = In(58);
  ASSERT_TRUE(hasty->WaitForConnected(In(20)));
  EXPECT_TRUE(hasty->WaitForStateChange(GRPC_CHANNEL_READY, In(30))) << "a ping a second is borne";
  EXPECT_FALSE(polite->WaitForStateChange(GRPC_CHANNEL_READY, end)) << "the connection was ended";
  EXPECT_EQ(node->Stop(), 0);
}

}  // namespace
}  // namespace aangan

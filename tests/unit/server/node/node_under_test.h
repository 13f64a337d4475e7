// SPDX-License-Identifier: Apache-2.0
// A whole node in this process on a temporary folder, called over its real port.
#ifndef AANGAN_TESTS_UNIT_SERVER_NODE_NODE_UNDER_TEST_H_
#define AANGAN_TESTS_UNIT_SERVER_NODE_NODE_UNDER_TEST_H_

#include <memory>
#include <string>

#include "base/check.h"
#include "base/random.h"
#include "server/node/node_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/node_client.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {

class NodeUnderTest {
 public:
  NodeUnderTest() : clock_(absl::Now()) { Start(); }

  // Stops the node and starts it again on the same folder: clients made before are of no use then.
  void Restart() {
    server_->Stop();
    server_.reset();
    entrance_.reset();
    Start();
  }

  const std::string& address() const { return address_; }
  std::string data() const { return folder_ / "data"; }
  tests::FakeClock& clock() { return clock_; }
  absl::Time Now() const { return clock_.Now(); }
  tests::NodeClient Client(const std::string& token) const {
    return tests::NodeClient(tests::OpenChannel(address_, {tests::ReadAll(data() + "/tls/authority.pem"), "", ""}),
                             token);
  }
  tests::NodeClient Steward() const { return Client(tests::ReadAll(data() + "/steward.token")); }
  tests::NodeClient Operator() const { return Client(tests::ReadAll(data() + "/operator.token")); }
  tests::NodeClient Caseworker() const { return Client(tests::TokenFor(Steward(), v1::ROLE_CASEWORKER)); }

 private:
  void Start() {
    NodeServer::Options options;
    options.data = folder_ / "data";
    options.key_lock = &tests::TestKeyLock();
    options.listen = "127.0.0.1:0";
    auto entrance = Entrance::Open({options.data, "127.0.0.1:0", {}}, {}, &clock_, &random_);
    AANGAN_CHECK(entrance.ok());
    entrance_ = *std::move(entrance);
    metrics_ = std::make_unique<server::Metrics>();
    options.entrance = entrance_.get();
    options.probes = &probes_;
    options.metrics = metrics_.get();
    options.disk_reserve_bytes = 1 << 20;
    auto started = NodeServer::Start(options, &clock_, &random_);
    AANGAN_CHECK(started.ok());
    server_ = *std::move(started);
    const std::string ports = tests::ReadAll(options.data + "/ports");
    address_ = ports.substr(5, ports.find('\n') - 5);  // "grpc=127.0.0.1:41234"
  }

  const tests::TempDir folder_;
  tests::FakeClock clock_;
  SystemRandom random_;
  server::Probes probes_;
  std::unique_ptr<server::Metrics> metrics_;
  std::unique_ptr<Entrance> entrance_;
  std::unique_ptr<NodeServer> server_;
  std::string address_;
};

}  // namespace aangan::node

#endif  // AANGAN_TESTS_UNIT_SERVER_NODE_NODE_UNDER_TEST_H_

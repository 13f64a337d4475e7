// SPDX-License-Identifier: Apache-2.0
// The HTTPS port of a real node that stands alone, and the ways in which a test talks to it.
#ifndef AANGAN_TESTS_SUPPORT_HTTPS_PORT_H_
#define AANGAN_TESTS_SUPPORT_HTTPS_PORT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/check.h"
#include "tests/support/daemon_process.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {

// The build of the test names the program: AANGAN_NODE_UNDER_TEST.
class HttpsPort : public ::testing::Test {
 protected:
  explicit HttpsPort(const std::string& binary) : options_(LoneNode(binary, folder_.path())) {
    options_.environment["AANGAN_TEST_HANGING_DISK"] = folder_ / "hangs";  // while this file is there
    node_ = DaemonProcess::Start(options_);
    AANGAN_CHECK(node_ != nullptr);
    authority_ = options_.data_folder + "/tls/authority.pem";
    steward_ = ReadAll(options_.data_folder + "/steward.token");
    caseworker_ = TokenFor(Steward(), node::v1::ROLE_CASEWORKER);
  }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  HttpsPeer Peer(const std::string& from = "127.0.0.1") const { return {node_->address("https"), authority_, from}; }
  HttpsAnswer Ask(const HttpsRequest& request) const {
    return aangan::tests::Ask(Peer(), request).value_or(HttpsAnswer());
  }
  // By gRPC; a connection of its own each time.
  std::shared_ptr<grpc::Channel> Channel() const {
    return OpenChannel(node_->address("grpc"), {ReadAll(authority_), "", ""});
  }

  const TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
  std::string authority_;
  std::string steward_;
  std::string caseworker_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_HTTPS_PORT_H_

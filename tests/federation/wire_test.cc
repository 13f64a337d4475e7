// SPDX-License-Identifier: Apache-2.0
// All that passes between twelve nodes and their federation, captured inside TLS over joining, signing and a whole
// round, with canaries in every personal field of every record: no text and no id of a member is on the wire in either
// direction, in a log, in an error, or in the federation's store.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "model/names.h"
#include "tests/support/canaries.h"
#include "tests/support/capturing_proxy.h"
#include "tests/support/federation_cluster.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::CapturingProxy;
using tests::ClusterNode;
using tests::FederationCluster;
using tests::NodeClient;

// The PEM block with this label that comes `nth`, in a file that has other bytes around it.
std::string PemBlock(const std::string& bytes, const std::string& label, int nth) {
  const std::string begin = "-----BEGIN " + label + "-----";
  const std::string end = "-----END " + label + "-----\n";
  size_t at = bytes.find(begin);
  for (; nth > 0 && at != std::string::npos; --nth) at = bytes.find(begin, at + 1);
  if (at == std::string::npos) return "";
  return bytes.substr(at, bytes.find(end, at) + end.size() - at);
}

// Proxies before both ports of the federation, one pair a node, because each shows its node's certificate.
class Wire {
 public:
  explicit Wire(FederationCluster* cluster) : cluster_(cluster) {}

  std::string Federation(const ClusterNode& node) { return Open(&federation_, node, cluster_->address()); }
  std::string Enrolment(const ClusterNode& node) { return Open(&enrolment_, node, cluster_->enrolment_address()); }

  std::string FromNodes() const {
    return All([](const CapturingProxy& proxy) { return proxy.from_node(); });
  }
  std::string ToNodes() const {
    return All([](const CapturingProxy& proxy) { return proxy.to_node(); });
  }

 private:
  using Proxies = std::map<std::string, std::unique_ptr<CapturingProxy>>;

  std::string Open(Proxies* proxies, const ClusterNode& node, const std::string& upstream) {
    std::unique_ptr<CapturingProxy>& proxy = (*proxies)[node.id];
    proxy = CapturingProxy::Start(upstream, [data = cluster_->data(), path = node.data + "/membership"] {
      CapturingProxy::Keys keys;
      keys.authority_certificate_pem = tests::ReadAll(data + "/staff/authority.pem");
      keys.authority_key_pem = tests::ReadAll(data + "/tls/authority.key");
      const std::string membership = tests::ReadAll(path);
      keys.client_certificate_pem = PemBlock(membership, "CERTIFICATE", 1);
      keys.client_key_pem = PemBlock(membership, "PRIVATE KEY", 0);
      return keys;
    });
    return proxy->address();
  }

  template <typename Take>
  std::string All(Take take) const {
    std::string bytes;
    for (const Proxies* proxies : {&federation_, &enrolment_}) {
      for (const auto& [id, proxy] : *proxies) {
        EXPECT_GT(proxy->connections(), 0) << id;
        bytes += take(*proxy);
      }
    }
    return bytes;
  }

  FederationCluster* const cluster_;
  Proxies federation_;
  Proxies enrolment_;
};

// The record's ids, as text and as the bytes that stand for them.
void AddIds(const std::vector<std::string>& names, std::vector<std::string>* needles) {
  for (const std::string& name : names) {
    const std::vector<std::string> parts = absl::StrSplit(name, '/');
    for (size_t i = 1; i < parts.size(); i += 2) {
      needles->push_back(parts[i]);
      const auto id = model::ParseId(parts[i], "id");
      ASSERT_TRUE(id.ok());
      needles->emplace_back(reinterpret_cast<const char*>(id->bytes.data()), id->bytes.size());
    }
  }
}

TEST(Wire, NothingOfAMemberIsOnIt) {
  FederationCluster cluster({});
  Wire wire(&cluster);
  cluster.Found({[&](const ClusterNode& node) { return wire.Federation(node); },
                 [&](const ClusterNode& node) { return wire.Enrolment(node); }});
  const model::Period quarter = cluster.quarters().back();
  std::vector<std::string> needles = tests::Canaries();
  std::string errors;
  for (ClusterNode& node : cluster.nodes()) {
    const NodeClient steward = node.As("steward.token");
    const NodeClient caseworker(
        tests::OpenChannel(node.process->address("grpc"), {tests::ReadAll(node.data + "/tls/authority.pem"), "", ""}),
        tests::TokenFor(steward, node::v1::ROLE_CASEWORKER));
    AddIds(tests::FillWithCanaries(caseworker, steward, model::PeriodText(quarter), &errors), &needles);
  }
  for (ClusterNode& node : cluster.nodes()) cluster.Contribute(node, quarter);
  ASSERT_TRUE(cluster.Finish(quarter));
  for (ClusterNode& node : cluster.nodes()) cluster.Sync(node);

  const std::string from_nodes = wire.FromNodes();
  const std::string to_nodes = wire.ToNodes();
  // The capture sees what is there: names inside requests and figures inside answers.
  EXPECT_EQ(tests::FoundIn(from_nodes, {absl::StrCat("rosters/india/rounds/", model::PeriodText(quarter),
                                                     "/contributions/kerala_1")}),
            absl::StrCat("rosters/india/rounds/", model::PeriodText(quarter), "/contributions/kerala_1"));
  EXPECT_NE(tests::FoundIn(to_nodes, {"maharashtra_2"}), "");
  EXPECT_EQ(tests::FoundIn(from_nodes, needles), "");
  EXPECT_EQ(tests::FoundIn(to_nodes, needles), "");
  EXPECT_NE(errors, "");
  EXPECT_EQ(tests::FoundIn(errors), "");
  EXPECT_EQ(cluster.federation().Stop(), 0);
  EXPECT_EQ(tests::FoundIn(tests::ReadAll(cluster.log_path()), needles), "");
  for (ClusterNode& node : cluster.nodes()) {
    EXPECT_EQ(node.process->Stop(), 0);
    EXPECT_EQ(tests::FoundIn(tests::ReadAll(node.options.log_path)), "") << node.id;
  }
  int files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(cluster.data())) {
    if (!file.is_regular_file()) continue;
    ++files;
    EXPECT_EQ(tests::FoundIn(tests::ReadAll(file.path()), needles), "") << file.path().filename();
  }
  EXPECT_GT(files, 5);
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// Nobody is called but whom a person named: a whole round of a federation in a network where every call is seen, with
// what its people ask of it by command and page. And that calls are seen there: addresses, names, both families.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/command_line.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_federation.h"
#include "tests/support/lone_node.h"
#include "tests/support/own_network.h"

namespace aangan {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using tests::ClusterNode;
using tests::DaemonProcess;
using tests::FederationCluster;
using tests::OwnNetwork;
using Calls = std::set<std::string>;

class CallsNobody : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string why_not;
    network_ = OwnNetwork::Enter(&why_not);
    if (network_ == nullptr) GTEST_SKIP() << "this machine gives a test no network of its own: " << why_not;
  }

  static std::string Command(const std::string& words) {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " </dev/null"));
  }
  // What only looks, so that it ends well; the doctor's verdict is its own.
  static void Ask(const std::string& words) {
    const std::string said = Command(words);
    EXPECT_TRUE(absl::EndsWith(said, "code 0\n") || absl::StrContains(words, "doctor")) << words << ": " << said;
  }
  static void Fetch(const DaemonProcess& daemon, const std::string& authority) {
    for (const char* path : {"/", "/livez", "/readyz?verbose", "/metrics"}) {
      const auto answer = tests::Ask({daemon.address("https"), authority}, {"GET", path});
      ASSERT_TRUE(answer.has_value()) << path;
      EXPECT_EQ(answer->status, absl::string_view(path) == "/metrics" ? 401 : 200) << path;  // it wants a token
    }
  }
  // Their own ports, which are on this machine.
  static void Insert(const DaemonProcess& daemon, Calls* named) {
    for (const char* port : {"grpc", "https"}) named->insert(absl::StrCat("tcp ", daemon.address(port)));
  }

  std::unique_ptr<OwnNetwork> network_;
};

TEST_F(CallsNobody, ButThoseWhomItsPeopleNamedFromTheFirstStartToTheLastStop) {
  Calls named;
  FederationCluster::Options options;
  options.ended_quarters = 1;
  FederationCluster cluster(options);
  cluster.Found({[&](const ClusterNode&) { return cluster.address(); },
                 [&](const ClusterNode&) {
                   named.insert(absl::StrCat("tcp ", cluster.enrolment_address()));
                   return cluster.enrolment_address();
                 }});
  Insert(cluster.federation(), &named);
  for (ClusterNode& node : cluster.nodes()) Insert(*node.process, &named);
  const model::Period quarter = cluster.quarters().back();
  const ClusterNode& node = cluster.nodes().front();
  const std::string period = model::PeriodText(quarter);
  const std::string to_node = " --data " + node.data, to_federation = " --federation " + cluster.data();
  for (ClusterNode& each : cluster.nodes()) {
    each.Enrol(quarter, 1);
    if (&each != &node) cluster.Contribute(each, quarter);
  }
  cluster.Propose(node, quarter);
  for (const std::string& words : {"preview " + period, "approve --yes " + period, std::string("sync")})
    Ask(words + to_node);
  ASSERT_TRUE(cluster.Finish(quarter));

  for (const std::string& words :
       {std::string("status"), std::string("health"), std::string("sync"), std::string("release list"),
        std::string("audit verify"), std::string("accuracy"), std::string("doctor"),
        absl::StrCat("support-bundle --yes --to ", cluster.folder(), "/bundle")})
    Ask(words + to_node);
  for (const std::string& words :
       {std::string("health federation"), std::string("figures"), std::string("roster apps"),
        std::string("doctor federation"),
        absl::StrCat("figures export --format csv --period ", period, " --file ", cluster.folder(), "/figures")})
    Ask(words + to_federation);
  for (const char* words : {"--version", "man", "completion bash", "paths"}) Ask(words);
  Fetch(*node.process, node.data + "/tls/authority.pem");
  Fetch(cluster.federation(), cluster.data() + "/staff/authority.pem");
  for (ClusterNode& each : cluster.nodes()) EXPECT_EQ(each.process->Stop(), 0);
  EXPECT_EQ(cluster.federation().Stop(), 0);

  const Calls called = network_->Called();
  EXPECT_FALSE(network_->MissedSome());
  for (const std::string& call : called) EXPECT_THAT(named, Contains(call));
  EXPECT_THAT(called, Contains("tcp " + cluster.address()));
  EXPECT_GT(called.size(), 12u) << "each node was asked something";
}

// The control: with somebody else's address the same programs do call it, and it is seen.
class CallsSomebody : public CallsNobody {
 protected:
  void SetUp() override {
    CallsNobody::SetUp();
    if (IsSkipped()) return;
    federation_ = DaemonProcess::Start(federation_options_);
    node_ = DaemonProcess::Start(node_options_);
    ASSERT_TRUE(federation_ != nullptr && node_ != nullptr);
    ASSERT_THAT(Command(absl::StrCat("roster join-token kerala_1 --title Ours --state kerala --run-by ours --to ",
                                     token(), " --federation ", federation_options_.data_folder)),
                EndsWith("code 0\n"));
    Insert(*federation_, &own_);
    Insert(*node_, &own_);
  }
  // What is called beyond the own ports when a node is sent to a federation at this host.
  Calls CalledForTheHost(const std::string& host) {
    EXPECT_THAT(Command(absl::StrCat("enrol --federation-address ", host, ":7411 --enrolment-address ", host,
                                     ":7413 --join-token-file ", token(), " --data ", node_options_.data_folder)),
                HasSubstr("NO_LINK"));
    Calls others;
    for (const std::string& call : network_->Called()) {
      if (own_.count(call) == 0) others.insert(call);
    }
    return others;
  }
  std::string token() const { return folder_ / "token"; }

  const tests::TempDir folder_;
  const DaemonProcess::Options federation_options_ =
      tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path());
  const DaemonProcess::Options node_options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
  std::unique_ptr<DaemonProcess> federation_;
  std::unique_ptr<DaemonProcess> node_;
  Calls own_;
};

TEST_F(CallsSomebody, TheFederationThatItWasGivenAndNobodyBesides) {
  EXPECT_THAT(CalledForTheHost("203.0.113.9"), ::testing::ElementsAre("tcp 203.0.113.9:7413"));
}

TEST_F(CallsSomebody, WhoLooksUpANameIsSeen) {
  std::stringstream hosts;
  hosts << std::ifstream("/etc/nsswitch.conf").rdbuf();
  if (absl::StrContains(hosts.str(), " resolve") || access("/run/nscd/socket", F_OK) == 0)
    GTEST_SKIP() << "names are looked up by another process here, over a socket of the file system";
  EXPECT_THAT(CalledForTheHost("federation.example"), Contains(EndsWith(":53")));
}

TEST_F(CallsNobody, ACallIsSeenOfEitherFamily) {
  EXPECT_THAT(network_->Called(), ::testing::IsEmpty());
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(443);
  inet_pton(AF_INET, "198.51.100.7", &v4.sin_addr);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(443);
  inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
  const int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
  EXPECT_EQ(connect(tcp, reinterpret_cast<const sockaddr*>(&v4), sizeof(v4)), -1);
  EXPECT_EQ(sendto(udp, "", 1, 0, reinterpret_cast<const sockaddr*>(&v4), sizeof(v4)), 1);
  Calls called = network_->Called();
  EXPECT_THAT(called, Contains("tcp 198.51.100.7:443"));
  EXPECT_THAT(called, Contains("udp 198.51.100.7:443"));
  for (const std::string& call : called) EXPECT_THAT(call, HasSubstr("198.51.100.7"));
  const int tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
  if (tcp6 >= 0 && connect(tcp6, reinterpret_cast<const sockaddr*>(&v6), sizeof(v6)) == -1 && errno == ECONNREFUSED) {
    EXPECT_THAT(network_->Called(), Contains("tcp 2001:db8::7:443"));
  }
  for (const int each : {tcp, udp, tcp6}) {
    if (each >= 0) close(each);
  }
}

}  // namespace
}  // namespace aangan

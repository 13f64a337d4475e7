// SPDX-License-Identifier: Apache-2.0
// A federation and its collectives as real processes with real TLS on loopback: twelve of them by default, in the
// roster that the shipped catalogue is written for, under a rehearsal of the last ended quarters.
//
// Each step does what a person would do through the rpcs, and ends the test with a check when it fails.
// Threads: one thread.
#ifndef AANGAN_TESTS_SUPPORT_FEDERATION_CLUSTER_H_
#define AANGAN_TESTS_SUPPORT_FEDERATION_CLUSTER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/period.h"
#include "tests/support/daemon_process.h"
#include "tests/support/federation_client.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan::tests {

struct ClusterNode {
  std::string id;
  std::string state;
  std::string data;
  DaemonProcess::Options options;
  std::unique_ptr<DaemonProcess> process;

  NodeClient As(const std::string& token_file) const {
    return NodeClient::OfFolder(process->address("grpc"), data, token_file);
  }
  // With a new token of that role.
  NodeClient Caseworker() const;
  void Restart();
  // Members who agreed to be counted and joined in the quarter, each with a service received in it.
  void Enrol(const model::Period& quarter, int members) const;
  // How far the release of a quarter has come here.
  node::v1::Release Release(const model::Period& quarter) const;
};

class FederationCluster {
 public:
  struct Options {
    // Said by the build of each test.
    std::string catalogue_path = AANGAN_DEFAULT_CATALOGUE;  // the shipped catalogue
    std::string federation_binary = AANGAN_FEDERATION_UNDER_TEST;
    std::string node_binary = AANGAN_NODE_UNDER_TEST;
    int sync_seconds = 3600;  // contacts come when a test asks for them
    bool wait_for_all = true;
    bool automatic_approval = false;
    int extend_days = 400;
    int ended_quarters = 3;  // that the rehearsal covers
  };
  explicit FederationCluster(const Options& options);

  // Every collective joins with a token of its own, the first roster is proposed and signed by all, the rehearsal is
  // proposed and accepted by all. The routes say where a node calls; asked when its join token was made.
  struct Routes {
    std::function<std::string(const ClusterNode&)> federation;
    std::function<std::string(const ClusterNode&)> enrolment;
  };
  void Found(const Routes& routes);
  void Found();
  // One more process, which has not joined; references to nodes stay.
  ClusterNode& AddNode(const std::string& id, const std::string& state);
  void Join(ClusterNode& node);
  // One collective closes the quarter; its release waits for its yes.
  void Propose(const ClusterNode& node, const model::Period& quarter) const;
  // One collective closes the quarter, looks, approves what it saw and sends it. The preview that it saw.
  node::v1::PreviewReleaseResponse Contribute(ClusterNode& node, const model::Period& quarter, bool send = true);
  void Sync(ClusterNode& node);
  // Frozen, answered by all, confirmed.
  bool Finish(const model::Period& quarter);
  // Until the round of the quarter has this state.
  bool AwaitRound(const model::Period& quarter, federation::v1::RoundState state);
  absl::StatusOr<federation::v1::Round> Round(const model::Period& quarter) const;
  // NOT_FOUND while there is none.
  absl::StatusOr<federation::v1::NationalRelease> NationalRelease(const model::Period& quarter) const;
  // All figures that match, over all pages.
  std::vector<federation::v1::Figure> Figures(federation::v1::ListFiguresRequest question) const;

  FederationClient Staff() const { return FederationClient::OfStaff(address(), data_); }
  // All clocks, the nodes' too, from now on this much ahead.
  void MoveClocks(absl::Duration ahead) const;
  std::string JoinToken(const std::string& id, const std::string& state);
  std::string address() const { return federation_->address("grpc"); }
  std::string enrolment_address() const;  // as the ports file says now
  const std::string& data() const { return data_; }
  const std::string& folder() const { return folder_.path(); }
  std::string log_path() const { return folder_ / "federation.log"; }
  std::vector<ClusterNode>& nodes() { return nodes_; }
  DaemonProcess& federation() { return *federation_; }
  void RestartFederation();
  const federation::v1::Catalogue& catalogue() const { return catalogue_; }
  // The last ended quarters, oldest first.
  const std::vector<model::Period>& quarters() const { return quarters_; }

 private:
  Routes Direct() const;
  void Join(ClusterNode& node, const Routes& routes);

  const Options options_;
  const TempDir folder_;
  std::string data_;
  DaemonProcess::Options federation_options_;
  std::unique_ptr<DaemonProcess> federation_;
  std::vector<ClusterNode> nodes_;
  std::vector<model::Period> quarters_;
  federation::v1::Catalogue catalogue_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_FEDERATION_CLUSTER_H_

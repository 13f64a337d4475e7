// SPDX-License-Identifier: Apache-2.0
// Nodes and the federation killed with SIGKILL while contributions and answers are on their way: what was approved
// arrives once, byte for byte, each node answers once, and the national sums are what each collective saw leaving.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/support/federation_cluster.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationCluster;
using tests::IsOk;
using tests::NodeClient;

constexpr int kKills = 60;  // that hit an upload without a receipt; and as many that hit an answer before it was sent
constexpr int kKillsAnUploadMax = 6;

absl::Status TrySync(const ClusterNode& node) {
  const NodeClient client = node.As("operator.token");
  node::v1::SyncNowResponse response;
  return client.Call(*client.operators, &node::v1::OperatorService::Stub::SyncNow, {}, &response);
}

class UploadKills {
 public:
  UploadKills(FederationCluster* cluster, uint64_t seed) : cluster_(cluster), engine_(seed) {}

  int hits() const { return hits_; }

  // Contacts until something is done, killing the node or the federation again and again on the way.
  void Drive(ClusterNode& node, const std::function<bool()>& done) {
    for (int i = 0; i < kKillsAnUploadMax; ++i) {
      std::atomic<bool> in_flight{true};
      std::thread contact([&] {
        (void)TrySync(node);
        in_flight = false;
      });
      tests::Eventually(absl::Microseconds(engine_() % 20'000), [] { return false; });  // a random moment
      const bool hit = in_flight;
      const bool the_node = engine_() % 2 == 0;
      (the_node ? *node.process : cluster_->federation()).Kill();
      contact.join();
      if (the_node) {
        node.Restart();
      } else {
        cluster_->RestartFederation();
      }
      if (done()) break;
      hits_ += hit;
    }
    // The node's channel takes a moment to find a federation that was away.
    EXPECT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return TrySync(node).ok() && done(); })) << node.id;
  }

 private:
  FederationCluster* const cluster_;
  std::mt19937_64 engine_;
  int hits_ = 0;
};

TEST(UploadKills, WhatWasApprovedArrivesOnceByteForByte) {
  const uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  FederationCluster cluster({});
  cluster.Found();
  UploadKills kills(&cluster, seed);
  UploadKills answer_kills(&cluster, seed + 1);
  for (const model::Period& quarter : cluster.quarters()) {
    std::vector<int64_t> leaving;
    std::map<std::string, std::string> digests;
    for (ClusterNode& node : cluster.nodes()) {
      const node::v1::PreviewReleaseResponse preview = cluster.Contribute(node, quarter, /*send=*/false);
      leaving.resize(static_cast<size_t>(preview.cells_size()));
      for (int cell = 0; cell < preview.cells_size(); ++cell)
        leaving[static_cast<size_t>(cell)] += preview.cells(cell).leaves();
      digests[node.id] = node.Release(quarter).contribution_digest();
      kills.Drive(node, [&] { return node.Release(quarter).stage() != node::v1::RELEASE_STAGE_APPROVED; });
    }
    ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_FROZEN));
    for (ClusterNode& node : cluster.nodes())
      answer_kills.Drive(node, [&] { return node.Release(quarter).answer_stage() == node::v1::ANSWER_STAGE_SENT; });
    ASSERT_TRUE(cluster.AwaitRound(quarter, fed::ROUND_STATE_CONFIRMED));
    const auto round = cluster.Round(quarter);
    ASSERT_THAT(round, IsOk());
    EXPECT_EQ(round->answered_size(), 12);
    EXPECT_EQ(round->differing_size(), 0);
    ASSERT_EQ(round->freeze().contributions_size(), 12);
    for (const fed::FrozenContribution& each : round->freeze().contributions())
      EXPECT_EQ(each.digest(), digests[each.collective()]) << each.collective();
    const auto release = cluster.NationalRelease(quarter);
    ASSERT_THAT(release, IsOk());
    const auto& sums = release->sums();
    EXPECT_EQ(std::vector<int64_t>(sums.begin(), sums.end()), leaving);
  }
  std::printf("kills that hit an upload without a receipt: %d\n", kills.hits());
  std::printf("kills that hit an answer that was not sent: %d\n", answer_kills.hits());
  EXPECT_GE(kills.hits(), kKills);
  EXPECT_GE(answer_kills.hits(), kKills);
}

}  // namespace
}  // namespace aangan

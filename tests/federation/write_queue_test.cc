// SPDX-License-Identifier: Apache-2.0
// An app with a write queue, as a real process that is killed again and again, while the node is away for a thousand
// writes and then while they are sent: all arrive, once, in the order in which they were made.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/federation/queued_writes.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using node::v1::CaseworkService;
using node::v1::MemberService;
using tests::DaemonProcess;
using tests::IsOk;
using tests::kQueuedWrites;
using tests::kWritesAMember;
using tests::NodeClient;

constexpr int kKillsAway = 8;
constexpr int kKillsSending = 6;

class Queueing : public ::testing::Test {
 protected:
  Queueing() : engine_(std::random_device{}()), node_options_(tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path())) {
    StartNode();
    if (node_ == nullptr) return;
    std::ofstream(folder_ / "token") << tests::TokenFor(
        NodeClient::OfFolder(address_, node_options_.data_folder, "steward.token"), node::v1::ROLE_CASEWORKER);
  }
  // On the same port each time, as an app knows it.
  void StartNode() {
    node_ = DaemonProcess::Start(node_options_);
    if (node_ == nullptr || !address_.empty()) return;
    address_ = node_->address("grpc");
    const auto listen = std::find(node_options_.arguments.begin(), node_options_.arguments.end(), "--node.listen");
    *std::next(listen) = address_;
  }
  std::unique_ptr<DaemonProcess> LaunchApp() const {
    DaemonProcess::Options app;
    app.binary = AANGAN_WRITE_QUEUE_CHILD;
    app.arguments = {folder_.path(), address_};
    app.data_folder = folder_.path();
    app.log_path = folder_ / "app.log";
    return DaemonProcess::Launch(app);
  }
  int Added() const {
    const std::string text = tests::ReadAll(folder_ / "added");
    return text.empty() ? 0 : std::stoi(text);
  }
  absl::Duration SomeTime(int ms_max) { return absl::Milliseconds(1 + engine_() % static_cast<unsigned>(ms_max)); }
  size_t MembersThere() const {
    size_t members = 0;
    node::v1::ListMembersRequest list;
    list.set_page_size(200);
    const NodeClient caseworker = Caseworker();
    do {
      node::v1::ListMembersResponse page;
      EXPECT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::ListMembers, list, &page), IsOk());
      members += static_cast<size_t>(page.members_size());
      list.set_page_token(page.next_page_token());
    } while (!list.page_token().empty());
    return members;
  }
  NodeClient Caseworker() const {
    return NodeClient(tests::OpenChannel(address_, {tests::ReadAll(folder_ / "data/tls/authority.pem"), "", ""}),
                      tests::ReadAll(folder_ / "token"));
  }
  // Its four writes are there, each once; the times at which they took effect are appended.
  void CheckMember(const NodeClient& caseworker, int number, std::vector<absl::Time>* times) const;

  const tests::TempDir folder_;
  std::mt19937_64 engine_;
  DaemonProcess::Options node_options_;
  std::string address_;
  std::unique_ptr<DaemonProcess> node_;
};

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

void Queueing::CheckMember(const NodeClient& caseworker, int number, std::vector<absl::Time>* times) const {
  const std::string name = tests::QueuedMember(number);
  node::v1::GetMemberRequest get;
  get.set_name(name);
  node::v1::Member member;
  ASSERT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::GetMember, get, &member), IsOk()) << name;
  EXPECT_EQ(member.details().full_name(), tests::QueuedNote(number));
  EXPECT_EQ(member.details().notes(), tests::QueuedNote(number + 3));
  node::v1::ListConsentsRequest consents_of;
  consents_of.set_parent(name);
  node::v1::ListConsentsResponse consents;
  ASSERT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::ListConsents, consents_of, &consents), IsOk());
  ASSERT_EQ(consents.consents_size(), 1);
  node::v1::ListServicesRequest services_of;
  services_of.set_parent(name);
  node::v1::ListServicesResponse services;
  ASSERT_THAT(caseworker.Call(*caseworker.casework, &CaseworkService::Stub::ListServices, services_of, &services),
              IsOk());
  ASSERT_EQ(services.services_size(), 1);
  node::v1::ListMemberRevisionsRequest revisions_of;
  revisions_of.set_parent(name);
  node::v1::ListMemberRevisionsResponse revisions;
  ASSERT_THAT(caseworker.Call(*caseworker.members, &MemberService::Stub::ListMemberRevisions, revisions_of, &revisions),
              IsOk());
  EXPECT_EQ(revisions.member_revisions_size(), 1) << "changed once";
  for (const auto& time : {member.create_time(), consents.consents(0).create_time(), services.services(0).create_time(),
                           member.update_time()}) {
    times->push_back(TimeOf(time));
  }
}

TEST_F(Queueing, AThousandWritesOfAKilledAppArriveOnceAndInOrder) {
  ASSERT_NE(node_, nullptr);
  ASSERT_EQ(node_->Stop(), 0);

  // The node is away. The app makes its writes and dies at some moment, again and again.
  int kills = 0;
  for (int wanted = kQueuedWrites / kKillsAway; Added() < kQueuedWrites; wanted += kQueuedWrites / kKillsAway) {
    const auto app = LaunchApp();
    ASSERT_NE(app, nullptr);
    ASSERT_TRUE(tests::Eventually(absl::Seconds(60), [&] { return Added() >= wanted || !app->running(); }));
    tests::Eventually(SomeTime(10), [] { return false; });  // a random moment, not a wait for anything
    ASSERT_TRUE(app->running()) << tests::ReadAll(folder_ / "app.log");
    app->Kill();
    ++kills;
  }
  EXPECT_GE(kills, kKillsAway / 2);
  EXPECT_EQ(tests::ReadAll(folder_ / "queue").find("Canary"), std::string::npos);
  EXPECT_EQ(tests::ReadAll(folder_ / "queue").find("members/"), std::string::npos);

  // The node is there again. Both die in between; the app begins anew until it says that all has arrived.
  StartNode();
  ASSERT_NE(node_, nullptr);
  std::set<size_t> seen;
  int code = -1;
  for (int round = 0; code != 0; ++round) {
    ASSERT_LT(round, 100);
    const size_t before = MembersThere();
    const auto app = LaunchApp();
    ASSERT_NE(app, nullptr);
    const bool to_kill = round < kKillsSending;
    const auto ended = [&] { return !app->running(); };
    const auto moved = [&] { return ended() || (to_kill && MembersThere() > before + 10); };
    ASSERT_TRUE(tests::Eventually(absl::Seconds(120), moved));
    if (to_kill) {
      EXPECT_TRUE(app->running()) << tests::ReadAll(folder_ / "app.log");
      seen.insert(MembersThere());
      if (round % 3 == 2) {
        node_->Kill();
        StartNode();
        ASSERT_NE(node_, nullptr);
      }
      app->Kill();
    } else {
      code = app->Stop();
      ASSERT_TRUE(code == 0 || code == 3) << tests::ReadAll(folder_ / "app.log");
    }
  }
  EXPECT_GE(seen.size(), size_t{kKillsSending} - 1) << "kills between the first write and the last";

  EXPECT_EQ(MembersThere(), static_cast<size_t>(kQueuedWrites / kWritesAMember));
  const NodeClient caseworker = Caseworker();
  std::vector<absl::Time> times;
  for (int number = 0; number < kQueuedWrites; number += kWritesAMember) {
    CheckMember(caseworker, number, &times);
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(times.size(), static_cast<size_t>(kQueuedWrites));
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end())) << "in the order in which they were made";
  std::printf("kills while the node was away: %d, while sending: %zu\n", kills, seen.size());
  EXPECT_EQ(node_->Stop(), 0);
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// A real node killed with SIGKILL at random moments of writing and importing: what was acknowledged is there, nothing
// is there twice, and the store verifies. Only kills that hit work in flight are counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/digest.h"
#include "base/random.h"
#include "model/names.h"
#include "tests/support/daemon_process.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using node::v1::CreateMemberRequest;
using node::v1::ImportRecordsRequest;
using node::v1::ImportRecordsResponse;
using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

constexpr int kKills = 150;
constexpr int kWriters = 3;
constexpr int kRowsAStream = 30;

// Work that is asked until it is acknowledged, whoever dies in between; remembers what was acknowledged.
class Work {
 public:
  explicit Work(uint64_t seed) : random_(seed) {}

  // The request that this writer has not had an answer for, or a new one.
  CreateMemberRequest NextWrite(int writer) {
    absl::MutexLock lock(&mutex_);
    auto& open = open_writes_[writer];
    if (!open) {
      open.emplace();
      *open->mutable_member() = tests::SomeMember();
      *open->add_consents() = tests::CountedConsent();
      open->set_member_id(model::IdText(model::RandomId(random_)));
      open->set_request_id(absl::StrCat("00000000-0000-4000-8000-", absl::Hex(++requests_, absl::kZeroPad12)));
    }
    return *open;
  }
  void Acknowledge(int writer) {
    absl::MutexLock lock(&mutex_);
    written_.insert("members/" + open_writes_[writer]->member_id());
    open_writes_[writer].reset();
  }

  ImportRecordsRequest NextImport() {
    absl::MutexLock lock(&mutex_);
    ImportRecordsRequest request;
    request.set_mapping_id("kill_test");
    for (int i = 0; i < kRowsAStream; ++i) {
      auto& row = *request.add_rows();
      row.set_line(i + 1);
      row.set_row_digest(std::string(AsText(Sha256(absl::StrCat("row ", imported_rows_ + i)))));
      *row.mutable_member() = tests::SomeMember();
      *row.add_consents() = tests::CountedConsent();
      *row.add_services() = tests::SomeService();
    }
    return request;
  }
  void AcknowledgeImport() {
    absl::MutexLock lock(&mutex_);
    imported_rows_ += kRowsAStream;
  }

  std::set<std::string> written() const {
    absl::MutexLock lock(&mutex_);
    return written_;
  }
  int imported_rows() const {
    absl::MutexLock lock(&mutex_);
    return imported_rows_;
  }

 private:
  mutable absl::Mutex mutex_;
  tests::SeededRandom random_;
  std::map<int, std::optional<CreateMemberRequest>> open_writes_;
  std::set<std::string> written_;
  int64_t requests_ = 0;
  int imported_rows_ = 0;
};

absl::Status Import(const NodeClient& client, const ImportRecordsRequest& request, ImportRecordsResponse* response) {
  grpc::ClientContext context;
  client.Prepare(context);
  const auto stream = client.operators->ImportRecords(&context, response);
  stream->Write(request);
  stream->WritesDone();
  return NodeClient::Translate(stream->Finish());
}

class Killing : public ::testing::Test {
 protected:
  std::unique_ptr<DaemonProcess> StartNode() {
    DaemonProcess::Options options = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    return DaemonProcess::Start(options);
  }
  NodeClient Client(const DaemonProcess& node, const std::string& token) const {
    return NodeClient(
        tests::OpenChannel(node.address("grpc"), {tests::ReadAll(folder_ / "data/tls/authority.pem"), "", ""}), token);
  }

  const tests::TempDir folder_;
};

// Runs writers and an importer against the node until it is killed after `after`; true when that hit work in flight.
bool RunUntilKilled(DaemonProcess& node, const NodeClient& caseworker, Work& work, absl::Duration after) {
  std::atomic<int> in_flight{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      while (!over) {
        node::v1::Member member;
        const CreateMemberRequest request = work.NextWrite(writer);
        ++in_flight;
        const absl::Status status =
            caseworker.Call(*caseworker.members, &node::v1::MemberService::Stub::CreateMember, request, &member);
        --in_flight;
        if (!status.ok()) return;
        work.Acknowledge(writer);
      }
    });
  }
  threads.emplace_back([&] {
    while (!over) {
      ImportRecordsResponse response;
      ++in_flight;
      const absl::Status status = Import(caseworker, work.NextImport(), &response);
      --in_flight;
      if (!status.ok() || response.added_rows() + response.repeated_rows() != kRowsAStream) return;
      work.AcknowledgeImport();
    }
  });
  tests::Eventually(after, [] { return false; });  // a random moment, not a wait for anything
  const bool hit = in_flight > 0;
  node.Kill();
  over = true;
  for (std::thread& thread : threads) thread.join();
  return hit;
}

TEST_F(Killing, NothingAcknowledgedIsLostAndNothingIsThereTwice) {
  const uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 engine(seed);
  Work work(seed);
  std::unique_ptr<DaemonProcess> node = StartNode();
  ASSERT_NE(node, nullptr);
  const std::string token = tests::TokenFor(
      NodeClient::OfFolder(node->address("grpc"), folder_ / "data", "steward.token"), node::v1::ROLE_CASEWORKER);
  std::set<std::string> checked;
  int hits = 0;
  for (int kill = 0; hits < kKills && kill < 3 * kKills; ++kill) {
    const NodeClient caseworker = Client(*node, token);
    hits += RunUntilKilled(*node, caseworker, work, absl::Milliseconds(5 + engine() % 90));
    node = StartNode();
    ASSERT_NE(node, nullptr) << "after kill " << kill;
    const NodeClient after = Client(*node, token);
    for (const std::string& name : work.written()) {
      if (!checked.insert(name).second) continue;
      node::v1::GetMemberRequest get;
      get.set_name(name);
      node::v1::Member member;
      ASSERT_THAT(after.Call(*after.members, &node::v1::MemberService::Stub::GetMember, get, &member), IsOk())
          << "acknowledged and lost, kill " << kill;
    }
  }
  // What was open is asked once more, then everything is counted.
  const NodeClient caseworker = Client(*node, token);
  for (int writer = 0; writer < kWriters; ++writer) {
    node::v1::Member member;
    ASSERT_THAT(caseworker.Call(*caseworker.members, &node::v1::MemberService::Stub::CreateMember,
                                work.NextWrite(writer), &member),
                IsOk());
    work.Acknowledge(writer);
  }
  ImportRecordsResponse imported;
  ASSERT_THAT(Import(caseworker, work.NextImport(), &imported), IsOk());
  work.AcknowledgeImport();
  size_t members = 0;
  node::v1::ListMembersRequest list;
  list.set_page_size(200);
  do {
    node::v1::ListMembersResponse page;
    ASSERT_THAT(caseworker.Call(*caseworker.members, &node::v1::MemberService::Stub::ListMembers, list, &page), IsOk());
    members += static_cast<size_t>(page.members_size());
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(members, work.written().size() + static_cast<size_t>(work.imported_rows()));
  const NodeClient operator_client = NodeClient::OfFolder(node->address("grpc"), folder_ / "data", "operator.token");
  node::v1::VerifyStoreResponse verified;
  EXPECT_THAT(operator_client.Call(*operator_client.operators, &node::v1::OperatorService::Stub::VerifyStore,
                                   node::v1::VerifyStoreRequest(), &verified),
              IsOk());
  std::printf("kills that hit work in flight: %d; members: %zu; records verified: %lld\n", hits, members,
              static_cast<long long>(verified.records()));
  EXPECT_GE(hits, kKills);
  EXPECT_EQ(node->Stop(), 0);
}

}  // namespace
}  // namespace aangan

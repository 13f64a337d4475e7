// SPDX-License-Identifier: Apache-2.0
// What a call brought or took in plain text has left the memory of a node ten seconds later, although the node runs on
// and the client keeps its connection: a memory image, a swap file or a core dump then holds nobody's name.
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/digest.h"
#include "storage/engine/keyring.h"
#include "storage/engine/master_key.h"
#include "storage/node/member_facts.h"
#include "storage/node/node_store.h"
#include "tests/support/canaries.h"
#include "tests/support/daemon_process.h"
#include "tests/support/https_client.h"
#include "tests/support/key_lock.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/process_memory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/swap_file.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::IsOk;
using tests::NodeClient;

constexpr absl::Duration kGoneWithin = absl::Seconds(10);

class PlainText : public ::testing::Test {
 protected:
  PlainText() {
    options_ = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path());
    node_ = DaemonProcess::Start(options_);
  }
  NodeClient Caseworker(const std::string& token) const {
    return {tests::OpenChannel(node_->address("grpc"),
                               {tests::ReadAll(options_.data_folder + "/tls/authority.pem"), "", ""}),
            token};
  }
  NodeClient Steward() const {
    return NodeClient::OfFolder(node_->address("grpc"), options_.data_folder, "steward.token");
  }
  std::string NewToken() const { return tests::TokenFor(Steward(), node::v1::ROLE_CASEWORKER); }
  // Of a node that is stopped.
  std::string MemberKey(const std::string& member) const {
    const storage::KeyLock lock{storage::KeyProtection::kByKeyFile, SecretBytes::Copy(AsBytes(tests::kKeyFileBytes))};
    const SystemClock clock;
    SystemRandom random;
    storage::node::StoreOptions store_options{options_.data_folder, &clock, &random, &lock, 1u << 20};
    const auto store = storage::node::NodeStore::Open(store_options);
    auto master = storage::OpenMasterKey(options_.data_folder + "/master_key", lock);
    const auto name = model::ParseRecordName(model::RecordKind::kMember, member, "member");
    if (!store.ok() || !master.ok() || !name.ok()) return "";
    storage::Keyring keyring(*std::move(master));
    const auto key = storage::node::MemberFactsLoader(&keyring).KeyOf(*(*store)->TakeSnapshot(), name->member);
    return key.ok() ? std::string(AsText(key->span())) : "";
  }

  const tests::TempDir folder_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> node_;
};

TEST_F(PlainText, IsGoneFromMemoryTenSecondsAfterTheCall) {
  ASSERT_NE(node_, nullptr);
  const NodeClient client = Caseworker(NewToken());
  std::string errors;
  const std::vector<std::string> names = tests::FillWithCanaries(client, Steward(), "2026Q1", &errors);
  node::v1::GetMemberRequest get;
  get.set_name(names.front());
  node::v1::Member member;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::GetMember, get, &member), IsOk());
  ASSERT_EQ(member.details().full_name(), "Zanaryfullname");
  node::v1::ListMembersResponse members;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::ListMembers, {}, &members), IsOk());
  ASSERT_EQ(members.members_size(), 2);
  // A search, after which the index of names stays in memory: it holds neither a name nor its folded form.
  node::v1::SearchMembersRequest search;
  search.set_query("ZANARYfull");
  node::v1::SearchMembersResponse found;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::SearchMembers, search, &found), IsOk());
  ASSERT_EQ(found.members_size(), 1);

  std::vector<std::string> needles = tests::Canaries();
  needles.push_back(search.query());
  for (const std::string& canary : tests::Canaries()) needles.push_back(absl::AsciiStrToLower(canary));
  needles.push_back(absl::AsciiStrToLower(search.query()));
  std::vector<size_t> left;
  const bool gone = tests::Eventually(kGoneWithin, [&] {
    left = tests::FoundInMemory(node_->pid(), needles);
    return left.empty();
  });
  for (const size_t i : left) ADD_FAILURE() << needles[i] << " is still in memory";
  EXPECT_TRUE(gone);
  // The test of the test: what the node keeps in memory on purpose is found by the same search.
  EXPECT_FALSE(tests::FoundInMemory(node_->pid(), {options_.data_folder}).empty());
  EXPECT_EQ(node_->Stop(), 0);
}

// The same of calls in JSON over HTTPS, while the connection stays open: what its buffers held goes with the answer.
TEST_F(PlainText, OfCallsOverHttpsIsGoneAsSoon) {
  ASSERT_NE(node_, nullptr);
  const std::string token = NewToken();
  std::string errors;
  const std::string member = tests::FillWithCanaries(Caseworker(token), Steward(), "2026Q1", &errors).front();
  const auto connection =
      tests::HttpsConnection::Open({node_->address("https"), options_.data_folder + "/tls/authority.pem", "127.0.0.1"});
  ASSERT_NE(connection, nullptr);
  const auto ask = [&](const std::string& rpc, const std::string& body) {
    connection->Send(tests::Written(tests::JsonCall("/aangan.node.v1.MemberService/" + rpc, token, body)));
    return connection->Receive().value_or(tests::HttpsAnswer());
  };
  const tests::HttpsAnswer made =
      ask("CreateMember", R"({"member": {"birthYear": 1990, "gender": "woman", "enrolmentQuarter": "2026Q1",)"
                          R"( "details": {"fullName": "Zanaryoverhttps", "notes": "Zanarynotesoverhttps"}}})");
  ASSERT_EQ(made.status, 200) << made.body;
  // Refused, because its key is unknown; and because it is no JSON.
  ASSERT_EQ(ask("CreateMember", R"({"member": {"Zanaryunknownkey": "Zanaryunknownvalue"}})").status, 400);
  ASSERT_EQ(ask("CreateMember", R"({"Zanarybrokenkey": "Zanarybrokenvalue)").status, 400);
  // Last of all, so that no later answer takes the place of this one.
  const std::string hers = ask("GetMember", absl::StrCat(R"({"name": ")", member, R"("})")).body;
  ASSERT_NE(hers.find("Zanaryfullname"), std::string::npos) << hers;
  std::vector<std::string> needles = tests::Canaries();
  for (const char* each : {"Zanaryoverhttps", "Zanarynotesoverhttps", "Zanaryunknownkey", "Zanaryunknownvalue",
                           "Zanarybrokenkey", "Zanarybrokenvalue"})
    needles.emplace_back(each);
  std::vector<size_t> left;
  tests::Eventually(kGoneWithin, [&] {
    left = tests::FoundInMemory(node_->pid(), needles);
    return left.empty();
  });
  for (const size_t i : left) ADD_FAILURE() << needles[i] << " is still in memory";
  EXPECT_EQ(node_->Stop(), 0);
}

// The key of a member lies in locked pages, which go neither to swap nor into a dump; a call that uses it leaves no
// copy behind, and her erasure none at all.
TEST_F(PlainText, KeysOfMembersLieInLockedPagesAloneAndGoWithThem) {
  ASSERT_NE(node_, nullptr);
  const std::string token = NewToken();
  std::string errors;
  const std::string member = tests::FillWithCanaries(Caseworker(token), Steward(), "2026Q1", &errors).front();
  ASSERT_EQ(node_->Stop(), 0);
  const std::vector<std::string> key = {MemberKey(member)};
  ASSERT_EQ(key.front().size(), storage::kSealKeyBytes);

  node_ = DaemonProcess::Start(options_);
  ASSERT_NE(node_, nullptr);
  const NodeClient client = Caseworker(token);
  node::v1::GetMemberRequest get;
  get.set_name(member);
  node::v1::Member found;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::GetMember, get, &found), IsOk());
  EXPECT_EQ(tests::FoundInMemory(node_->pid(), key, tests::Pages::kLocked), std::vector<size_t>{0});
  EXPECT_TRUE(tests::FoundInMemory(node_->pid(), key, tests::Pages::kUnlocked).empty());

  node::v1::DeleteMemberRequest erase;
  erase.set_name(member);
  erase.set_etag(found.etag());
  google::protobuf::Empty none;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::DeleteMember, erase, &none), IsOk());
  EXPECT_TRUE(tests::Eventually(kGoneWithin, [&] { return tests::FoundInMemory(node_->pid(), key).empty(); }));
  EXPECT_EQ(node_->Stop(), 0);
}

// What the kernel may write to a swap file of a node that has done its work: neither her name nor a key.
TEST_F(PlainText, NothingOfItReachesASwapFile) {
  ASSERT_NE(node_, nullptr);
  const auto swap = tests::SwapFile::Make(folder_ / "swap", 96 << 20);
  if (swap == nullptr) GTEST_SKIP() << "this machine lets no swap file in";
  const NodeClient client = Caseworker(NewToken());
  SystemRandom random;
  node::v1::CreateMemberRequest create;
  *create.mutable_member() = tests::SomeMember();
  // A name of its own, because other tests may be swapped into the same file.
  const std::string name = absl::StrCat("Zanary", absl::Hex(random.Uint64(), absl::kZeroPad16));
  create.mutable_member()->mutable_details()->set_full_name(name);
  node::v1::Member member;
  ASSERT_THAT(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, create, &member), IsOk());
  ASSERT_TRUE(tests::Eventually(kGoneWithin, [&] { return tests::FoundInMemory(node_->pid(), {name}).empty(); }));
  if (!swap->SwapOut(node_->pid())) GTEST_SKIP() << "this machine's kernel does not swap a process out when asked";
  const std::string swapped = swap->Contents();
  const storage::KeyLock lock{storage::KeyProtection::kByKeyFile, SecretBytes::Copy(AsBytes(tests::kKeyFileBytes))};
  const auto master = storage::OpenMasterKey(options_.data_folder + "/master_key", lock);
  ASSERT_THAT(master, IsOk());
  ASSERT_EQ(node_->Stop(), 0);
  const std::vector<std::string> needles = {name, std::string(AsText(master->span())), MemberKey(member.name())};
  EXPECT_TRUE(tests::FoundInBytes(swapped, needles).empty());
  // The test of the test: it was swapped out, with what it keeps on purpose.
  EXPECT_FALSE(tests::FoundInBytes(swapped, {options_.data_folder}).empty());
}

}  // namespace
}  // namespace aangan

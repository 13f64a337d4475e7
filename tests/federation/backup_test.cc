// SPDX-License-Identifier: Apache-2.0
// Backup, restore on another computer and erasure, with the real daemon and the real command.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/canaries.h"
#include "tests/support/command_line.h"
#include "tests/support/daemon_process.h"
#include "tests/support/key_lock.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fs = std::filesystem;
using absl::StrContains;
using node::v1::MemberService;
using tests::DaemonProcess;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() {
    node_ = StartNode("data");
    casework_ = std::make_unique<NodeClient>(Caseworker(*node_, "data"));
  }
  std::unique_ptr<DaemonProcess> StartNode(const std::string& data) {
    DaemonProcess::Options options = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder_.path(), data);
    auto started = DaemonProcess::Start(options);
    if (started == nullptr) std::abort();
    return started;
  }
  NodeClient Steward(const DaemonProcess& node, const std::string& data) const {
    return NodeClient::OfFolder(node.address("grpc"), folder_ / data, "steward.token");
  }
  NodeClient Caseworker(const DaemonProcess& node, const std::string& data) const {
    const std::string token = tests::TokenFor(Steward(node, data), node::v1::ROLE_CASEWORKER);
    const std::string path = folder_ / absl::StrCat(data, ".caseworker");
    std::ofstream(path) << token;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    tests::TlsFiles tls;
    tls.authority_pem = tests::ReadAll(folder_ / data + "/tls/authority.pem");
    return NodeClient(tests::OpenChannel(node.address("grpc"), tls), token);
  }
  // What the command prints on both ends, and its exit code behind.
  std::string Command(const std::string& words, const std::string& data = "data") const {
    return tests::Printed(absl::StrCat(AANGAN_COMMAND, " ", words, " --data ", folder_ / data, " </dev/null"));
  }
  std::string BackUp(const std::string& keys = "stick") const {
    return Command(absl::StrCat("backup --to ", folder_ / "backup", " --keys-to ", folder_ / keys, " --label ", keys));
  }
  std::string Restore(const std::string& into, const std::string& keys = "stick", const std::string& more = "") const {
    return Command(absl::StrCat("restore --from ", folder_ / "backup", " --keys-from ", folder_ / keys, " --key-file ",
                                key_file_, " ", more),
                   into);
  }
  node::v1::Member Enrol() const {
    node::v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    *request.add_consents() = tests::CountedConsent();
    node::v1::Member member;
    EXPECT_THAT(casework_->Call(*casework_->members, &MemberService::Stub::CreateMember, request, &member), IsOk());
    return member;
  }
  static absl::Status Read(const NodeClient& client, const std::string& name) {
    node::v1::GetMemberRequest request;
    request.set_name(name);
    node::v1::Member member;
    return client.Call(*client.members, &MemberService::Stub::GetMember, request, &member);
  }
  std::string Erase(const std::string& name, const std::string& more) const {
    return Command(absl::StrCat("erase ", name, " --token-file ", folder_ / "data.caseworker", " ", more));
  }

  const tests::TempDir folder_;
  const std::string key_file_ = folder_ / "key";
  std::unique_ptr<DaemonProcess> node_;
  std::unique_ptr<NodeClient> casework_;
};

TEST_F(BackupTest, ABackupDuringWritesIsRestoredElsewhereAndVerifies) {
  const node::v1::Member first = Enrol();
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    while (!stop) Enrol();
  });
  const std::string done = BackUp();
  stop = true;
  writing.join();
  EXPECT_TRUE(StrContains(done, "read back")) << done;
  EXPECT_TRUE(StrContains(done, "code 0")) << done;
  EXPECT_TRUE(StrContains(Command(absl::StrCat("backup verify --from ", folder_ / "backup")), "code 0"));
  EXPECT_TRUE(StrContains(Command("backup list --output json"), "\"backups/1\""));
  EXPECT_EQ(node_->Stop(), 0);

  const std::string restored = Restore("again");
  ASSERT_TRUE(StrContains(restored, "code 0")) << restored;
  EXPECT_FALSE(fs::exists(folder_ / "again/once"));
  EXPECT_FALSE(fs::exists(folder_ / "again/round_keys"));
  const auto again = StartNode("again");
  const std::string verified = Command("verify", "again");
  EXPECT_TRUE(StrContains(verified, "code 0")) << verified;
  const NodeClient casework = Caseworker(*again, "again");
  EXPECT_THAT(Read(casework, first.name()), IsOk());
  // It knows what it is: it sits out what had begun, and its old tokens are gone with the old computer.
  EXPECT_TRUE(StrContains(Command("status --output json", "again"), "\"restore_time\": \"20"));
  EXPECT_EQ(again->Stop(), 0);
}

TEST_F(BackupTest, WhoWasErasedStaysErasedAndTheReceiptNamesTheOldKeyFile) {
  const node::v1::Member erased = Enrol();
  const node::v1::Member other = Enrol();
  ASSERT_TRUE(StrContains(BackUp("old_stick"), "code 0"));
  EXPECT_TRUE(StrContains(Erase(erased.name(), ""), "not confirmed"));
  const std::string dry = Erase(erased.name(), "--dry-run");
  EXPECT_TRUE(StrContains(dry, "old_stick of 20") && StrContains(dry, "Nothing was changed")) << dry;
  EXPECT_THAT(Read(*casework_, erased.name()), IsOk());
  const std::string receipt = Erase(erased.name(), "--yes");
  EXPECT_TRUE(StrContains(receipt, "old_stick of 20") && StrContains(receipt, "may still be there")) << receipt;
  EXPECT_TRUE(StrContains(receipt, "backups/1 of 20")) << receipt;
  EXPECT_TRUE(StrContains(receipt, "code 0")) << receipt;
  const auto gone = HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound);
  EXPECT_THAT(Read(*casework_, erased.name()), gone);

  ASSERT_TRUE(
      StrContains(Command(absl::StrCat("backup --keys-to ", folder_ / "new_stick", " --label new_stick")), "code 0"));
  fs::copy(folder_ / "old_stick", folder_ / "copy_that_nobody_knew_of");
  const std::string old_new = Restore("old_bulk_new_keys", "new_stick");
  ASSERT_TRUE(StrContains(old_new, "1 members were erased since")) << old_new;
  ASSERT_TRUE(StrContains(Restore("old_bulk_old_keys", "copy_that_nobody_knew_of"), "code 0"));
  // A key file is written over the old one: the receipt says so from then on.
  ASSERT_TRUE(
      StrContains(Command(absl::StrCat("backup --keys-to ", folder_ / "old_stick", " --label old_stick")), "code 0"));
  const std::string later = Command(absl::StrCat("receipt ", erased.name()));
  EXPECT_TRUE(StrContains(later, ", overwritten 20")) << later;
  EXPECT_FALSE(StrContains(later, "may still be there")) << later;
  EXPECT_EQ(node_->Stop(), 0);

  for (const auto& [data, can_read_her] : {std::pair("old_bulk_new_keys", false), {"old_bulk_old_keys", true}}) {
    const auto again = StartNode(data);
    const NodeClient casework = Caseworker(*again, data);
    EXPECT_EQ(Read(casework, erased.name()).ok(), can_read_her) << data;
    EXPECT_THAT(Read(casework, other.name()), IsOk());
    EXPECT_TRUE(StrContains(Command("verify", data), "code 0")) << data;
    EXPECT_EQ(again->Stop(), 0);
  }
}

TEST_F(BackupTest, ADamagedOrOlderBackupIsRefusedOrNamed) {
  Enrol();
  ASSERT_TRUE(StrContains(BackUp(), "code 0"));
  Enrol();
  ASSERT_TRUE(StrContains(BackUp(), "code 0"));
  ASSERT_TRUE(StrContains(BackUp(), "code 0"));  // so that the key file knows of the second
  EXPECT_EQ(node_->Stop(), 0);

  EXPECT_TRUE(StrContains(Restore("data"), "nothing is restored over it"));
  fs::rename(folder_ / "backup/generations/0000000003", folder_ / "third");
  fs::rename(folder_ / "backup/generations/0000000002", folder_ / "second");
  const std::string older = Restore("again");
  EXPECT_TRUE(StrContains(older, "Backup 1 is of 20")) << older;
  EXPECT_TRUE(StrContains(older, "newest that is known is backup 3 of 20")) << older;
  EXPECT_TRUE(StrContains(older, "code 1") && !fs::exists(folder_ / "again")) << older;
  EXPECT_TRUE(StrContains(Restore("older", "stick", "--accept-older"), "code 0"));

  fs::rename(folder_ / "third", folder_ / "backup/generations/0000000003");
  for (const auto& file : fs::directory_iterator(folder_ / "backup/files"))
    fs::resize_file(file.path(), fs::file_size(file.path()) - 1);
  const std::string cut = Restore("again");
  EXPECT_TRUE(StrContains(cut, "cut, changed") && StrContains(cut, "code 1")) << cut;
  EXPECT_FALSE(fs::exists(folder_ / "again"));
  EXPECT_FALSE(fs::exists(folder_ / "again.restoring"));
}

// Nothing personal in any file of the node, its backup or its key file, in any form.
TEST_F(BackupTest, NoCopyHoldsAPersonalText) {
  std::string errors;
  ASSERT_FALSE(tests::FillWithCanaries(*casework_, Steward(*node_, "data"), "2026Q3", &errors).empty());
  ASSERT_TRUE(StrContains(BackUp(), "code 0"));
  EXPECT_EQ(node_->Stop(), 0);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    EXPECT_EQ(tests::FoundIn(tests::ReadAll(entry.path())), "") << entry.path();
  }
  EXPECT_GT(files, 20);
}

TEST_F(BackupTest, PlacesThatMakeNoSenseAreRefused) {
  EXPECT_TRUE(StrContains(Command("backup --to relative/folder"), "absolute path"));
  EXPECT_TRUE(StrContains(Command(absl::StrCat("backup --to ", folder_ / "data/main/..", "/backup")), "absolute path"));
  EXPECT_TRUE(StrContains(Command(absl::StrCat("backup --to ", folder_ / "not_plugged_in/backup")), "that is there"));
  EXPECT_FALSE(fs::exists(folder_ / "not_plugged_in"));
  ASSERT_TRUE(StrContains(Command(absl::StrCat("backup --to ", folder_ / "backup")), "code 0"));
  EXPECT_TRUE(StrContains(Command(absl::StrCat("backup --keys-to ", folder_ / "backup", " --label stick")),
                          "apart from the backups"));
  EXPECT_TRUE(StrContains(Command(absl::StrCat("backup --keys-to ", folder_ / "stick", " --label 'Anita Sharma'")),
                          "must be a slug"));
  EXPECT_TRUE(
      StrContains(Command(absl::StrCat("backup verify --from ", folder_ / "nothing", " --generation 7")), "code 1"));
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// Canaries in every personal field of every record of a real node: none of them is in its log, in an error, in its
// metrics and probes, or on its disk, in whatever form (plain, UTF-16, hexadecimal, base64).
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/escaping.h"
#include "tests/support/canaries.h"
#include "tests/support/daemon_process.h"
#include "tests/support/https_client.h"
#include "tests/support/lone_node.h"
#include "tests/support/node_client.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

using tests::DaemonProcess;
using tests::NodeClient;

TEST(Egress, TheFormsAreFoundWhereTheyAre) {
  EXPECT_EQ(tests::FoundIn("..Zanarycontact.."), "Zanarycontact");
  for (size_t shift = 0; shift < 3; ++shift)
    EXPECT_EQ(tests::FoundIn(absl::Base64Escape(std::string(shift + 3, 'q') + "Zanaryaddress and more")),
              "Zanaryaddress");
  EXPECT_EQ(tests::FoundIn("nothing"), "");
}

void ExpectNoneIn(const std::string& folder) {
  int files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    // The ballast is one byte over and over, kept to be given back when the disk is full.
    if (!file.is_regular_file() || file.path().filename() == "ballast") continue;
    ++files;
    EXPECT_EQ(tests::FoundIn(tests::ReadAll(file.path())), "") << file.path().filename();
  }
  EXPECT_GT(files, 5);
}

TEST(Egress, NoPersonalTextInLogsErrorsOrOnDisk) {
  const tests::TempDir folder;
  DaemonProcess::Options options = tests::LoneNode(AANGAN_NODE_UNDER_TEST, folder.path());
  std::unique_ptr<DaemonProcess> node = DaemonProcess::Start(options);
  ASSERT_NE(node, nullptr);
  const NodeClient steward = NodeClient::OfFolder(node->address("grpc"), options.data_folder, "steward.token");
  const NodeClient client(
      tests::OpenChannel(node->address("grpc"), {tests::ReadAll(options.data_folder + "/tls/authority.pem"), "", ""}),
      tests::TokenFor(steward, node::v1::ROLE_CASEWORKER));
  std::string errors;
  std::vector<std::string> ids;
  for (const std::string& name : tests::FillWithCanaries(client, steward, "2026Q1", &errors))
    ids.push_back(name.substr(name.rfind('/') + 1));
  ASSERT_FALSE(ids.empty());
  EXPECT_NE(errors, "");
  EXPECT_EQ(tests::FoundIn(errors), "");
  // What anybody may ask of it, and what its operator may.
  const std::string operator_token = tests::ReadAll(options.data_folder + "/operator.token");
  for (const std::string path : {"/livez", "/livez?verbose", "/readyz", "/readyz?verbose", "/metrics"}) {
    const auto answer = tests::Ask({node->address("https"), options.data_folder + "/tls/authority.pem"},
                                   {"GET", path, {"Authorization: Bearer " + operator_token}});
    ASSERT_TRUE(answer.has_value()) << path;
    EXPECT_EQ(answer->status, 200) << path;
    std::string bytes = answer->body;
    for (const auto& [name, value] : answer->headers) bytes += name + ": " + value + "\n";
    EXPECT_EQ(tests::FoundIn(bytes), "") << path;
    EXPECT_EQ(tests::FoundIn(bytes, ids), "") << path;
    EXPECT_EQ(tests::FoundIn(bytes, {"MemberService"}).empty(), path != "/metrics");
    EXPECT_EQ(tests::FoundIn(bytes, {"CreateMember"}), "") << "how many members were taken in";
  }
  ExpectNoneIn(options.data_folder);  // as it runs: the log of the store, what is not flushed yet
  EXPECT_EQ(node->Stop(), 0);
  EXPECT_EQ(tests::FoundIn(tests::ReadAll(options.log_path)), "");
  ExpectNoneIn(options.data_folder);
}

}  // namespace
}  // namespace aangan

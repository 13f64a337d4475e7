// SPDX-License-Identifier: Apache-2.0
// The app of write_queue_test: FOLDER ADDRESS. Adds the writes that it has not added yet, tries to send now and then,
// and ends with 0 when all have arrived, 3 when the node can't be reached, 1 when anything is wrong. FOLDER/added has
// how many writes were acknowledged by the queue.
#include <cstdio>
#include <fstream>

#include "base/digest.h"
#include "client/node_client.h"
#include "client/write_queue.h"
#include "tests/federation/queued_writes.h"

namespace aangan {
namespace {

constexpr int kSendEvery = 250;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

int Run(const std::string& folder, const std::string& address) {
  const auto node = client::NodeClient::Open({address, folder + "/data/tls/authority.pem", "", "", folder + "/token"});
  if (!node.ok()) return Fail(node.status());
  const auto queue = client::WriteQueue::Open(folder + "/queue", AsBytes(tests::kQueueKey));
  if (!queue.ok()) return Fail(queue.status());
  const auto send = [&](const auto& method, const auto& request) { return (*node)->Call(method, request); };
  const std::string noted = tests::ReadAll(folder + "/added");
  for (int number = noted.empty() ? 0 : std::stoi(noted); number < tests::kQueuedWrites; ++number) {
    if (const auto added = (*queue)->Add(*tests::QueuedWriteOf(number)); !added.ok()) return Fail(added.status());
    std::ofstream(folder + "/added.new") << number + 1;
    std::rename((folder + "/added.new").c_str(), (folder + "/added").c_str());
    // Whether the node is there is not known until it is tried; the writes stay in either case.
    if (number % kSendEvery == kSendEvery - 1) (*queue)->Send(send).IgnoreError();
  }
  const absl::Status sent = (*queue)->Send(send);
  if (absl::IsUnavailable(sent) || absl::IsDeadlineExceeded(sent)) return 3;
  if (!sent.ok()) return Fail(sent);
  for (const auto& write : (*queue)->Writes()) return Fail(write.refusal);
  return 0;
}

}  // namespace
}  // namespace aangan

int main(int count, char** words) { return count == 3 ? aangan::Run(words[1], words[2]) : 2; }

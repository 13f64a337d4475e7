// SPDX-License-Identifier: Apache-2.0
// aangan health: see health.h.
#include "client/command/health.h"

#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/control.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace aangan::client {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using HealthStub = grpc::health::v1::Health::Stub;

constexpr absl::Duration kPatience = absl::Seconds(5);

const char* WordsOf(Health health) {
  switch (health) {
    case Health::kServing:
      return "serving";
    case Health::kNotServing:
      return "not_serving";
    case Health::kLocked:
      return "locked";
    case Health::kAway:
      return "away";
    case Health::kHidden:
      return "not_known";
  }
  return "";
}

const char* SentenceOf(Health health) {
  switch (health) {
    case Health::kServing:
      return "It runs and answers.";
    case Health::kNotServing:
      return "It runs and does not serve: it is beginning or ending. Ask again in a minute: aangan health";
    case Health::kLocked:
      return "It waits for its passphrase, or is still opening: aangan unlock";
    case Health::kAway:
      return "Nobody answers. Start it: aangan serve node, or aangan serve federation";
    case Health::kHidden:
      return "This user may not look into its data folder, so nothing is known of it. Ask again: sudo aangan health";
  }
  return "";
}

}  // namespace

Health AskHealth(const Session& session, const std::string& what) {
  const bool node = what == "node";
  const auto channel = node ? session.NodeAs("") : session.Federation();
  if (channel.ok()) {
    HealthStub stub((*channel)->grpc());
    const absl::StatusOr<HealthCheckResponse> answer =
        (*channel)->Call(&stub, &HealthStub::Check, HealthCheckRequest(), kPatience);
    if (answer.ok()) return answer->status() == HealthCheckResponse::SERVING ? Health::kServing : Health::kNotServing;
  }
  if (absl::IsPermissionDenied(channel.status())) return Health::kHidden;
  return node && NodeListens(session.node_folder()) ? Health::kLocked : Health::kAway;
}

void AddHealth(CLI::App& app, Session& session) {
  CLI::App* health = AddCommand(app, "health", "Say whether the node or the federation serves (exit code 0 or 1)",
                                "aangan health node");
  auto what = std::make_shared<std::string>("node");
  health->add_option("what", *what, "node or federation")
      ->check(CLI::IsMember({"node", "federation"}))
      ->capture_default_str();
  health->callback([&session, what] {
    session.run = [&session, what]() -> absl::StatusOr<int> {
      const Health found = AskHealth(session, *what);
      session.output().PrintObject({{"what", "health"}, {{*what, std::string(WordsOf(found))}}});
      session.output().Say(SentenceOf(found));
      return found == Health::kServing ? kExitOk : kExitFailed;
    };
  });
}

}  // namespace aangan::client

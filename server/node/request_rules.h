// SPDX-License-Identifier: Apache-2.0
// What every request about a member's records has in common: whose record it is, its id, its request_id and its page.
// Threads: pure; FinishEmpty's callback runs on the store's sequencer.
#ifndef AANGAN_SERVER_NODE_REQUEST_RULES_H_
#define AANGAN_SERVER_NODE_REQUEST_RULES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/random.h"
#include "base/status.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/message.h"
#include "model/names.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"
#include "server/shared/paging.h"
#include "storage/node/change.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// "tokens/{t}": who did it, for the audit.
std::string ActorOf(const server::Call& call);

// A caller in the role member sees and touches her own record alone. PERMISSION_DENIED (NOT_ALLOWED), before any
// look-up, so that it says nothing about whether another record is there.
absl::Status CheckOwn(const server::Call& call, const model::Id& member);

// Parses a name and checks that the caller may touch it.
absl::StatusOr<model::RecordName> NameFor(const server::Call& call, model::RecordKind kind, absl::string_view name,
                                          absl::string_view field);
// The id that the caller gave, or a new one.
absl::StatusOr<model::Id> IdOrNew(absl::string_view id, absl::string_view field, RandomSource& random);

// The message's bytes, the same for the same content.
std::string Deterministic(const google::protobuf::Message& message);

// None when the request has no request_id. INVALID_ARGUMENT when it is no UUID. The content is the request without it.
absl::StatusOr<std::optional<storage::node::RequestKey>> RequestKeyOf(const server::Call& call,
                                                                      const google::protobuf::Message& request);

using server::Page;
using server::PageLimits;

storage::node::Done FinishEmpty(server::Done<google::protobuf::Empty> done);

// Runs a step that checks and submits; its failure is the answer.
template <typename Response, typename Step>
void OrFail(const server::Done<Response>& done, Step step) {
  if (absl::Status status = step(); !status.ok()) done(status);
}

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_REQUEST_RULES_H_

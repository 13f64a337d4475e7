// SPDX-License-Identifier: Apache-2.0
// What is recorded of a member, who opened it, and what of it was ever counted: for her, in fields and in plain words.
// Threads: pure but for reading the stores. Errors: as the stores.
#ifndef AANGAN_SERVER_NODE_MEMBER_SUMMARY_H_
#define AANGAN_SERVER_NODE_MEMBER_SUMMARY_H_

#include "aangan/node/v1/grievances.pb.h"
#include "absl/status/statusor.h"
#include "server/node/summary_words.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// `member` is her record as read; `grievance_days` is how long an answer may take. Of a quarter that left, what she had
// agreed to is by the decisions recorded when it was approved; what falls into it is by the records as they stand now.
absl::StatusOr<v1::MemberSummary> Summarise(const storage::node::NodeStore& store, const storage::node::OnceStore& once,
                                            const storage::node::Found& member, model::Day today,
                                            const SummaryWords& words, int grievance_days);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_MEMBER_SUMMARY_H_

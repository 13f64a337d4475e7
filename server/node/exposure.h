// SPDX-License-Identifier: Apache-2.0
// Who is affected by a lost token or a stolen computer, read out of the audit log: names of resources, times and
// counts, never values.
//
// An entry says that something was shown to a token, not whether the person who should hold it asked for it; whoever
// has the token can besides have been shown whatever its role opens, from the moment on at which it was lost. Threads:
// pure over the store, which is thread-safe. A pass reads the whole log. Errors: those of NodeStore.
#ifndef AANGAN_SERVER_NODE_EXPOSURE_H_
#define AANGAN_SERVER_NODE_EXPOSURE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/names.h"
#include "storage/node/node_store.h"

namespace aangan::node {

inline constexpr size_t kExposedActsMax = 500;

struct ExposureTimes {
  int64_t entries = 0;
  int64_t first_us = 0;  // Unix, UTC; 0 without any
  int64_t last_us = 0;
  void Add(int64_t time_us);
};

struct ShownAndWritten {
  int64_t shown = 0;
  int64_t written = 0;
};
using ExposureCounts = std::map<v1::ExposedKind, ShownAndWritten>;

struct ExposedRecords {
  ExposureTimes times;
  ExposureCounts counts;
};

struct TokenExposure {
  bool in_log = false;  // also outside of the span
  ExposureTimes times;
  std::map<model::Id, ExposedRecords> members;
  std::vector<storage::node::AuditEntry> acts;  // oldest first
  int64_t acts_left_out = 0;
  int64_t audit_lists = 0;
};

// Half-open: from `from` on, before `until`.
struct ExposureSpan {
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

// What entries up to the one numbered `last` say of `token` ("tokens/{t}").
absl::StatusOr<TokenExposure> FollowToken(const storage::node::NodeStore& store, const std::string& token,
                                          const ExposureSpan& span, uint64_t last);

struct NodeOpennessAt {
  v1::NodeOpenness openness = v1::NODE_OPENNESS_UNSPECIFIED;
  int64_t openness_us = 0;
  int64_t last_entry_us = 0;
};
// Whether the node was open at that time, as far as entries up to the one numbered `last` say.
absl::StatusOr<NodeOpennessAt> FollowOpenness(const storage::node::NodeStore& store, absl::Time time, uint64_t last);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_EXPOSURE_H_

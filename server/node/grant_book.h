// SPDX-License-Identifier: Apache-2.0
// Grants: which sensitive domains are open to which token, of all members or, where a caseworker broke the glass in an
// emergency, of one. Kept as settings of the store, looked up on every call, so a grant that was taken away opens
// nothing from the next one on.
//
// One that is taken away opens nothing from then on, also when the store refuses to write it. Until the store has it,
// it is listed as over, can be taken away again, and Tend() tries too: a start would find it as it was.
//
// A broken glass stays in the book until a steward has acknowledged it. What is over is kept for 30 days to be seen.
// Threads: thread-safe; changes block until they are on disk.
// Errors: NOT_FOUND; FAILED_PRECONDITION (WRONG_STATE); RESOURCE_EXHAUSTED (TOO_MANY).
#ifndef AANGAN_SERVER_NODE_GRANT_BOOK_H_
#define AANGAN_SERVER_NODE_GRANT_BOOK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/node/node_store.h"

namespace aangan::node {

inline constexpr size_t kGrantsMax = 20'000;
inline constexpr int kBrokenGlassesMax =
    10;  // in force at a time, a token: nobody reads a whole collective by breaking
inline constexpr absl::Duration kGrantLifeMax = absl::Hours(24 * 90);
inline constexpr absl::Duration kBrokenGlassLifeMax = absl::Hours(4);

struct GrantRecord {
  std::string token;  // id
  std::string id;
  std::string domain;  // code
  int64_t create_time_us = 0;
  int64_t expire_time_us = 0;
  std::string created_by;  // "tokens/{t}"
  // Of a broken glass:
  std::string member;  // "members/{m}"; empty: a grant for all members
  uint8_t reason = 0;  // as aangan.node.v1.BreakGlassReason
  int64_t acknowledge_time_us = 0;
};
std::string GrantName(const GrantRecord& grant);  // "tokens/{t}/grants/{g}"

class GrantBook {
 public:
  // All outlive it.
  static absl::StatusOr<std::unique_ptr<GrantBook>> Open(storage::node::NodeStore* store, const Clock* clock,
                                                         RandomSource* random);

  struct Wish {
    std::string token;
    std::string domain;
    absl::Time until;
    std::string member;  // of a broken glass
    uint8_t reason = 0;
  };
  absl::StatusOr<GrantRecord> Give(const Wish& wish, const std::string& actor);
  absl::Status Take(const std::string& name, const std::string& actor);
  absl::StatusOr<GrantRecord> Acknowledge(const std::string& name, const std::string& actor);

  // `member` is "members/{m}".
  bool IsOpen(absl::string_view token, absl::string_view domain, absl::string_view member) const;
  std::vector<std::string> DomainsOf(const std::string& token) const;  // open for all members now
  bool HasOpen(const std::string& token) const;                        // any, a broken glass too
  bool HasUnacknowledged() const;
  // By name after `after`; of one token, or of all where it is empty.
  std::vector<GrantRecord> List(const std::string& token, const std::string& after, size_t limit) const;

  // Removes what was taken away and is still on disk, what has long been over, and grants of tokens that are gone.
  absl::Status Tend(const std::function<bool(const std::string&)>& is_token);

 private:
  GrantBook(storage::node::NodeStore* store, const Clock* clock, RandomSource* random)
      : store_(store), clock_(clock), random_(random) {}
  absl::Status Load();
  absl::Status Store(storage::node::Action action, const GrantRecord& grant, const std::string& actor);
  absl::StatusOr<GrantRecord> Find(const std::string& name) const;
  absl::Status Remove(storage::node::Action action, const std::string& name, const std::string& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);

  storage::node::NodeStore* const store_;
  const Clock* const clock_;
  RandomSource* const random_;
  absl::Mutex writing_;  // one change at a time; before mutex_
  mutable absl::Mutex mutex_;
  std::map<std::string, GrantRecord> grants_ ABSL_GUARDED_BY(mutex_);  // by name
  // By name: taken away as what and by whom, which is not on disk yet.
  std::map<std::string, std::pair<storage::node::Action, std::string>> taken_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_GRANT_BOOK_H_

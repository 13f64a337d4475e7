// SPDX-License-Identifier: Apache-2.0
// Permits: the second person's yes. One token asks, with the very request that it wants to make; another one, of a
// steward or auditor, says yes; the first uses it once, within 24 hours, and as long as nobody ended the second's
// token.
//
// The node knows tokens, not people: whoever holds two of them says yes to herself, and the audit shows both. A
// collective of one person gets no permit at all.
// Threads: thread-safe; changes block until they are on disk.
// Errors: NOT_FOUND; PERMISSION_DENIED (PERMIT_NEEDED, NOT_ALLOWED); FAILED_PRECONDITION (WRONG_STATE);
// RESOURCE_EXHAUSTED (TOO_MANY).
#ifndef AANGAN_SERVER_NODE_PERMIT_BOOK_H_
#define AANGAN_SERVER_NODE_PERMIT_BOOK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aangan/node/v1/permits.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/random.h"
#include "google/protobuf/message.h"
#include "server/node/token_book.h"
#include "server/shared/door.h"
#include "storage/node/node_store.h"

namespace aangan::node {

inline constexpr size_t kPermitsMax = 1000;
inline constexpr int kPermitsWaitingMax = 20;  // of one asker
inline constexpr absl::Duration kPermitLife = absl::Hours(24);

// What a step needs a yes for. The subject tells the second person what she allows; the digest ties the yes to one
// request.
struct PermitNeed {
  v1::PermitKind kind = v1::PERMIT_KIND_UNSPECIFIED;
  std::string subject;  // resource name
  Digest request_digest{};
};
// Of a request: its digest is over all of it but the fields `permit` and `request_id`.
PermitNeed NeedOf(v1::PermitKind kind, std::string subject, const google::protobuf::Message& request);

struct PermitRecord {
  std::string id;
  PermitNeed need;
  std::string asked_by;     // "tokens/{t}"
  std::string approved_by;  // empty until then
  int64_t create_time_us = 0;
  int64_t expire_time_us = 0;
  bool used = false;
};

class PermitBook {
 public:
  // All outlive it.
  static absl::StatusOr<std::unique_ptr<PermitBook>> Open(storage::node::NodeStore* store, const TokenBook* tokens,
                                                          const Clock* clock, RandomSource* random);

  absl::StatusOr<PermitRecord> Ask(const PermitNeed& need, const std::string& actor);
  absl::StatusOr<PermitRecord> Approve(const std::string& name, const std::string& actor);
  // Spends the permit for this step, before it is taken; a step that then fails needs another one. PERMISSION_DENIED
  // (PERMIT_NEEDED) with kind, subject and digest when the name is empty, or the permit is another caller's, of another
  // step, not approved, used or over, or the token that approved it was ended.
  absl::Status Use(const PermitNeed& need, const server::Call& call, absl::string_view permit_name);

  // The token of "tokens/{t}" was ended, or its secret from one moment to the next: what it said yes to, and was not
  // used yet, is over, also when the store refuses to write it; Tend() tries again.
  absl::Status Withdraw(const std::string& approved_by, const std::string& actor);

  v1::PermitState StateOf(const PermitRecord& permit) const;
  bool HasWaiting() const;
  // By name after `after`; of one asker, or of all where it is empty.
  std::vector<PermitRecord> List(const std::string& asked_by, const std::string& after, size_t limit) const;
  // Writes what was withdrawn and removes what has long been over.
  absl::Status Tend();

 private:
  PermitBook(storage::node::NodeStore* store, const TokenBook* tokens, const Clock* clock, RandomSource* random)
      : store_(store), tokens_(tokens), clock_(clock), random_(random) {}
  absl::Status Load();
  absl::Status Store(storage::node::Action action, const PermitRecord& permit, const std::string& actor);
  absl::StatusOr<PermitRecord> Find(const std::string& name) const;
  bool Counts(absl::string_view actor) const;  // its token was not ended
  absl::Status StoreWithdrawn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);

  storage::node::NodeStore* const store_;
  const TokenBook* const tokens_;
  const Clock* const clock_;
  RandomSource* const random_;
  absl::Mutex writing_;  // one change at a time; before mutex_
  mutable absl::Mutex mutex_;
  std::map<std::string, PermitRecord> permits_ ABSL_GUARDED_BY(mutex_);   // by name
  std::map<std::string, std::string> withdrawn_ ABSL_GUARDED_BY(mutex_);  // name: by whom, which is not on disk yet
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_PERMIT_BOOK_H_

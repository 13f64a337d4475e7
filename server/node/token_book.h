// SPDX-License-Identifier: Apache-2.0
// The node's tokens: who may call. Kept as settings of the store, one a token, with an audit entry for each that is
// made, rotated or ended; looked up on every call, so an ended token is refused from the next one on. The day on which
// a token was last used is noted in memory and written by Tend(), at most once a day a token.
//
// A token that is ended opens nothing from then on, also when the store refuses to write it. Until the store has it, it
// is listed, can be ended again, and Tend() tries too: a start would find it as it was.
//
// Tokens of stewards and auditors are the second persons of server/node/permit_book. One that ended, or whose time is
// over, counts for a week more: whoever ends the other's token does not thereby decide alone the next minute.
//
// The first start makes two, an operator's and a steward's, and leaves them in <data>/operator.token and
// <data>/steward.token (mode 0600).
// Threads: thread-safe; making and ending block until they are on disk.
// Errors: UNAUTHENTICATED (BAD_TOKEN); NOT_FOUND; RESOURCE_EXHAUSTED (TOO_MANY).
#ifndef AANGAN_SERVER_NODE_TOKEN_BOOK_H_
#define AANGAN_SERVER_NODE_TOKEN_BOOK_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/shared/caller.h"
#include "server/shared/tokens.h"
#include "storage/node/node_store.h"

namespace aangan::node {

inline constexpr size_t kTokensMax = 10'000;
inline constexpr absl::Duration kSecondPersonStays = absl::Hours(24 * 7);
inline constexpr absl::Duration kExpiredTokenStays = absl::Hours(24 * 30);

class TokenBook final : public server::Callers {
 public:
  // All outlive it. Makes the first two tokens when the store holds none.
  static absl::StatusOr<std::unique_ptr<TokenBook>> Open(const std::string& folder, storage::node::NodeStore* store,
                                                         const Clock* clock, RandomSource* random);

  absl::StatusOr<server::Caller> Identify(const server::Peer& peer, absl::string_view token) const override;

  // Returns the secret, shown once, and the record as it is stored.
  struct Wish {
    server::Role role = server::Role::kNobody;
    std::string title;
    std::string member;  // for kMember
    absl::Duration life;
  };
  absl::StatusOr<server::NewToken> Make(const Wish& wish, const std::string& actor);
  absl::Status End(const std::string& id, const std::string& actor);
  absl::StatusOr<server::NewToken> Rotate(const std::string& id, absl::Duration grace, const std::string& actor);
  // Tokens that have not been ended, or are ended and not on disk yet, by id, after `after`.
  std::vector<server::TokenRecord> List(const std::string& after, size_t limit) const;
  // One that has not been ended.
  absl::StatusOr<server::TokenRecord> Find(const std::string& id) const;

  // There is or was within a week a steward's or auditor's token beside this one.
  bool SecondPersonExists(const std::string& than_id) const;
  // Writes what was ended, the days of use, and removes tokens whose time has long been over.
  absl::Status Tend();

 private:
  TokenBook(storage::node::NodeStore* store, const Clock* clock, RandomSource* random)
      : store_(store), clock_(clock), random_(random) {}
  absl::Status Load();
  bool IsListed(const server::TokenRecord& record) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Store(storage::node::Action action, const server::TokenRecord& record, const std::string& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);
  absl::Status Remove(storage::node::Action action, const std::string& id, const std::string& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(writing_);

  storage::node::NodeStore* const store_;
  const Clock* const clock_;
  RandomSource* const random_;
  absl::Mutex writing_;  // one change at a time, so that what is on disk follows what is in memory; before mutex_
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, server::TokenRecord> tokens_ ABSL_GUARDED_BY(mutex_);  // by id
  std::map<std::string, std::string> ending_ ABSL_GUARDED_BY(mutex_);  // id: who ended it, which is not on disk yet
  mutable std::set<std::string> used_ ABSL_GUARDED_BY(mutex_);         // whose day of use is not on disk yet
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_TOKEN_BOOK_H_

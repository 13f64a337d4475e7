// SPDX-License-Identifier: Apache-2.0
// What was seen of each collective's node: the incarnations in which it spoke, and twins, which are two signed objects
// that no single node makes. A twin is kept with both objects, and stands in the log, where every node sees it.
//
// It excludes nobody and stops no round, and nor does an error of its own: objects are noted when their signature was
// checked, before they are taken in or refused, and the same bytes again are no news. A restored node that only goes
// forward is one more incarnation and no twin. What is kept of one collective is bounded; twins are noted once of each
// kind and period. Source: protocol.md, Restore; docs/decisions/0019. Threads: thread-safe. Errors: those of the store.
#ifndef AANGAN_SERVER_FEDERATION_INCARNATION_BOOK_H_
#define AANGAN_SERVER_FEDERATION_INCARNATION_BOOK_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/federation/log_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

// Of one collective; the oldest go first. A node makes two objects a quarter.
inline constexpr int kSeenObjectsMax = 256;
inline constexpr int kIncarnationsMax = 64;
inline constexpr int kTwinsMax = 64;  // more are not noted: people know by then

class IncarnationBook {
 public:
  // All outlive it.
  IncarnationBook(FederationStore* store, const LogBook* log, const Clock* clock)
      : store_(store), log_(log), clock_(clock) {}

  // An object whose signature verifies. What goes wrong is logged: the caller goes on.
  void Note(const std::string& collective, const v1::SeenObject& object) const;
  // Behind collective `after`, at most `limit`, by id.
  absl::StatusOr<std::vector<v1::CollectiveIncarnations>> List(const std::string& after, size_t limit) const;

 private:
  absl::Status NoteOnce(const std::string& collective, const v1::SeenObject& object) const;

  FederationStore* const store_;
  const LogBook* const log_;
  const Clock* const clock_;
};

// Takes an object that came at its receive_time into what is kept. The twin that is new with it, or one without a kind.
// An object that is known changes nothing.
v1::Twin TakeIn(const std::string& collective, const v1::SeenObject& object, store::v1::StoredIncarnations& kept);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_INCARNATION_BOOK_H_

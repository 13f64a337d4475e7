// SPDX-License-Identifier: Apache-2.0
// National releases as they were signed, each written in one commit with the step of its round: provisional ones become
// confirmed, disputed or superseded; confirmed and corrected ones never change.
//
// Numbers count without a gap, also when several servers share the store: the next number is a row that each release
// moves on. Threads: thread-safe. Errors: NOT_FOUND; those of the store.
#ifndef AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_
#define AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_

#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/signing.h"
#include "server/federation/answer_book.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/round_state.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class ReleaseBook {
 public:
  // All outlive it.
  ReleaseBook(FederationStore* store, const ResourceNames* names, const RoundBook* rounds, const SigningKey* key,
              const AnswerBook* answers, const Clock* clock)
      : store_(store), names_(names), rounds_(rounds), key_(key), answers_(answers), clock_(clock) {}

  absl::StatusOr<std::optional<v1::NationalRelease>> Find(const model::Period& quarter) const;
  absl::StatusOr<v1::NationalRelease> Get(const model::Period& quarter) const;  // NOT_FOUND
  absl::StatusOr<std::vector<v1::NationalRelease>> List() const;                // oldest period first
  // By period, with those that another number took the place of.
  absl::StatusOr<std::vector<Stored<v1::NationalRelease>>> WithSuperseded() const;
  // What follows for a frozen round from what is in, in one commit: the sum of a direct one, what the answers of a
  // summed one say. The state that it has now. ABORTED when somebody else was quicker.
  absl::StatusOr<v1::RoundState> Release(const StoredRound& frozen) const;

 private:
  struct Step;
  absl::Status SetNumber(Step& step, int64_t* number) const;
  absl::Status Put(Step& step, const v1::NationalRelease& release) const;
  absl::Status Replace(Step& step, const v1::NationalRelease& before, v1::ReleaseState state) const;
  absl::Status Fill(Step& step, const RoundGround& ground, const std::vector<int64_t>& sums,
                    RoundOutcome outcome) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const RoundBook* const rounds_;
  const SigningKey* const key_;
  const AnswerBook* const answers_;
  const Clock* const clock_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_RELEASE_BOOK_H_

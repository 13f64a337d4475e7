// SPDX-License-Identifier: Apache-2.0
// The holders' part of a summed round as the federation keeps it: what is sealed to each, their answers, and what the
// answers say together.
//
// An answer is taken once a collective and round, in one commit with its entry in the log. Fewer than k answers say
// nothing; more are interpolated by privacy/reconstruction.
// Threads: thread-safe. Errors: as AnswerService says; DATA_LOSS (DAMAGED) when a stored answer does not read.
#ifndef AANGAN_SERVER_FEDERATION_ANSWER_BOOK_H_
#define AANGAN_SERVER_FEDERATION_ANSWER_BOOK_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "absl/status/statusor.h"
#include "privacy/answer.h"
#include "privacy/reconstruction.h"
#include "server/federation/incarnation_book.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class AnswerBook {
 public:
  // All outlive it.
  AnswerBook(FederationStore* store, const ResourceNames* names, const RoundBook* rounds,
             const IncarnationBook* incarnations)
      : store_(store), names_(names), rounds_(rounds), incarnations_(incarnations) {}

  // Shares of a summed round's contributions for one holder, behind dealer `after`, at most `limit`.
  absl::StatusOr<std::vector<v1::Share>> Shares(const model::Period& quarter, const std::string& holder,
                                                const std::string& after, size_t limit) const;
  absl::StatusOr<v1::RoundState> Take(const model::Period& quarter, const std::string& collective,
                                      const std::string& answer) const;
  absl::StatusOr<std::vector<v1::Answer>> List(const model::Period& quarter, const std::string& after,
                                               size_t limit) const;
  // What all answers that are in say together.
  absl::StatusOr<privacy::Reconstruction> Reconstruct(const RoundGround& ground,
                                                      const store::v1::StoredRound& round) const;

 private:
  absl::StatusOr<v1::RoundState> TakeOnce(const model::Period& quarter, const std::string& collective,
                                          const std::string& answer) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const RoundBook* const rounds_;
  const IncarnationBook* const incarnations_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ANSWER_BOOK_H_

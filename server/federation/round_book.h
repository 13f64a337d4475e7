// SPDX-License-Identifier: Apache-2.0
// Rounds as the federation holds them: announced, filled with contributions, frozen or void, released. Each step is one
// commit on the condition that nobody else took one meanwhile, so a contribution and a freeze never pass each other by.
//
// Threads: thread-safe. Errors: NOT_FOUND; FAILED_PRECONDITION (ROUND_FROZEN, WRONG_STATE); those of the store.
#ifndef AANGAN_SERVER_FEDERATION_ROUND_BOOK_H_
#define AANGAN_SERVER_FEDERATION_ROUND_BOOK_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/rounds.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "privacy/summed_contribution.h"
#include "server/federation/catalogue_book.h"
#include "server/federation/log_book.h"
#include "server/federation/resource_names.h"
#include "server/federation/roster_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

using StoredRound = Stored<store::v1::StoredRound>;

// What a round was announced under.
struct RoundGround {
  v1::Roster roster;
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  model::Period quarter;
  Digest round_id{};
  std::optional<privacy::Holders> holders;  // of a summed round
};
// Of a whole contribution: what receipts and the freeze name it by.
Digest NameOfContribution(const RoundGround& ground, absl::string_view whole);
size_t BytesOfContribution(const RoundGround& ground);
// What the freeze does not open.
std::vector<bool> LeftOutOf(const RoundGround& ground, const store::v1::StoredRound& round);

class RoundBook {
 public:
  // All outlive it.
  RoundBook(FederationStore* store, const ResourceNames* names, const RosterBook* rosters,
            const CatalogueBook* catalogues, const LogBook* log, const SigningKey* key)
      : store_(store), names_(names), rosters_(rosters), catalogues_(catalogues), log_(log), key_(key) {}

  absl::StatusOr<std::optional<StoredRound>> Find(const model::Period& quarter) const;
  absl::StatusOr<StoredRound> Get(const model::Period& quarter) const;  // NOT_FOUND
  absl::StatusOr<std::vector<StoredRound>> List() const;                // oldest period first
  absl::StatusOr<RoundGround> GroundOf(const v1::RoundDescriptor& descriptor) const;
  // As it is served. Who has contributed is public from the start; what, never.
  absl::StatusOr<v1::Round> Describe(const store::v1::StoredRound& stored) const;

  // Computes and signs the descriptor; a summed round with the newest keys of the log. False when the round is there
  // already; FAILED_PRECONDITION (NOT_ENOUGH_KEYS) when it has to wait for keys.
  absl::StatusOr<bool> Announce(const v1::Roster& roster, const model::CompiledCatalogue& catalogue,
                                const model::Period& quarter, absl::Time now);
  // The round frozen with what is in, signed, as a row that differs from `round`; the caller commits it.
  absl::StatusOr<store::v1::StoredRound> Frozen(const StoredRound& round) const;
  // The round void, signed, in the same way.
  absl::StatusOr<store::v1::StoredRound> Voided(const StoredRound& round) const;
  // One step of a round: the row, its entry in the log, and what else belongs to it. ABORTED when something changed
  // meanwhile.
  absl::Status Replace(const StoredRound& before, const store::v1::StoredRound& after, std::vector<v1::LogEntry> log,
                       std::vector<Write> more_writes = {}, std::vector<Condition> more_conditions = {}) const;

 private:
  FederationStore* const store_;
  const ResourceNames* const names_;
  const RosterBook* const rosters_;
  const CatalogueBook* const catalogues_;
  const LogBook* const log_;
  const SigningKey* const key_;
};

v1::Freeze FreezeOf(const store::v1::StoredRound& round, const Digest& round_id);
absl::StatusOr<std::string> CanonicalVoidOf(const v1::RoundDescriptor& descriptor);
absl::StatusOr<Digest> RoundIdOf(const v1::RoundDescriptor& descriptor);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROUND_BOOK_H_

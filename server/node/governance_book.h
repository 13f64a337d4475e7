// SPDX-License-Identifier: Apache-2.0
// The collective's book of rosters and catalogues: what the federation offers, what is in force, what was decided here.
//
// The federation has no vote. Whatever it offers is checked here by signatures and rules before it has any effect: a
// roster by those of the collectives (and it must hold this node's own key), a catalogue by those of the roster in
// force and by this collective's own yes. A collective signs one successor of an epoch (with its key in
// that epoch) and one catalogue of a version (with its key in the roster in force).
//
// Offers are kept in a file, decisions in the store beside their audit entries. Source: protocol.md 1.
// Threads: thread-safe; decisions block until they are on disk.
// Errors: FAILED_PRECONDITION (NO_ROSTER, NO_CATALOGUE, WRONG_STATE); ABORTED (PROPOSAL_CHANGED); NOT_FOUND;
// INVALID_ARGUMENT (BAD_SIGNATURE, CATALOGUE_REFUSED).
#ifndef AANGAN_SERVER_NODE_GOVERNANCE_BOOK_H_
#define AANGAN_SERVER_NODE_GOVERNANCE_BOOK_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "model/catalogue.h"
#include "server/node/decisions.h"
#include "server/node/identity.h"
#include "storage/node/node_store.h"

namespace aangan::node {

struct KnownCatalogue {
  federation::v1::SignedCatalogue signed_catalogue;
  std::shared_ptr<const model::CompiledCatalogue> compiled;  // null when it breaks a rule or no roster is in force
  bool in_force = false;                                     // enough collectives have signed
  Decision decision = Decision::kNone;
};

struct KnownRoster {
  federation::v1::SignedRoster signed_roster;
  Digest digest{};
  bool in_force = false;
  bool signed_here = false;
};

class GovernanceBook {
 public:
  // All outlive it. `folder` is the data folder.
  static absl::StatusOr<std::unique_ptr<GovernanceBook>> Open(const std::string& folder,
                                                              storage::node::NodeStore* store, const Identity* identity,
                                                              const Clock* clock);

  // What the federation offers now. A roster or catalogue that breaks a rule is kept for people to see, without effect.
  // `epochs_before`: those from next_epoch() on, in order, up to the one before `roster`.
  absl::Status TakeOffers(const federation::v1::SignedRoster& roster,
                          const std::vector<federation::v1::SignedCatalogue>& catalogues,
                          std::vector<federation::v1::SignedRoster> epochs_before = {});
  // Behind the newest that was in force here.
  int32_t next_epoch() const;

  absl::StatusOr<KnownRoster> offered_roster() const;  // NOT_FOUND before the first contact
  std::optional<federation::v1::Roster> roster_in_force() const;
  // Also one that was in force before. FAILED_PRECONDITION (NO_ROSTER).
  absl::StatusOr<federation::v1::Roster> RosterOfEpoch(int32_t epoch) const;
  std::vector<KnownCatalogue> catalogues() const;  // newest version first
  // The highest version in force for the quarter, if this collective accepted it. FAILED_PRECONDITION (NO_CATALOGUE).
  absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> CatalogueFor(const model::Period& quarter) const;
  // The same whatever this collective decided: it holds shares and answers also where it contributes nothing.
  absl::StatusOr<federation::v1::Catalogue> CatalogueInForce(const model::Period& quarter) const;
  absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> CatalogueByDigest(const Digest& digest) const;

  // Notes the decision durably and returns the signature to send. `digest` is of what was looked at; `actor` for the
  // audit. A catalogue is refused (CATALOGUE_REFUSED) when a year would have two partitions with one accepted before.
  absl::StatusOr<Signature> SignRoster(absl::string_view digest, const std::string& actor);
  absl::StatusOr<Signature> AcceptCatalogue(int32_t version, absl::string_view digest, const std::string& actor);
  absl::Status RefuseCatalogue(int32_t version, const std::string& actor);
  // Compiles and checks by every rule, privacy's included, against the roster in force (or offered, before one is).
  absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> Lint(
      const federation::v1::Catalogue& catalogue) const;

  // Signatures that were decided here but that the offers do not hold yet: they are sent again with every contact.
  std::optional<std::pair<int32_t, Signature>> UnsentRosterSignature() const;
  std::vector<std::pair<int32_t, Signature>> UnsentCatalogueSignatures() const;

  // What the store shall count by: catalogues accepted here that cover the running quarter or one of the four before.
  std::vector<storage::node::CountedCatalogue> Counted() const;

 private:
  GovernanceBook(const std::string& folder, storage::node::NodeStore* store, const Identity* identity,
                 const Clock* clock);
  absl::Status Load();
  absl::Status Save() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Judge(std::vector<federation::v1::SignedRoster> epochs_before) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Follow(const std::vector<federation::v1::SignedRoster>& epochs) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckOwnEntry(const federation::v1::Roster& roster) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsSignedHere(const federation::v1::Roster& roster) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const SigningKey& RosterKey(const federation::v1::Roster& roster) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const SigningKey& CatalogueKey() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Decide(int32_t version, Decision decision, const Digest& digest, const std::string& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void KeepAccepted(std::map<int32_t, KnownCatalogue>& fresh) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::shared_ptr<const model::CompiledCatalogue>> Accepted() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<std::string> RosterIds() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  storage::node::NodeStore* const store_;
  const Identity* const identity_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  std::optional<federation::v1::SignedRoster> offered_ ABSL_GUARDED_BY(mutex_);
  std::optional<federation::v1::SignedRoster> in_force_ ABSL_GUARDED_BY(mutex_);
  std::map<int32_t, federation::v1::SignedRoster> past_ ABSL_GUARDED_BY(mutex_);  // were in force, by epoch
  std::map<int32_t, KnownCatalogue> catalogues_ ABSL_GUARDED_BY(mutex_);          // by version
  Digest saved_ ABSL_GUARDED_BY(mutex_) = {};                                     // of the file's bytes
  std::map<int32_t, Digest> rosters_signed_ ABSL_GUARDED_BY(mutex_);              // by epoch
  std::map<int32_t, std::pair<Decision, Digest>> decisions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_GOVERNANCE_BOOK_H_

// SPDX-License-Identifier: Apache-2.0
// The collective's book of rosters and catalogues.
#include "server/node/governance_book.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "model/year_places.h"
#include "server/node/catalogue_cost.h"
#include "server/node/offers_file.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::Action;
using storage::node::CountedCatalogue;
using storage::node::NoteChange;

constexpr absl::Duration kRosterLifeMax = absl::Hours(24 * 366);

absl::Status Changed() {
  return Problem(absl::StatusCode::kAborted, Reason::kProposalChanged,
                 "What the federation offers is not what was looked at. Look at it again.");
}

absl::Status NoRoster() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster, "No roster is known yet. Join and sync.");
}

absl::Status NotOffered() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "The federation offers no such thing. Sync first.");
}

absl::Status OtherSigned() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "This collective has already given its word on another one of the same number.");
}

// A roster is for a year; who proposes it does not make it longer.
absl::Status CheckExpiry(const fed::Roster& roster, absl::Time now) {
  if (model::RosterExpiry(roster) <= now + kRosterLifeMax) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "The roster would be in force for more than a year by this computer's clock. Do not sign it; ask.")
      .Field("roster.expire_time", "must be at most 366 days ahead")
      .ToStatus();
}

}  // namespace

GovernanceBook::GovernanceBook(const std::string& folder, storage::node::NodeStore* store, const Identity* identity,
                               const Clock* clock)
    : path_(absl::StrCat(folder, "/offers")), store_(store), identity_(identity), clock_(clock) {}

absl::StatusOr<std::unique_ptr<GovernanceBook>> GovernanceBook::Open(const std::string& folder,
                                                                     storage::node::NodeStore* store,
                                                                     const Identity* identity, const Clock* clock) {
  std::unique_ptr<GovernanceBook> book(new GovernanceBook(folder, store, identity, clock));
  RETURN_IF_ERROR(book->Load());
  return book;
}

absl::Status GovernanceBook::Load() {
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(Decisions decisions, ReadDecisions(*store_));
  rosters_signed_ = std::move(decisions.rosters);
  decisions_ = std::move(decisions.catalogues);
  ASSIGN_OR_RETURN(Offers offers, ReadOffers(path_));
  offered_ = std::move(offers.roster);
  in_force_ = std::move(offers.in_force);
  past_ = std::move(offers.past);
  since_us_ = std::move(offers.since_us);
  // A file of before does not say since when: at the latest since now.
  const bool is_old =
      in_force_ && since_us_.try_emplace(in_force_->roster().epoch(), absl::ToUnixMicros(clock_->Now())).second;
  if (offered_) Follow({*offered_});
  catalogues_.Load(std::move(offers.catalogues), Ground());
  return is_old ? Save() : absl::OkStatus();
}

absl::Status GovernanceBook::Save() {
  const std::string bytes = EncodeOffers({offered_, in_force_, past_, since_us_, catalogues_.ToKeep()});
  const Digest digest = Sha256(bytes);
  if (saved_ == digest) return absl::OkStatus();  // most contacts bring nothing new
  RETURN_IF_ERROR(WriteFileDurably(path_, bytes, 0600));
  saved_ = digest;
  return absl::OkStatus();
}

absl::Status GovernanceBook::CheckOwnEntry(const fed::Roster& roster) const {
  const auto membership = identity_->membership();
  const SigningKey* named = identity_->KeyIn(roster);
  // The key of the roster in force or the newest; one that was replaced does not come back.
  const bool own = membership && named != nullptr && roster.roster() == membership->roster &&
                   (named == &identity_->key() || (in_force_ && named == identity_->KeyIn(in_force_->roster()))) &&
                   roster.federation_key() == AsText(membership->federation_key);
  if (own) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster,
                 "The roster does not hold this node's key, or names another federation. Do not sign it; ask.");
}

bool GovernanceBook::IsSignedHere(const fed::Roster& roster) const {
  const auto decided = rosters_signed_.find(roster.epoch());
  const auto digest = model::RosterDigest(roster);
  return digest.ok() && decided != rosters_signed_.end() && decided->second == *digest;
}

// Epochs follow each other by the signatures of the one before. One without this node's key is passed over: it is a
// link of the chain, and nothing here goes by it.
void GovernanceBook::Follow(const std::vector<fed::SignedRoster>& epochs) {
  std::optional<fed::Roster> last = in_force_ ? std::optional<fed::Roster>(in_force_->roster()) : std::nullopt;
  for (const fed::SignedRoster& next : epochs) {
    if (last && next.roster().epoch() <= last->epoch()) continue;
    if (!model::CheckRosterSignatures(next, last ? &*last : nullptr).ok()) return;
    last = next.roster();
    if (!CheckOwnEntry(next.roster()).ok()) continue;
    // Who joins later knows the epochs before from the federation alone: its first roster is one that people here have
    // compared by telephone and signed.
    if (!in_force_ && next.roster().epoch() > 1 && !IsSignedHere(next.roster())) continue;
    if (in_force_) past_[in_force_->roster().epoch()] = *in_force_;  // its rounds end under it
    in_force_ = next;
    since_us_.try_emplace(next.roster().epoch(), absl::ToUnixMicros(clock_->Now()));
  }
}

KnownCatalogues::Ground GovernanceBook::Ground() const {
  return {in_force_ ? &in_force_->roster() : nullptr, static_cast<int>(RosterIds().size()), &decisions_};
}

std::vector<std::string> GovernanceBook::RosterIds() const {
  if (in_force_) return model::RosterCollectives(in_force_->roster());
  if (offered_) return model::RosterCollectives(offered_->roster());
  return {};
}

absl::Status GovernanceBook::TakeOffers(const fed::SignedRoster& roster,
                                        const std::vector<fed::SignedCatalogue>& catalogues,
                                        std::vector<fed::SignedRoster> epochs_before) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(model::CheckRoster(roster.roster()));
  offered_ = roster;
  epochs_before.push_back(roster);
  Follow(epochs_before);
  catalogues_.Take(catalogues, Ground());
  return Save();
}

absl::StatusOr<KnownRoster> GovernanceBook::offered_roster() const {
  absl::MutexLock lock(&mutex_);
  if (!offered_) return NotOffered();
  KnownRoster known;
  known.signed_roster = *offered_;
  ASSIGN_OR_RETURN(known.digest, model::RosterDigest(offered_->roster()));
  known.signed_here = IsSignedHere(offered_->roster());
  known.in_force = in_force_ && in_force_->roster().epoch() == offered_->roster().epoch();
  known.signed_roster.set_in_force(known.in_force);
  known.signed_roster.set_digest(std::string(AsText(known.digest)));
  return known;
}

int32_t GovernanceBook::next_epoch() const {
  absl::MutexLock lock(&mutex_);
  return in_force_ ? in_force_->roster().epoch() + 1 : 1;
}

std::optional<fed::Roster> GovernanceBook::roster_in_force() const {
  absl::MutexLock lock(&mutex_);
  return in_force_ ? std::optional<fed::Roster>(in_force_->roster()) : std::nullopt;
}

std::vector<KnownCatalogue> GovernanceBook::catalogues() const {
  absl::MutexLock lock(&mutex_);
  std::vector<KnownCatalogue> known;
  const auto& shown = catalogues_.shown();
  for (auto each = shown.rbegin(); each != shown.rend(); ++each) known.push_back(each->second);
  return known;
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::CatalogueFor(
    const model::Period& quarter) const {
  absl::MutexLock lock(&mutex_);
  // The highest version counts; refused or not decided, nothing is contributed under it.
  const KnownCatalogue* known = catalogues_.InForce(quarter);
  if (known != nullptr && known->decision == Decision::kAccepted) return known->compiled;
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue,
                 "No catalogue that this collective has accepted is in force for the quarter.");
}

absl::StatusOr<fed::Catalogue> GovernanceBook::CatalogueInForce(const model::Period& quarter) const {
  absl::MutexLock lock(&mutex_);
  const KnownCatalogue* known = catalogues_.InForce(quarter);
  if (known != nullptr) return known->signed_catalogue.catalogue();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue, "No catalogue is in force for it.");
}

absl::StatusOr<fed::Roster> GovernanceBook::RosterOfEpoch(int32_t epoch) const {
  absl::MutexLock lock(&mutex_);
  if (in_force_ && in_force_->roster().epoch() == epoch) return in_force_->roster();
  if (const auto old = past_.find(epoch); old != past_.end()) return old->second.roster();
  return NoRoster();
}

absl::Status GovernanceBook::CheckEpochFor(const model::Period& quarter, int32_t epoch) const {
  absl::MutexLock lock(&mutex_);
  for (auto later = since_us_.upper_bound(epoch); later != since_us_.end(); ++later) {
    if (quarter.end() > absl::FromUnixMicros(later->second))
      return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                     "The announced round is of an epoch of the roster that another one had followed when its quarter "
                     "ended.");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::CatalogueByDigest(
    const Digest& digest) const {
  absl::MutexLock lock(&mutex_);
  if (auto known = catalogues_.Find(digest)) return known;
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue,
                 "The round's catalogue is not known here.");
}

absl::StatusOr<Signature> GovernanceBook::SignRoster(absl::string_view digest, const std::string& actor) {
  absl::MutexLock lock(&mutex_);
  if (!offered_) return NotOffered();
  const fed::Roster& roster = offered_->roster();
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRoster(roster));
  const Digest own = Sha256(canonical);
  if (AsText(own) != digest) return Changed();
  RETURN_IF_ERROR(model::CheckRoster(roster));
  RETURN_IF_ERROR(CheckOwnEntry(roster));
  const auto signed_before = rosters_signed_.find(roster.epoch());
  if (signed_before != rosters_signed_.end() && signed_before->second != own) return OtherSigned();
  if (signed_before == rosters_signed_.end()) {
    RETURN_IF_ERROR(CheckExpiry(roster, clock_->Now()));
    NoteChange note{Action::kSigned, actor, absl::StrCat("rosters/", roster.roster(), "/epochs/", roster.epoch()),
                    RosterDecisionKey(roster.epoch()), std::string(AsText(own))};
    RETURN_IF_ERROR(store_->SubmitAndWait(std::move(note)).status());
    rosters_signed_[roster.epoch()] = own;
  }
  return RosterKey(roster).Sign(model::kRosterLabel, canonical);
}

// An epoch is signed with the keys of the one before; the first, and by who joins, with those that it names.
const SigningKey& GovernanceBook::RosterKey(const fed::Roster& roster) const {
  const SigningKey* key = nullptr;
  if (in_force_ && in_force_->roster().epoch() == roster.epoch() - 1) key = identity_->KeyIn(in_force_->roster());
  if (const auto before = past_.find(roster.epoch() - 1); before != past_.end())
    key = identity_->KeyIn(before->second.roster());
  if (key == nullptr) key = identity_->KeyIn(roster);
  return key == nullptr ? identity_->key() : *key;
}

const SigningKey& GovernanceBook::CatalogueKey() const {
  const SigningKey* key = in_force_ ? identity_->KeyIn(in_force_->roster()) : nullptr;
  return key == nullptr ? identity_->key() : *key;
}

absl::Status GovernanceBook::Decide(int32_t version, Decision decision, const Digest& digest,
                                    const std::string& actor) {
  CanonicalWriter value;
  value.U8(static_cast<uint8_t>(decision)).Fixed(digest);
  const Action action = decision == Decision::kAccepted ? Action::kSigned : Action::kRefused;
  const std::string roster = catalogues_.shown().at(version).signed_catalogue.catalogue().roster();
  NoteChange note{action, actor, absl::StrCat("rosters/", roster, "/catalogues/", version),
                  CatalogueDecisionKey(version), value.bytes()};
  RETURN_IF_ERROR(store_->SubmitAndWait(std::move(note)).status());
  decisions_[version] = {decision, digest};
  catalogues_.Judge(Ground());
  return absl::OkStatus();
}

absl::StatusOr<Signature> GovernanceBook::AcceptCatalogue(int32_t version, absl::string_view digest,
                                                          const std::string& actor) {
  absl::MutexLock lock(&mutex_);
  const auto known = catalogues_.shown().find(version);
  if (known == catalogues_.shown().end()) return NotOffered();
  const std::vector<std::string> ids = RosterIds();
  if (ids.empty()) return NoRoster();
  ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(known->second.signed_catalogue.catalogue(), ids));
  if (AsText(compiled->digest) != digest) return Changed();
  if (in_force_) RETURN_IF_ERROR(model::CheckCatalogueStates(compiled->source, in_force_->roster()));
  RETURN_IF_ERROR(CheckCost(*compiled, static_cast<int>(ids.size())));
  const auto before = decisions_.find(version);
  const bool decided = before != decisions_.end() && before->second.first == Decision::kAccepted;
  if (decided && before->second.second != compiled->digest) return OtherSigned();
  if (!decided) RETURN_IF_ERROR(model::CheckPlacesOfYear(*compiled, catalogues_.Accepted()));
  const model::Period running = model::QuarterOf(model::DayInIndia(clock_->Now()));
  if (!decided && !compiled->rehearsal() && compiled->first_period.index() <= running.index()) {
    return Problem(
        absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
        "The catalogue's first period has begun. A catalogue is accepted before, so that nobody is counted by "
        "rules that came later; only a rehearsal may look back.");
  }
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalCatalogue(compiled->source));
  if (!decided) RETURN_IF_ERROR(Decide(version, Decision::kAccepted, compiled->digest, actor));
  return CatalogueKey().Sign(model::kCatalogueLabel, canonical);
}

absl::Status GovernanceBook::RefuseCatalogue(int32_t version, const std::string& actor) {
  absl::MutexLock lock(&mutex_);
  const auto known = catalogues_.shown().find(version);
  if (known == catalogues_.shown().end()) return NotOffered();
  if (decisions_.contains(version) && decisions_[version].first == Decision::kAccepted) return OtherSigned();
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalCatalogue(known->second.signed_catalogue.catalogue()));
  return Decide(version, Decision::kRefused, Sha256(canonical), actor);
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::Lint(
    const fed::Catalogue& catalogue) const {
  absl::MutexLock lock(&mutex_);
  const std::vector<std::string> ids = RosterIds();
  if (ids.empty()) return NoRoster();
  ASSIGN_OR_RETURN(auto compiled, model::CompileCatalogue(catalogue, ids));
  RETURN_IF_ERROR(CheckCost(*compiled, static_cast<int>(ids.size())));
  return compiled;
}

std::optional<std::pair<int32_t, Signature>> GovernanceBook::UnsentRosterSignature() const {
  absl::MutexLock lock(&mutex_);
  const auto membership = identity_->membership();
  if (!offered_ || !membership) return std::nullopt;
  const auto canonical = model::CanonicalRoster(offered_->roster());
  if (!canonical.ok() || !IsSignedHere(offered_->roster())) return std::nullopt;
  const auto there = absl::c_any_of(offered_->signatures(), [&](const fed::RosterSignature& signature) {
    return signature.collective() == membership->collective;
  });
  if (there) return std::nullopt;
  return std::pair(offered_->roster().epoch(), RosterKey(offered_->roster()).Sign(model::kRosterLabel, *canonical));
}

std::vector<std::pair<int32_t, Signature>> GovernanceBook::UnsentCatalogueSignatures() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<int32_t, Signature>> unsent;
  const auto membership = identity_->membership();
  for (const auto& [version, known] : catalogues_.shown()) {
    if (!membership || !known.offered || known.decision != Decision::kAccepted || known.compiled == nullptr) continue;
    const auto canonical = model::CanonicalCatalogue(known.compiled->source);
    if (!canonical.ok()) continue;
    const Signature own = CatalogueKey().Sign(model::kCatalogueLabel, *canonical);
    // Also where it has one that was made with a key before.
    if (!known.offered_signatures.contains(std::string(AsText(own)))) unsent.emplace_back(version, own);
  }
  return unsent;
}

std::vector<CountedCatalogue> GovernanceBook::Counted() const {
  absl::MutexLock lock(&mutex_);
  std::vector<CountedCatalogue> counted;
  const auto membership = identity_->membership();
  const int running = model::QuarterOf(model::DayInIndia(clock_->Now())).index();
  for (const auto& each : catalogues_.Accepted()) {
    if (!membership || each->last_period.index() < running - 4 || each->first_period.index() > running) continue;
    counted.push_back({each, each->PlaceOf(membership->collective)});
  }
  return counted;
}

}  // namespace aangan::node

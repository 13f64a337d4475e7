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

constexpr size_t kCataloguesMax = 200;

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

// A collective with a new key signs again what it has accepted.
bool Holds(const google::protobuf::RepeatedPtrField<fed::CollectiveSignature>& signatures,
           const std::string& collective, const Signature& own) {
  return absl::c_any_of(signatures, [&](const fed::CollectiveSignature& signature) {
    return signature.collective() == collective && signature.signature() == AsText(own);
  });
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
  for (fed::SignedCatalogue& each : offers.catalogues) {
    const int32_t version = each.catalogue().version();
    catalogues_[version].signed_catalogue = std::move(each);
  }
  Judge({});
  return absl::OkStatus();
}

absl::Status GovernanceBook::Save() {
  Offers offers{offered_, in_force_, past_, {}};
  for (const auto& [version, known] : catalogues_) offers.catalogues.push_back(known.signed_catalogue);
  const std::string bytes = EncodeOffers(offers);
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
  }
}

// What stands in force follows from the offers and signatures alone, so it is computed again whenever they change.
void GovernanceBook::Judge(std::vector<fed::SignedRoster> epochs_before) {
  if (offered_) {
    epochs_before.push_back(*offered_);
    Follow(epochs_before);
  }
  const std::vector<std::string> ids = RosterIds();
  for (auto& [version, known] : catalogues_) {
    known.compiled = nullptr;
    known.in_force = false;
    auto decision = decisions_.find(version);
    known.decision = decision == decisions_.end() ? Decision::kNone : decision->second.first;
    if (ids.empty()) continue;
    auto compiled = model::CompileCatalogue(known.signed_catalogue.catalogue());
    if (!compiled.ok() || !CheckCost(**compiled, static_cast<int>(ids.size())).ok()) continue;
    known.compiled = *std::move(compiled);
    if (known.decision == Decision::kAccepted && decision->second.second != known.compiled->digest)
      known.decision = Decision::kNone;  // another text under the number that was accepted
    known.in_force = in_force_ && model::CheckCatalogueSignatures(known.signed_catalogue, in_force_->roster()).ok();
  }
}

std::vector<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::Accepted() const {
  std::vector<std::shared_ptr<const model::CompiledCatalogue>> accepted;
  for (const auto& [version, known] : catalogues_)
    if (known.decision == Decision::kAccepted && known.compiled != nullptr) accepted.push_back(known.compiled);
  return accepted;
}

// What was accepted here stays known, offered or not, because later ones must go with it. Another text under its number
// takes its place only when enough others have signed that one.
void GovernanceBook::KeepAccepted(std::map<int32_t, KnownCatalogue>& fresh) const {
  for (const auto& [version, known] : catalogues_) {
    if (known.decision != Decision::kAccepted || known.compiled == nullptr) continue;
    const auto [offered, is_missing] = fresh.try_emplace(version, known);
    if (is_missing) continue;
    const fed::SignedCatalogue& other = offered->second.signed_catalogue;
    const absl::StatusOr<std::string> canonical = model::CanonicalCatalogue(other.catalogue());
    if (canonical.ok() && Sha256(*canonical) == known.compiled->digest) continue;
    if (!in_force_ || !model::CheckCatalogueSignatures(other, in_force_->roster()).ok()) offered->second = known;
  }
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
  std::map<int32_t, KnownCatalogue> fresh;
  for (const fed::SignedCatalogue& each : catalogues) {
    if (fresh.size() < kCataloguesMax) fresh[each.catalogue().version()].signed_catalogue = each;
  }
  KeepAccepted(fresh);
  catalogues_ = std::move(fresh);
  Judge(std::move(epochs_before));
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
  for (auto each = catalogues_.rbegin(); each != catalogues_.rend(); ++each) known.push_back(each->second);
  return known;
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::CatalogueFor(
    const model::Period& quarter) const {
  absl::MutexLock lock(&mutex_);
  for (auto each = catalogues_.rbegin(); each != catalogues_.rend(); ++each) {
    const KnownCatalogue& known = each->second;
    if (!known.in_force || known.compiled == nullptr || !known.compiled->ValidFor(quarter)) continue;
    if (known.decision == Decision::kAccepted) return known.compiled;
    break;  // the highest version counts; refused or not decided, nothing is contributed under it
  }
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue,
                 "No catalogue that this collective has accepted is in force for the quarter.");
}

absl::StatusOr<fed::Catalogue> GovernanceBook::CatalogueInForce(const model::Period& quarter) const {
  absl::MutexLock lock(&mutex_);
  for (auto each = catalogues_.rbegin(); each != catalogues_.rend(); ++each) {
    const KnownCatalogue& known = each->second;
    if (known.in_force && known.compiled != nullptr && known.compiled->ValidFor(quarter))
      return known.signed_catalogue.catalogue();
  }
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue, "No catalogue is in force for it.");
}

absl::StatusOr<fed::Roster> GovernanceBook::RosterOfEpoch(int32_t epoch) const {
  absl::MutexLock lock(&mutex_);
  if (in_force_ && in_force_->roster().epoch() == epoch) return in_force_->roster();
  if (const auto old = past_.find(epoch); old != past_.end()) return old->second.roster();
  return NoRoster();
}

absl::StatusOr<std::shared_ptr<const model::CompiledCatalogue>> GovernanceBook::CatalogueByDigest(
    const Digest& digest) const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [version, known] : catalogues_) {
    if (known.compiled != nullptr && known.compiled->digest == digest) return known.compiled;
  }
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
  const std::string roster = catalogues_[version].signed_catalogue.catalogue().roster();
  NoteChange note{action, actor, absl::StrCat("rosters/", roster, "/catalogues/", version),
                  CatalogueDecisionKey(version), value.bytes()};
  RETURN_IF_ERROR(store_->SubmitAndWait(std::move(note)).status());
  decisions_[version] = {decision, digest};
  Judge({});
  return absl::OkStatus();
}

absl::StatusOr<Signature> GovernanceBook::AcceptCatalogue(int32_t version, absl::string_view digest,
                                                          const std::string& actor) {
  absl::MutexLock lock(&mutex_);
  const auto known = catalogues_.find(version);
  if (known == catalogues_.end()) return NotOffered();
  const std::vector<std::string> ids = RosterIds();
  if (ids.empty()) return NoRoster();
  ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(known->second.signed_catalogue.catalogue(), ids));
  if (AsText(compiled->digest) != digest) return Changed();
  if (in_force_) RETURN_IF_ERROR(model::CheckCatalogueStates(compiled->source, in_force_->roster()));
  RETURN_IF_ERROR(CheckCost(*compiled, static_cast<int>(ids.size())));
  const auto before = decisions_.find(version);
  const bool decided = before != decisions_.end() && before->second.first == Decision::kAccepted;
  if (decided && before->second.second != compiled->digest) return OtherSigned();
  if (!decided) RETURN_IF_ERROR(model::CheckPlacesOfYear(*compiled, Accepted()));
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
  const auto known = catalogues_.find(version);
  if (known == catalogues_.end()) return NotOffered();
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
  for (const auto& [version, known] : catalogues_) {
    if (!membership || known.decision != Decision::kAccepted || known.compiled == nullptr) continue;
    const auto canonical = model::CanonicalCatalogue(known.compiled->source);
    if (!canonical.ok()) continue;
    const Signature own = CatalogueKey().Sign(model::kCatalogueLabel, *canonical);
    if (!Holds(known.signed_catalogue.signatures(), membership->collective, own)) unsent.emplace_back(version, own);
  }
  return unsent;
}

std::vector<CountedCatalogue> GovernanceBook::Counted() const {
  absl::MutexLock lock(&mutex_);
  std::vector<CountedCatalogue> counted;
  const auto membership = identity_->membership();
  const int running = model::QuarterOf(model::DayInIndia(clock_->Now())).index();
  for (const auto& each : Accepted()) {
    if (!membership || each->last_period.index() < running - 4 || each->first_period.index() > running) continue;
    counted.push_back({each, each->PlaceOf(membership->collective)});
  }
  return counted;
}

}  // namespace aangan::node

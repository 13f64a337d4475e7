// SPDX-License-Identifier: Apache-2.0
// The collective's book of rosters and catalogues.
#include "server/node/governance_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "model/year_places.h"
#include "server/node/catalogue_cost.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::Action;
using storage::node::CountedCatalogue;
using storage::node::NoteChange;

constexpr uint32_t kFormat = 2;
constexpr size_t kOffersBytesMax = 64u << 20;
constexpr size_t kOfferBytesMax = 4u << 20;
constexpr size_t kCataloguesMax = 200;
constexpr size_t kDecisionsMax = 10'000;
constexpr absl::string_view kRosterPrefix = "roster/signed/";
constexpr absl::string_view kCataloguePrefix = "catalogue/decision/";

// Ten digits, so that the order of keys is the order of numbers.
std::string NumberKey(absl::string_view prefix, int32_t number) {
  const std::string digits = absl::StrCat(number);
  return absl::StrCat(prefix, std::string(10 - std::min<size_t>(10, digits.size()), '0'), digits);
}

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

bool Holds(const auto& signatures, const std::string& collective) {
  return std::any_of(signatures.begin(), signatures.end(),
                     [&](const auto& signature) { return signature.collective() == collective; });
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

absl::Status GovernanceBook::LoadDecisions() {
  const auto rosters = store_->ListSettings(kRosterPrefix, "", kDecisionsMax);
  const auto catalogues = store_->ListSettings(kCataloguePrefix, "", kDecisionsMax);
  if (!rosters.ok() || !catalogues.ok()) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The decisions on rosters and catalogues are lost.");
  }
  for (const auto& [key, value] : *rosters) {
    int32_t epoch = 0;
    CanonicalReader reader(value);
    Digest digest;
    if (!absl::SimpleAtoi(absl::StripPrefix(key, kRosterPrefix), &epoch)) continue;
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(digest)));
    rosters_signed_[epoch] = digest;
  }
  for (const auto& [key, value] : *catalogues) {
    int32_t version = 0;
    CanonicalReader reader(value);
    Digest digest;
    if (!absl::SimpleAtoi(absl::StripPrefix(key, kCataloguePrefix), &version)) continue;
    ASSIGN_OR_RETURN(const uint8_t decision, reader.U8());
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(digest)));
    decisions_[version] = {static_cast<Decision>(decision), digest};
  }
  return absl::OkStatus();
}

absl::Status GovernanceBook::Load() {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(LoadDecisions());
  absl::StatusOr<std::string> bytes = ReadFile(path_, kOffersBytesMax);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  RETURN_IF_ERROR(bytes.status());
  CanonicalReader reader(*bytes);
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat) return absl::OkStatus();  // the next contact brings it all again
  const auto roster = [&reader](std::optional<fed::SignedRoster>* out) -> absl::Status {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    fed::SignedRoster parsed;
    if (!read.empty() && parsed.ParseFromArray(read.data(), static_cast<int>(read.size()))) *out = std::move(parsed);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(roster(&offered_));
  RETURN_IF_ERROR(roster(&in_force_));
  ASSIGN_OR_RETURN(uint32_t past, reader.U32());
  for (; past > 0; --past) {
    std::optional<fed::SignedRoster> old;
    RETURN_IF_ERROR(roster(&old));
    if (old) past_[old->roster().epoch()] = *old;
  }
  while (reader.remaining() > 0) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    fed::SignedCatalogue parsed;
    if (!parsed.ParseFromArray(read.data(), static_cast<int>(read.size()))) continue;
    catalogues_[parsed.catalogue().version()].signed_catalogue = std::move(parsed);
  }
  Judge();
  return absl::OkStatus();
}

absl::Status GovernanceBook::Save() {
  CanonicalWriter writer;
  writer.U32(kFormat);
  writer.Bytes(offered_ ? offered_->SerializeAsString() : "");
  writer.Bytes(in_force_ ? in_force_->SerializeAsString() : "");
  writer.U32(static_cast<uint32_t>(past_.size()));
  for (const auto& [epoch, old] : past_) writer.Bytes(old.SerializeAsString());
  for (const auto& [version, known] : catalogues_) writer.Bytes(known.signed_catalogue.SerializeAsString());
  const Digest digest = Sha256(writer.bytes());
  if (saved_ == digest) return absl::OkStatus();  // most contacts bring nothing new
  RETURN_IF_ERROR(WriteFileDurably(path_, writer.bytes(), 0600));
  saved_ = digest;
  return absl::OkStatus();
}

absl::Status GovernanceBook::CheckOwnEntry(const fed::Roster& roster) const {
  const auto membership = identity_->membership();
  const auto place = membership ? model::PlaceInRoster(roster, membership->collective) : std::nullopt;
  const bool own = place && roster.roster() == membership->roster &&
                   roster.collectives(*place).signing_key() == AsText(identity_->key().public_key()) &&
                   roster.federation_key() == AsText(membership->federation_key);
  if (own) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster,
                 "The roster does not hold this node's key, or names another federation. Do not sign it; ask.");
}

// What stands in force follows from the offers and signatures alone, so it is computed again whenever they change.
void GovernanceBook::Judge() {
  if (offered_) {
    const fed::Roster* previous =
        in_force_ && in_force_->roster().epoch() < offered_->roster().epoch() ? &in_force_->roster() : nullptr;
    const bool first = offered_->roster().epoch() == 1 || in_force_.has_value();
    if (first && CheckOwnEntry(offered_->roster()).ok() && model::CheckRosterSignatures(*offered_, previous).ok()) {
      if (previous != nullptr) past_[previous->epoch()] = *in_force_;  // its rounds end under it
      in_force_ = offered_;
    }
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

std::vector<std::string> GovernanceBook::RosterIds() const {
  if (in_force_) return model::RosterCollectives(in_force_->roster());
  if (offered_) return model::RosterCollectives(offered_->roster());
  return {};
}

absl::Status GovernanceBook::TakeOffers(const fed::SignedRoster& roster,
                                        const std::vector<fed::SignedCatalogue>& catalogues) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(model::CheckRoster(roster.roster()));
  offered_ = roster;
  std::map<int32_t, KnownCatalogue> fresh;
  for (const fed::SignedCatalogue& each : catalogues)
    if (fresh.size() < kCataloguesMax) fresh[each.catalogue().version()].signed_catalogue = each;
  for (auto& [version, known] : catalogues_)  // accepted here stays known, offered or not: later ones must go with it
    if (known.decision == Decision::kAccepted) fresh.try_emplace(version, std::move(known));
  catalogues_ = std::move(fresh);
  Judge();
  return Save();
}

absl::StatusOr<KnownRoster> GovernanceBook::offered_roster() const {
  absl::MutexLock lock(&mutex_);
  if (!offered_) return NotOffered();
  KnownRoster known;
  known.signed_roster = *offered_;
  ASSIGN_OR_RETURN(known.digest, model::RosterDigest(offered_->roster()));
  const auto signed_here = rosters_signed_.find(offered_->roster().epoch());
  known.signed_here = signed_here != rosters_signed_.end() && signed_here->second == known.digest;
  known.in_force = in_force_ && in_force_->roster().epoch() == offered_->roster().epoch();
  known.signed_roster.set_in_force(known.in_force);
  known.signed_roster.set_digest(std::string(AsText(known.digest)));
  return known;
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
                    NumberKey(kRosterPrefix, roster.epoch()), std::string(AsText(own))};
    RETURN_IF_ERROR(store_->SubmitAndWait(std::move(note)).status());
    rosters_signed_[roster.epoch()] = own;
  }
  return identity_->key().Sign(model::kRosterLabel, canonical);
}

absl::Status GovernanceBook::Decide(int32_t version, Decision decision, const Digest& digest,
                                    const std::string& actor) {
  CanonicalWriter value;
  value.U8(static_cast<uint8_t>(decision)).Fixed(digest);
  const Action action = decision == Decision::kAccepted ? Action::kSigned : Action::kRefused;
  const std::string roster = catalogues_[version].signed_catalogue.catalogue().roster();
  const std::string resource = absl::StrCat("rosters/", roster, "/catalogues/", version);
  NoteChange note{action, actor, resource, NumberKey(kCataloguePrefix, version), value.bytes()};
  RETURN_IF_ERROR(store_->SubmitAndWait(std::move(note)).status());
  decisions_[version] = {decision, digest};
  Judge();
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
  return identity_->key().Sign(model::kCatalogueLabel, canonical);
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
  const auto decided = rosters_signed_.find(offered_->roster().epoch());
  const auto canonical = model::CanonicalRoster(offered_->roster());
  if (!canonical.ok() || decided == rosters_signed_.end() || decided->second != Sha256(*canonical)) return std::nullopt;
  if (Holds(offered_->signatures(), membership->collective)) return std::nullopt;
  return std::pair(offered_->roster().epoch(), identity_->key().Sign(model::kRosterLabel, *canonical));
}

std::vector<std::pair<int32_t, Signature>> GovernanceBook::UnsentCatalogueSignatures() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<int32_t, Signature>> unsent;
  const auto membership = identity_->membership();
  for (const auto& [version, known] : catalogues_) {
    if (!membership || known.decision != Decision::kAccepted || known.compiled == nullptr) continue;
    if (Holds(known.signed_catalogue.signatures(), membership->collective)) continue;
    const auto canonical = model::CanonicalCatalogue(known.compiled->source);
    if (canonical.ok()) unsent.emplace_back(version, identity_->key().Sign(model::kCatalogueLabel, *canonical));
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

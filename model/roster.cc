// SPDX-License-Identifier: Apache-2.0
// Rules and signatures of rosters, and the signatures that a catalogue needs: see roster.h.
#include "model/roster.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "model/catalogue.h"
#include "model/catalogue_lint.h"
#include "model/codes.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

constexpr size_t kKeyBytes = 32;
constexpr size_t kTitleBytesMax = 120;
constexpr int kDirectByAllMin = 5;  // from this many collectives on, a direct catalogue needs all signatures

void CheckCollective(const fed::Collective& collective, const std::string& path, Problem& problem) {
  if (!IsSlug(collective.id())) problem.Field(absl::StrCat(path, ".id"), "must be a slug");
  if (!IsPlainLine(collective.title(), kTitleBytesMax, TextNeed::kRequired))
    problem.Field(absl::StrCat(path, ".title"), "must be one line of at most 120 bytes");
  const std::optional<Code> state = FindCode(ListId::kState, collective.state());
  if (!state.has_value() || *state == kUnknownCode)
    problem.Field(absl::StrCat(path, ".state"), "must be a code of the list state");
  if (!IsSlug(collective.run_by())) problem.Field(absl::StrCat(path, ".run_by"), "must be the slug of an organisation");
  if (collective.signing_key().size() != kKeyBytes)
    problem.Field(absl::StrCat(path, ".signing_key"), "must be 32 bytes");
  if (collective.certificate_fingerprint().size() != kKeyBytes)
    problem.Field(absl::StrCat(path, ".certificate_fingerprint"), "must be 32 bytes");
}

void CheckCollectives(const fed::Roster& roster, Problem& problem) {
  const int count = roster.collectives_size();
  if (count < 1 || count > kRosterCollectivesMax) problem.Field("roster.collectives", "must be 1 to 14");
  std::map<std::string, int> nodes_by_operator;
  std::set<std::string> keys;
  std::set<std::string> certificates;
  const int nodes_max = std::max(1, ColludersMax(count));
  for (int i = 0; i < count; ++i) {
    const fed::Collective& collective = roster.collectives(i);
    const std::string path = absl::StrCat("roster.collectives[", i, "]");
    CheckCollective(collective, path, problem);
    if (i > 0 && roster.collectives(i - 1).id() >= collective.id())
      problem.Field(absl::StrCat(path, ".id"), "must be sorted, each id once");
    if (!keys.insert(collective.signing_key()).second)
      problem.Field(absl::StrCat(path, ".signing_key"), "must be of one collective alone");
    if (!certificates.insert(collective.certificate_fingerprint()).second)
      problem.Field(absl::StrCat(path, ".certificate_fingerprint"), "must be of one collective alone");
    if (++nodes_by_operator[collective.run_by()] > nodes_max)
      problem.Field(absl::StrCat(path, ".run_by"), "must not run more than f = (n-1)/3 nodes, or one where f is 0");
  }
}

absl::Status NotEnough(int needed, int signed_count, Literal message) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughSignatures, message)
      .Number("needed", needed)
      .Number("signed", signed_count)
      .ToStatus();
}

// The collectives of `roster` whose signatures under `canonical` stand in the list, each once. Signers that the roster
// does not have are not counted, and with kAllow no error; signatures that do not verify are not counted, and with
// kAllowAndOldKeys no error either.
enum class Strangers { kRefuse, kAllow, kAllowAndOldKeys };
template <typename Signatures>
absl::StatusOr<std::set<std::string>> Signers(const Signatures& signatures, const fed::Roster& roster, Literal label,
                                              absl::string_view canonical, Strangers strangers) {
  std::set<std::string> signers;
  for (const auto& one : signatures) {
    if (strangers != Strangers::kRefuse && !PlaceInRoster(roster, one.collective()).has_value()) continue;
    const absl::Status verified = CheckOneSignature(roster, one.collective(), label, canonical, one.signature());
    if (!verified.ok() && strangers == Strangers::kAllowAndOldKeys) continue;
    RETURN_IF_ERROR(verified);
    if (!signers.insert(one.collective()).second) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature, "A collective signs once.").ToStatus();
    }
  }
  return signers;
}

absl::Status CheckSuccession(const fed::Roster& next, const fed::Roster& previous) {
  ASSIGN_OR_RETURN(const Digest digest, RosterDigest(previous));
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                  "This roster does not follow the one before.");
  if (next.roster() != previous.roster()) problem.Field("roster.roster", "must be that of the epoch before");
  if (next.epoch() != previous.epoch() + 1) problem.Field("roster.epoch", "must be the next one");
  if (next.previous_digest() != AsText(digest)) problem.Field("roster.previous_digest", "must be of the epoch before");
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CanonicalRoster(const fed::Roster& roster) { return CanonicalMessage(roster); }

absl::StatusOr<std::string> CanonicalKeyChange(const fed::KeyChange& change) { return CanonicalMessage(change); }

absl::StatusOr<Digest> RosterDigest(const fed::Roster& roster) {
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalRoster(roster));
  return Sha256(canonical);
}

absl::Status CheckRoster(const fed::Roster& roster) {
  RETURN_IF_ERROR(CanonicalRoster(roster).status());
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                  "The roster breaks a rule; each field at fault is named.");
  if (!IsSlug(roster.roster())) problem.Field("roster.roster", "must be a slug");
  if (roster.epoch() < 1) problem.Field("roster.epoch", "must count from 1");
  if (roster.previous_digest().size() != (roster.epoch() == 1 ? 0 : kKeyBytes))
    problem.Field("roster.previous_digest", "must be 32 bytes, and empty in the first epoch");
  const auto& expiry = roster.expire_time();
  if (expiry.seconds() <= 0 || expiry.nanos() < 0 || expiry.nanos() > 999'999'999)
    problem.Field("roster.expire_time", "must be a moment after 1970");
  if (roster.federation_key().size() != kKeyBytes) problem.Field("roster.federation_key", "must be 32 bytes");
  CheckCollectives(roster, problem);
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

absl::Time RosterExpiry(const fed::Roster& roster) {
  return absl::FromUnixSeconds(roster.expire_time().seconds()) + absl::Nanoseconds(roster.expire_time().nanos());
}

std::vector<std::string> RosterCollectives(const fed::Roster& roster) {
  std::vector<std::string> ids;
  for (const fed::Collective& collective : roster.collectives()) ids.push_back(collective.id());
  return ids;
}

std::optional<int> PlaceInRoster(const fed::Roster& roster, absl::string_view collective) {
  for (int i = 0; i < roster.collectives_size(); ++i) {
    if (roster.collectives(i).id() == collective) return i;
  }
  return std::nullopt;
}

absl::Status CheckRosterSignatures(const fed::SignedRoster& next, const fed::Roster* previous) {
  RETURN_IF_ERROR(CheckRoster(next.roster()));
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalRoster(next.roster()));
  if (previous == nullptr) {
    if (next.roster().epoch() != 1) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A roster begins with epoch 1.")
          .Field("roster.epoch", "must be 1 where there is no epoch before")
          .ToStatus();
    }
    ASSIGN_OR_RETURN(const auto signers,
                     Signers(next.signatures(), next.roster(), kRosterLabel, canonical, Strangers::kRefuse));
    const int needed = next.roster().collectives_size();
    if (static_cast<int>(signers.size()) >= needed) return absl::OkStatus();
    return NotEnough(needed, static_cast<int>(signers.size()), "The first roster needs all of its collectives.");
  }
  RETURN_IF_ERROR(CheckRoster(*previous));
  RETURN_IF_ERROR(CheckSuccession(next.roster(), *previous));
  // A collective that joins signs too, to say that it wants to; what counts are those of the epoch before.
  ASSIGN_OR_RETURN(const auto signers,
                   Signers(next.signatures(), *previous, kRosterLabel, canonical, Strangers::kAllow));
  const int needed = DecidingCount(previous->collectives_size());
  if (static_cast<int>(signers.size()) >= needed) return absl::OkStatus();
  return NotEnough(needed, static_cast<int>(signers.size()), "A roster needs k collectives of the epoch before.");
}

// A state's figure is a figure about its collectives, so the catalogue must list exactly those of the roster.
absl::Status CheckCatalogueStates(const fed::Catalogue& catalogue, const fed::Roster& roster) {
  Problem problem(absl::StatusCode::kFailedPrecondition, Reason::kCatalogueRefused,
                  "A state in the catalogue is not the state in the roster.");
  for (int i = 0; i < catalogue.places_size(); ++i) {
    const fed::Place& place = catalogue.places(i);
    if (place.kind() != fed::PLACE_KIND_STATE) continue;
    const std::set<std::string> listed(place.collectives().begin(), place.collectives().end());
    std::set<std::string> there;
    for (const fed::Collective& collective : roster.collectives()) {
      if (collective.state() == place.id()) there.insert(collective.id());
    }
    if (listed != there)
      problem.Field(absl::StrCat("catalogue.places[", i, "].collectives"), "must be every collective of the state");
  }
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

absl::Status CheckCatalogueSignatures(const fed::SignedCatalogue& signed_catalogue, const fed::Roster& roster) {
  const fed::Catalogue& catalogue = signed_catalogue.catalogue();
  if (catalogue.roster() != roster.roster()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The catalogue is of another roster.")
        .Field("catalogue.roster", "must be the roster's slug")
        .ToStatus();
  }
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalCatalogue(catalogue));
  ASSIGN_OR_RETURN(const auto signers, Signers(signed_catalogue.signatures(), roster, kCatalogueLabel, canonical,
                                               Strangers::kAllowAndOldKeys));
  const int count = roster.collectives_size();
  const bool direct = catalogue.form() != fed::ROUND_FORM_SUMMED && count >= kDirectByAllMin;
  const bool by_all = direct || catalogue.nano_rho_cap() > kNanoRhoCapByAll;
  const int needed = by_all ? count : DecidingCount(count);
  const int have = static_cast<int>(signers.size());
  if (have < needed && direct)
    return NotEnough(needed, have, "A catalogue for direct rounds shows each collective's numbers: all must sign it.");
  if (have < needed && by_all) return NotEnough(needed, have, "A cap above epsilon 2 needs every collective.");
  if (have < needed) return NotEnough(needed, have, "A catalogue needs k collectives of the roster in force.");
  for (const fed::Place& place : catalogue.places()) {
    if (place.kind() != fed::PLACE_KIND_STATE) continue;
    for (const std::string& collective : place.collectives()) {
      // Of a state that somebody left or joined nothing is opened any more.
      if (PlaceInRoster(roster, collective) && !signers.contains(collective))
        return NotEnough(place.collectives_size(), have, "A figure by state needs the yes of each of its collectives.");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOneSignature(const fed::Roster& roster, absl::string_view collective, Literal label,
                               absl::string_view canonical, absl::string_view signature) {
  const std::optional<int> place = PlaceInRoster(roster, collective);
  if (!place.has_value()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature,
                   "The signature is of nobody in the roster.")
        .ToStatus();
  }
  ASSIGN_OR_RETURN(const PublicKey key,
                   ParseKey(roster.collectives(*place).signing_key(), "roster.collectives.signing_key"));
  return VerifySignature(key, label, canonical, AsBytes(signature));
}

Id NodeId(const PublicKey& key) {
  const Digest digest = Sha256(AsText(key));
  Id id;
  std::copy(digest.begin(), digest.begin() + id.bytes.size(), id.bytes.begin());
  return id;
}

std::string FingerprintPhrase(const PublicKey& key) {
  const std::string letters = IdText(NodeId(key));
  std::string phrase;
  for (size_t group = 0; group < 6; ++group) {
    absl::StrAppend(&phrase, group == 0 ? "" : "-", letters.substr(group * 4, 4));
  }
  return phrase;
}

absl::StatusOr<PublicKey> ParseKey(absl::string_view bytes, absl::string_view field) {
  if (bytes.size() != kKeyBytes) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A key has 32 bytes.")
        .Field(field, "must be 32 bytes")
        .ToStatus();
  }
  PublicKey key;
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

}  // namespace aangan::model

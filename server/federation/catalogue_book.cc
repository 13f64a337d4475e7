// SPDX-License-Identifier: Apache-2.0
// Catalogues and their signatures.
#include "server/federation/catalogue_book.h"

#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/round_numbers.h"

namespace aangan::federation {
namespace {

using store::v1::StoredCatalogue;

constexpr absl::string_view kCatalogues = "catalogue/";

absl::Status NoCatalogue() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such catalogue.");
}

absl::Status NoRoster() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster,
                 "No roster is in force. Enrol the collectives, propose an epoch and have it signed first.");
}

absl::Status Refused(absl::string_view field, Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused, "The catalogue breaks a rule.")
      .Field(field, what);
}

}  // namespace

absl::StatusOr<v1::SignedCatalogue> CatalogueBook::Describe(const StoredCatalogue& stored,
                                                            const std::optional<v1::Roster>& roster) const {
  v1::SignedCatalogue described;
  *described.mutable_catalogue() = stored.catalogue();
  *described.mutable_signatures() = stored.signatures();
  described.set_name(names_->Catalogue(stored.catalogue().version()));
  described.set_in_force(roster && model::CheckCatalogueSignatures(described, *roster).ok());
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalCatalogue(stored.catalogue()));
  described.set_digest(std::string(AsText(Sha256(canonical))));
  return described;
}

absl::StatusOr<v1::SignedCatalogue> CatalogueBook::Propose(const v1::Catalogue& catalogue) {
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rosters_->InForce());
  if (!roster) return NoRoster();
  ASSIGN_OR_RETURN(const auto compiled, model::CompileCatalogue(catalogue, model::RosterCollectives(*roster)));
  RETURN_IF_ERROR(model::CheckCatalogueStates(catalogue, *roster));
  if (catalogue.roster() != names_->roster()) return Refused("catalogue.roster", "must be this federation's roster");
  RETURN_IF_ERROR(privacy::LintPrivacy(*compiled, privacy::NumbersOf(roster->collectives_size())));
  ASSIGN_OR_RETURN(const auto all, ListStored<StoredCatalogue>(*store_, Table::kSettings, kCatalogues));
  const int32_t next = all.empty() ? 1 : all.back().value.catalogue().version() + 1;
  if (catalogue.version() < next) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "The version is taken.")
        .Number("next", next);
  }
  if (catalogue.version() > next) return Refused("catalogue.version", "must be the next number");
  StoredCatalogue stored;
  *stored.mutable_catalogue() = catalogue;
  const std::string key = NumberKey(kCatalogues, next);
  const absl::Status status =
      store_->Commit({{Table::kSettings, key, stored.SerializeAsString()}}, {{Table::kSettings, key, std::nullopt}});
  if (absl::IsAborted(status))
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "The version is taken.");
  RETURN_IF_ERROR(status);
  return Describe(stored, roster);
}

absl::StatusOr<v1::SignedCatalogue> CatalogueBook::Get(int32_t version) const {
  ASSIGN_OR_RETURN(const auto stored,
                   ReadStored<StoredCatalogue>(*store_, Table::kSettings, NumberKey(kCatalogues, version)));
  if (!stored) return NoCatalogue();
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rosters_->InForce());
  return Describe(stored->value, roster);
}

absl::StatusOr<std::vector<v1::SignedCatalogue>> CatalogueBook::List() const {
  ASSIGN_OR_RETURN(const auto all, ListStored<StoredCatalogue>(*store_, Table::kSettings, kCatalogues));
  ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rosters_->InForce());
  std::vector<v1::SignedCatalogue> listed;
  for (size_t i = all.size(); i-- > 0;) {
    ASSIGN_OR_RETURN(listed.emplace_back(), Describe(all[i].value, roster));
  }
  return listed;
}

absl::StatusOr<v1::SignedCatalogue> CatalogueBook::Sign(int32_t version, const v1::CollectiveSignature& signature) {
  return UntilUncontested([&]() -> absl::StatusOr<v1::SignedCatalogue> {
    const std::string key = NumberKey(kCatalogues, version);
    ASSIGN_OR_RETURN(const auto stored, ReadStored<StoredCatalogue>(*store_, Table::kSettings, key));
    if (!stored) return NoCatalogue();
    ASSIGN_OR_RETURN(const std::optional<v1::Roster> roster, rosters_->InForce());
    if (!roster) return NoRoster();
    ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalCatalogue(stored->value.catalogue()));
    RETURN_IF_ERROR(model::CheckOneSignature(*roster, signature.collective(), model::kCatalogueLabel, canonical,
                                             signature.signature()));
    StoredCatalogue changed = stored->value;
    InsertByCollective(changed.mutable_signatures(), signature);
    RETURN_IF_ERROR(
        store_->Commit({{Table::kSettings, key, changed.SerializeAsString()}}, {Unchanged(Table::kSettings, *stored)}));
    return Describe(changed, roster);
  });
}

absl::StatusOr<std::optional<v1::Catalogue>> CatalogueBook::For(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(const std::vector<v1::SignedCatalogue> newest_first, List());
  for (const v1::SignedCatalogue& each : newest_first) {
    if (!each.in_force()) continue;
    ASSIGN_OR_RETURN(const model::Period first, model::ParsePeriod(each.catalogue().first_period(), "first_period"));
    ASSIGN_OR_RETURN(const model::Period last, model::ParsePeriod(each.catalogue().last_period(), "last_period"));
    if (quarter >= first && quarter <= last) return std::optional<v1::Catalogue>(each.catalogue());
  }
  return std::optional<v1::Catalogue>();
}

}  // namespace aangan::federation

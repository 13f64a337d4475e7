// SPDX-License-Identifier: Apache-2.0
// Makes the national release of a frozen round.
#include "server/federation/release_builder.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/status.h"
#include "model/left_out.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/reconstruction.h"
#include "privacy/round_numbers.h"
#include "server/federation/ingest.h"

namespace aangan::federation {
namespace {

absl::StatusOr<privacy::Contribution> ReadFrozen(const FederationStore& store, const RoundGround& ground,
                                                 const v1::FrozenContribution& frozen) {
  ASSIGN_OR_RETURN(const auto stored,
                   ReadStored<store::v1::StoredContribution>(store, Table::kContributions,
                                                             Ingest::Key(ground.quarter, frozen.collective())));
  if (!stored || frozen.digest() != AsText(Sha256(stored->value.contribution()))) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "A contribution of the freeze is missing or not the one that was frozen.");
  }
  const int place = model::PlaceInRoster(ground.roster, frozen.collective()).value_or(0);
  privacy::ContributionRule rule;
  rule.round_id = ground.round_id;
  ASSIGN_OR_RETURN(rule.key, model::ParseKey(ground.roster.collectives(place).signing_key(), "signing_key"));
  rule.bounds =
      privacy::ValueBounds(*ground.catalogue, ground.quarter, privacy::NumbersOf(ground.roster.collectives_size()));
  return privacy::ParseAndCheck(stored->value.contribution(), rule);
}

}  // namespace

absl::StatusOr<v1::NationalRelease> BuildRelease(const FederationStore& store, const ResourceNames& names,
                                                 const RoundGround& ground, const store::v1::StoredRound& round,
                                                 const SigningKey& key, const ReleaseWish& wish) {
  std::vector<privacy::Contribution> contributions;
  std::set<std::string> inside;
  for (const v1::FrozenContribution& frozen : round.contributions()) {
    ASSIGN_OR_RETURN(contributions.emplace_back(), ReadFrozen(store, ground, frozen));
    inside.insert(frozen.collective());
  }
  ASSIGN_OR_RETURN(const std::vector<int64_t> sums, privacy::SumDirect(contributions));
  const std::vector<bool> left_out = model::LeftOutCells(
      *ground.catalogue, ground.quarter, model::LeftOutPlaces(*ground.catalogue, ground.roster, inside));
  v1::NationalRelease release;
  release.set_name(names.Release(model::PeriodText(ground.quarter)));
  release.set_number(wish.number);
  release.set_round_id(std::string(AsText(ground.round_id)));
  ASSIGN_OR_RETURN(const std::string freeze, model::CanonicalFreeze(FreezeOf(round, ground.round_id)));
  release.set_freeze_digest(std::string(AsText(Sha256(freeze))));
  release.set_state(v1::RELEASE_STATE_CONFIRMED);
  *release.mutable_round_descriptor() = round.round_descriptor();
  for (size_t cell = 0; cell < sums.size(); ++cell) {
    if (!left_out[cell]) release.add_sums(sums[cell]);
  }
  for (const v1::Collective& each : ground.roster.collectives())
    inside.contains(each.id()) ? release.add_contributors(each.id()) : release.add_missing(each.id());
  release.mutable_create_time()->set_seconds(absl::ToUnixSeconds(wish.now));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(release));
  release.set_signature(std::string(AsText(key.Sign(model::kReleaseLabel, canonical))));
  return release;
}

}  // namespace aangan::federation

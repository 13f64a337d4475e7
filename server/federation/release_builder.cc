// SPDX-License-Identifier: Apache-2.0
// Makes the national release of a frozen round.
#include "server/federation/release_builder.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/status.h"
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

absl::Status Sign(v1::NationalRelease& release, const SigningKey& key) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(release));
  release.set_signature(std::string(AsText(key.Sign(model::kReleaseLabel, canonical))));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> SumContributions(const FederationStore& store, const RoundGround& ground,
                                                      const store::v1::StoredRound& round) {
  std::vector<privacy::Contribution> contributions;
  for (const v1::FrozenContribution& frozen : round.contributions()) {
    ASSIGN_OR_RETURN(contributions.emplace_back(), ReadFrozen(store, ground, frozen));
  }
  ASSIGN_OR_RETURN(const std::vector<int64_t> sums, privacy::SumDirect(contributions));
  const std::vector<bool> left_out = LeftOutOf(ground, round);
  std::vector<int64_t> opened;
  for (size_t cell = 0; cell < sums.size(); ++cell) {
    if (!left_out[cell]) opened.push_back(sums[cell]);
  }
  return opened;
}

absl::StatusOr<v1::NationalRelease> BuildRelease(const ResourceNames& names, const RoundGround& ground,
                                                 const store::v1::StoredRound& round, const std::vector<int64_t>& sums,
                                                 const SigningKey& key, const ReleaseWish& wish) {
  std::set<std::string> inside;
  for (const v1::FrozenContribution& frozen : round.contributions()) inside.insert(frozen.collective());
  v1::NationalRelease release;
  release.set_name(names.Release(model::PeriodText(ground.quarter)));
  release.set_number(wish.number);
  release.set_round_id(std::string(AsText(ground.round_id)));
  ASSIGN_OR_RETURN(const std::string freeze, model::CanonicalFreeze(FreezeOf(round, ground.round_id)));
  release.set_freeze_digest(std::string(AsText(Sha256(freeze))));
  release.set_state(wish.state);
  release.set_supersedes(wish.supersedes);
  *release.mutable_round_descriptor() = round.round_descriptor();
  for (const int64_t sum : sums) release.add_sums(sum);
  for (const v1::Collective& each : ground.roster.collectives())
    inside.contains(each.id()) ? release.add_contributors(each.id()) : release.add_missing(each.id());
  release.mutable_create_time()->set_seconds(absl::ToUnixSeconds(wish.now));
  RETURN_IF_ERROR(Sign(release, key));
  return release;
}

absl::StatusOr<v1::NationalRelease> WithState(v1::NationalRelease release, v1::ReleaseState state,
                                              const SigningKey& key) {
  release.set_state(state);
  RETURN_IF_ERROR(Sign(release, key));
  return release;
}

}  // namespace aangan::federation

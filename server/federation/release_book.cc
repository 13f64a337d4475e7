// SPDX-License-Identifier: Apache-2.0
// National releases as they were signed.
#include "server/federation/release_book.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/federation/release_builder.h"

namespace aangan::federation {
namespace {

constexpr char kLastNumber[] = "release_number";

}  // namespace

absl::StatusOr<std::optional<v1::NationalRelease>> ReleaseBook::Find(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(auto stored, ReadStored<v1::NationalRelease>(*store_, Table::kReleases, model::PeriodText(quarter)));
  if (!stored) return std::optional<v1::NationalRelease>();
  return std::optional<v1::NationalRelease>(std::move(stored->value));
}

absl::StatusOr<v1::NationalRelease> ReleaseBook::Get(const model::Period& quarter) const {
  ASSIGN_OR_RETURN(std::optional<v1::NationalRelease> release, Find(quarter));
  if (release) return *std::move(release);
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no national release of this period.");
}

absl::StatusOr<std::vector<v1::NationalRelease>> ReleaseBook::List() const {
  ASSIGN_OR_RETURN(auto all, ListStored<v1::NationalRelease>(*store_, Table::kReleases, ""));
  std::vector<v1::NationalRelease> releases;
  for (auto& each : all) releases.push_back(std::move(each.value));
  return releases;
}

absl::Status ReleaseBook::Release(const StoredRound& frozen) const {
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(frozen.value.round_descriptor()));
  ASSIGN_OR_RETURN(const std::optional<std::string> last, store_->Get(Table::kSettings, kLastNumber));
  ReleaseWish wish;
  if (last && !absl::SimpleAtoi(*last, &wish.number))
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The number of the last release is damaged.");
  ++wish.number;
  wish.now = clock_->Now();
  ASSIGN_OR_RETURN(const v1::NationalRelease release,
                   BuildRelease(*store_, *names_, ground, frozen.value, *key_, wish));
  store::v1::StoredRound after = frozen.value;
  after.set_state(v1::ROUND_STATE_CONFIRMED);
  return rounds_->Replace(frozen, after,
                          {{Table::kReleases, frozen.key, release.SerializeAsString()},
                           {Table::kSettings, kLastNumber, absl::StrCat(wish.number)}},
                          {{Table::kReleases, frozen.key, std::nullopt}, {Table::kSettings, kLastNumber, last}});
}

}  // namespace aangan::federation

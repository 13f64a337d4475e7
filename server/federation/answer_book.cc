// SPDX-License-Identifier: Apache-2.0
// Shares out, answers in, and what the answers say.
#include "server/federation/answer_book.h"

#include <algorithm>
#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/twins.h"
#include "server/federation/ingest.h"
#include "server/federation/round_state.h"

namespace aangan::federation {
namespace {

using store::v1::StoredContribution;

absl::Status NotSummed() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "This is a direct round: nothing is sealed, and nobody answers.");
}

absl::Status NotListed() {
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "The collective is not in the roster of this round.");
}

absl::StatusOr<Digest> FreezeDigest(const store::v1::StoredRound& round, const Digest& round_id) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(FreezeOf(round, round_id)));
  return Sha256(canonical);
}

absl::StatusOr<privacy::Answer> Parse(const RoundGround& ground, const store::v1::StoredRound& round, int place,
                                      absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Digest freeze, FreezeDigest(round, ground.round_id));
  const std::vector<bool> left_out = LeftOutOf(ground, round);
  const auto words = static_cast<size_t>(std::count(left_out.begin(), left_out.end(), false));
  return privacy::ParseAnswer(bytes, ground.round_id, freeze, ground.holders->signing_keys[static_cast<size_t>(place)],
                              words);
}

}  // namespace

absl::StatusOr<std::vector<v1::Share>> AnswerBook::Shares(const model::Period& quarter, const std::string& holder,
                                                          const std::string& after, size_t limit) const {
  ASSIGN_OR_RETURN(const StoredRound round, rounds_->Get(quarter));
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(round.value.round_descriptor()));
  if (!ground.holders) return NotSummed();
  const std::optional<int> place = model::PlaceInRoster(ground.roster, holder);
  if (!place) return NotListed();
  const size_t head_bytes = privacy::SummedHeadBytes(*ground.holders);
  size_t before = head_bytes;
  for (int other = 0; other < *place; ++other) before += privacy::SealedShareBytes(*ground.holders, other);
  std::vector<v1::Share> shares;
  for (const v1::FrozenContribution& each : round.value.contributions()) {
    if (each.collective() <= after || shares.size() == limit) continue;
    ASSIGN_OR_RETURN(const auto stored, ReadStored<StoredContribution>(*store_, Table::kContributions,
                                                                       Ingest::Key(quarter, each.collective())));
    if (!stored || stored->value.contribution().size() != privacy::SummedContributionBytes(*ground.holders))
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A contribution of the round is missing.");
    v1::Share& share = shares.emplace_back();
    share.set_dealer(each.collective());
    share.set_head(stored->value.contribution().substr(0, head_bytes));
    share.set_sealed(stored->value.contribution().substr(before, privacy::SealedShareBytes(*ground.holders, *place)));
  }
  return shares;
}

absl::StatusOr<v1::RoundState> AnswerBook::Take(const model::Period& quarter, const std::string& collective,
                                                const std::string& answer) const {
  return UntilUncontested([&] { return TakeOnce(quarter, collective, answer); });
}

absl::StatusOr<v1::RoundState> AnswerBook::TakeOnce(const model::Period& quarter, const std::string& collective,
                                                    const std::string& answer) const {
  ASSIGN_OR_RETURN(const StoredRound round, rounds_->Get(quarter));
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(round.value.round_descriptor()));
  if (!ground.holders) return NotSummed();
  const std::optional<int> place = model::PlaceInRoster(ground.roster, collective);
  if (!place) return NotListed();
  if (!TakesAnswers(round.value.state())) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "The round takes no answers: it is not frozen yet, or void.");
  }
  const std::string key = Ingest::Key(quarter, collective);
  ASSIGN_OR_RETURN(const std::optional<std::string> there, store_->Get(Table::kAnswers, key));
  if (there && *there == answer) return round.value.state();
  const absl::StatusOr<privacy::Answer> parsed = Parse(ground, round.value, *place, answer);
  // What is refused may show a twin too.
  if (parsed.ok()) incarnations_->Note(collective, privacy::SeenAnswer(parsed->header, round.key, Sha256(answer)));
  if (there) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kWrongState,
                   "Another answer of this collective is in. It is never replaced.");
  }
  RETURN_IF_ERROR(parsed.status());
  store::v1::StoredRound after = round.value;
  after.add_answered(collective);
  std::sort(after.mutable_answered()->begin(), after.mutable_answered()->end());
  RETURN_IF_ERROR(rounds_->Replace(round, after,
                                   {MakeEntry(v1::LOG_ENTRY_KIND_ANSWER, round.key, collective, Sha256(answer), "")},
                                   {{Table::kAnswers, key, answer}}, {{Table::kAnswers, key, std::nullopt}}));
  return after.state();
}

absl::StatusOr<std::vector<v1::Answer>> AnswerBook::List(const model::Period& quarter, const std::string& after,
                                                         size_t limit) const {
  ASSIGN_OR_RETURN(const StoredRound round, rounds_->Get(quarter));
  std::vector<v1::Answer> answers;
  for (const std::string& collective : round.value.answered()) {
    if (collective <= after || answers.size() == limit) continue;
    ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                     store_->Get(Table::kAnswers, Ingest::Key(quarter, collective)));
    if (!bytes) return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "An answer of the round is missing.");
    v1::Answer& answer = answers.emplace_back();
    answer.set_name(names_->Answer(model::PeriodText(quarter), collective));
    answer.set_collective(collective);
    answer.set_answer(*bytes);
  }
  return answers;
}

absl::StatusOr<privacy::Reconstruction> AnswerBook::Reconstruct(const RoundGround& ground,
                                                                const store::v1::StoredRound& round) const {
  ASSIGN_OR_RETURN(const std::vector<v1::Answer> answers, List(ground.quarter, "", kRowsMax));
  std::vector<privacy::PlacedAnswer> placed;
  for (const v1::Answer& each : answers) {
    const std::optional<int> place = model::PlaceInRoster(ground.roster, each.collective());
    if (!place) continue;
    ASSIGN_OR_RETURN(privacy::Answer answer, Parse(ground, round, *place, each.answer()));
    placed.push_back({*place, std::move(answer.words)});
  }
  return privacy::Reconstruct(std::move(placed), ground.holders->numbers);
}

}  // namespace aangan::federation

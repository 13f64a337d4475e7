// SPDX-License-Identifier: Apache-2.0
// A node's view of a lying federation.
#include "tests/support/lying_link.h"

#include "base/problem.h"
#include "model/roster.h"

namespace aangan::tests {

namespace fed = federation::v1;

void LyingLink::ShowSharesOf(const fed::Round& round) {
  shown_.clear();
  if (round.state() == fed::ROUND_STATE_ANNOUNCED) {
    for (const auto& [dealer, bytes] : liar_->contributions_) shown_.push_back(dealer);
  }
  for (const auto& each : round.freeze().contributions()) {
    const auto dealer = model::PlaceInRoster(liar_->roster(), each.collective());
    if (dealer && liar_->contributions_.contains(*dealer)) shown_.push_back(*dealer);
  }
}

absl::StatusOr<node::LogPage> LyingLink::ListLog(int64_t after) {
  node::LogPage page = liar_->Log(place_, after);
  if (liar_->tamper_log) liar_->tamper_log(place_, page);
  return page;
}

absl::Status LyingLink::PublishKeyBatch(const fed::KeyBatch& batch, absl::string_view signature) {
  fed::LogEntry entry;
  entry.set_kind(fed::LOG_ENTRY_KIND_KEY_BATCH);
  entry.set_author(batch.collective());
  *entry.mutable_key_batch() = batch;
  entry.set_signature(std::string(signature));
  liar_->AppendLog(std::move(entry));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<fed::Share>> LyingLink::ListShares(const std::string&) {
  const privacy::Holders& holders = *liar_->ground().holders;
  size_t before = privacy::SummedHeadBytes(holders);
  for (int other = 0; other < place_; ++other) before += privacy::SealedShareBytes(holders, other);
  std::vector<fed::Share> shares;
  for (const int dealer : shown_) {
    const std::string& bytes = liar_->contributions().at(dealer);
    fed::Share& share = shares.emplace_back();
    share.set_dealer(liar_->node(dealer).id);
    share.set_head(bytes.substr(0, privacy::SummedHeadBytes(holders)));
    share.set_sealed(bytes.substr(before, privacy::SealedShareBytes(holders, place_)));
  }
  if (liar_->tamper_shares) liar_->tamper_shares(place_, shares);
  return shares;
}

absl::Status LyingLink::CreateAnswer(const std::string&, absl::string_view answer) {
  if (liar_->answers_lost > 0) {
    --liar_->answers_lost;
    return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink, "gone");
  }
  liar_->answers_[place_].emplace_back(answer);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<fed::Answer>> LyingLink::ListAnswers(const std::string&) {
  std::vector<fed::Answer> answers;
  for (const auto& [place, sent] : liar_->answers()) {
    fed::Answer& answer = answers.emplace_back();
    answer.set_collective(liar_->node(place).id);
    answer.set_answer(sent.front());
  }
  if (liar_->tamper_answers) liar_->tamper_answers(place_, answers);
  return answers;
}

absl::StatusOr<std::vector<fed::Round>> LyingLink::ListRounds() {
  const fed::Round& round = liar_->told_.at(place_).round;
  ShowSharesOf(round);
  return std::vector<fed::Round>{round};
}

absl::StatusOr<fed::NationalRelease> LyingLink::GetNationalRelease(const std::string&) {
  const auto& release = liar_->told_.at(place_).release;
  if (!release) return absl::NotFoundError("");
  return *release;
}

absl::Status LyingLink::CreateComplaint(const std::string&, const std::string& dealer, absl::string_view bytes) {
  liar_->complaints_.push_back({place_, dealer, std::string(bytes)});
  return absl::OkStatus();
}

}  // namespace aangan::tests

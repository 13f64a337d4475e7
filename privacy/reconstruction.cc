// SPDX-License-Identifier: Apache-2.0
// Sums: see reconstruction.h.
#include "privacy/reconstruction.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"

namespace aangan::privacy {
namespace {

// The polynomials, one a word, through k answers.
class Through {
 public:
  explicit Through(std::vector<const PlacedAnswer*> basis) : basis_(std::move(basis)) {
    for (const PlacedAnswer* answer : basis_) points_.push_back(PointOfPlace(answer->place));
  }

  // An answer agrees only if it does in every word.
  bool Meets(const PlacedAnswer& answer) const {
    const std::vector<uint64_t> weights = WeightsAt<Field64>(PointOfPlace(answer.place), points_);
    for (size_t word = 0; word < answer.words.size(); ++word)
      if (Sum(weights, word) != answer.words[word]) return false;
    return true;
  }

  std::vector<int64_t> ValuesAtZero() const {
    const std::vector<uint64_t> weights = WeightsAt<Field64>(0, points_);
    std::vector<int64_t> values;
    for (size_t word = 0; word < basis_.front()->words.size(); ++word)
      values.push_back(SignedFromField(Sum(weights, word)));
    return values;
  }

 private:
  uint64_t Sum(const std::vector<uint64_t>& weights, size_t word) const {
    uint64_t sum = 0;
    for (size_t i = 0; i < basis_.size(); ++i)
      sum = Field64::Add(sum, Field64::Multiply(weights[i], basis_[i]->words[word]));
    return sum;
  }

  std::vector<const PlacedAnswer*> basis_;
  std::vector<uint64_t> points_;
};

// The next choice of as many out of `of`, in lexicographic order; false behind the last.
bool NextChoice(std::vector<size_t>& chosen, size_t of) {
  for (size_t i = chosen.size(); i-- > 0;) {
    if (chosen[i] == of - chosen.size() + i) continue;
    ++chosen[i];
    std::iota(chosen.begin() + static_cast<std::ptrdiff_t>(i) + 1, chosen.end(), chosen[i] + 1);
    return true;
  }
  return false;
}

Through ThroughChosen(const std::vector<PlacedAnswer>& answers, const std::vector<size_t>& chosen) {
  std::vector<const PlacedAnswer*> basis;
  for (const size_t i : chosen) basis.push_back(&answers[i]);
  return Through(std::move(basis));
}

// Who agrees with the polynomials through the chosen answers.
Reconstruction Judge(const std::vector<PlacedAnswer>& answers, const std::vector<size_t>& chosen) {
  const Through through = ThroughChosen(answers, chosen);
  Reconstruction judged;
  for (size_t i = 0; i < answers.size(); ++i) {
    const bool agrees = std::binary_search(chosen.begin(), chosen.end(), i) || through.Meets(answers[i]);
    (agrees ? judged.agreeing : judged.differing).push_back(answers[i].place);
  }
  return judged;
}

absl::Status CheckAnswers(const std::vector<PlacedAnswer>& answers, const RoundNumbers& numbers) {
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].place < 0 || answers[i].place >= numbers.n ||
        answers[i].words.size() != answers.front().words.size() ||
        (i > 0 && answers[i].place == answers[i - 1].place)) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                     "answers of one round are of different places and have one length");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> SumDirect(const std::vector<Contribution>& contributions) {
  if (contributions.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "there is no contribution to add up");
  }
  std::vector<int64_t> sums(contributions.front().values.size());
  for (const Contribution& contribution : contributions) {
    if (contribution.values.size() != sums.size()) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                     "contributions of one round have one length");
    }
    for (size_t i = 0; i < sums.size(); ++i) {
      AANGAN_CHECK(!__builtin_add_overflow(sums[i], contribution.values[i], &sums[i]));
    }
  }
  return sums;
}

absl::StatusOr<Reconstruction> Reconstruct(std::vector<PlacedAnswer> answers, const RoundNumbers& numbers) {
  std::sort(answers.begin(), answers.end(),
            [](const PlacedAnswer& a, const PlacedAnswer& b) { return a.place < b.place; });
  RETURN_IF_ERROR(CheckAnswers(answers, numbers));
  const auto k = static_cast<size_t>(numbers.k);
  if (answers.size() < k) return Reconstruction{};
  const size_t confirming = k + static_cast<size_t>(numbers.f);
  std::vector<size_t> chosen(k);
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  Reconstruction judged = Judge(answers, chosen);
  if (!judged.differing.empty()) {
    // At most 1,001 choices (n = 14). Two sums with k+f agreeing answers each can not both be there: 2(k+f) - n >= k.
    while (answers.size() >= confirming && judged.agreeing.size() < confirming && NextChoice(chosen, answers.size()))
      judged = Judge(answers, chosen);
    if (judged.agreeing.size() < confirming) return Reconstruction{Agreement::kDisputed, {}, {}, {}};
  }
  judged.agreement = judged.agreeing.size() >= confirming ? Agreement::kConfirmed : Agreement::kProvisional;
  judged.values = ThroughChosen(answers, chosen).ValuesAtZero();
  return judged;
}

}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// Complaints of holders about dealers.
#include "server/federation/complaint_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/complaint.h"
#include "server/federation/ingest.h"
#include "server/federation/round_state.h"

namespace aangan::federation {
namespace {

using store::v1::StoredComplaint;
using store::v1::StoredContribution;

v1::ComplaintVerdict VerdictOf(privacy::Verdict verdict) {
  switch (verdict) {
    case privacy::Verdict::kProven:
      return v1::COMPLAINT_VERDICT_PROVEN;
    case privacy::Verdict::kUnproven:
      return v1::COMPLAINT_VERDICT_UNPROVEN;
    case privacy::Verdict::kFalse:
      return v1::COMPLAINT_VERDICT_FALSE;
  }
  return v1::COMPLAINT_VERDICT_UNSPECIFIED;
}

absl::Status NoContribution() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                 "The dealer has no contribution in this round that could be complained of.");
}

}  // namespace

absl::StatusOr<v1::ComplaintVerdict> ComplaintBook::Judge(const RoundGround& ground, const std::string& complainer,
                                                          const std::string& dealer,
                                                          const std::string& complaint) const {
  const std::optional<int> complainer_place = model::PlaceInRoster(ground.roster, complainer);
  const std::optional<int> dealer_place = model::PlaceInRoster(ground.roster, dealer);
  if (!complainer_place || !dealer_place || !ground.holders) return NoContribution();
  ASSIGN_OR_RETURN(const auto stored,
                   ReadStored<StoredContribution>(*store_, Table::kContributions, Ingest::Key(ground.quarter, dealer)));
  if (!stored) return NoContribution();
  ASSIGN_OR_RETURN(const privacy::SummedContribution dealt,
                   privacy::ParseSummed(stored->value.contribution(), *ground.holders, *dealer_place));
  ASSIGN_OR_RETURN(const privacy::Verdict verdict,
                   privacy::JudgeComplaint(complaint, dealt.head, *ground.holders, *complainer_place));
  return VerdictOf(verdict);
}

absl::StatusOr<bool> ComplaintBook::IsNamedByMany(const model::Period& quarter, const std::string& dealer,
                                                  int f) const {
  ASSIGN_OR_RETURN(const std::vector<v1::Complaint> all, List(quarter, "", kRowsMax));
  const auto named = std::count_if(all.begin(), all.end(), [&](const v1::Complaint& each) {
    return each.dealer() == dealer && each.verdict() == v1::COMPLAINT_VERDICT_UNPROVEN;
  });
  return named + 1 > f;  // with the one that is being taken
}

absl::StatusOr<v1::ComplaintVerdict> ComplaintBook::Take(const model::Period& quarter, const std::string& complainer,
                                                         const std::string& dealer,
                                                         const std::string& complaint) const {
  return UntilUncontested([&] { return TakeOnce(quarter, complainer, dealer, complaint); });
}

absl::StatusOr<v1::ComplaintVerdict> ComplaintBook::TakeOnce(const model::Period& quarter,
                                                             const std::string& complainer, const std::string& dealer,
                                                             const std::string& complaint) const {
  ASSIGN_OR_RETURN(const StoredRound round, rounds_->Get(quarter));
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(round.value.round_descriptor()));
  ASSIGN_OR_RETURN(const v1::ComplaintVerdict verdict, Judge(ground, complainer, dealer, complaint));
  const std::string key = absl::StrCat(Ingest::Key(quarter, complainer), "/", dealer);
  ASSIGN_OR_RETURN(const auto there, ReadStored<StoredComplaint>(*store_, Table::kComplaints, key));
  // One word of a holder about a dealer counts; a proof takes the place of a word that proved nothing.
  if (there && (there->value.verdict() == v1::COMPLAINT_VERDICT_PROVEN || verdict != v1::COMPLAINT_VERDICT_PROVEN))
    return there->value.verdict();
  store::v1::StoredRound after = round.value;
  bool out = verdict == v1::COMPLAINT_VERDICT_PROVEN;
  if (verdict == v1::COMPLAINT_VERDICT_UNPROVEN) {
    ASSIGN_OR_RETURN(out, IsNamedByMany(quarter, dealer, ground.holders->numbers.f));
  }
  if (out && TakesContributions(after.state())) {
    auto* in = after.mutable_contributions();
    const auto kept = std::remove_if(in->begin(), in->end(),
                                     [&](const v1::FrozenContribution& each) { return each.collective() == dealer; });
    if (kept != in->end()) {
      in->erase(kept, in->end());
      after.add_excluded(dealer);
      std::sort(after.mutable_excluded()->begin(), after.mutable_excluded()->end());
      LogWarning("complaints", "a contribution is taken out").Name("period", round.key).Name("collective", dealer);
    }
  }
  StoredComplaint stored;
  stored.set_complaint(complaint);
  stored.set_verdict(verdict);
  RETURN_IF_ERROR(rounds_->Replace(
      round, after, {MakeEntry(v1::LOG_ENTRY_KIND_COMPLAINT, round.key, complainer, Sha256(complaint), "")},
      {{Table::kComplaints, key, stored.SerializeAsString()}}, {Unchanged(Table::kComplaints, key, there)}));
  return verdict;
}

absl::StatusOr<std::vector<v1::Complaint>> ComplaintBook::List(const model::Period& quarter, const std::string& after,
                                                               size_t limit) const {
  const std::string prefix = Ingest::Key(quarter, "");
  ASSIGN_OR_RETURN(std::vector<Entry> rows,
                   store_->List(Table::kComplaints, prefix, after.empty() ? "" : absl::StrCat(prefix, after), limit));
  std::vector<v1::Complaint> complaints;
  for (Entry& row : rows) {
    ASSIGN_OR_RETURN(const Stored<StoredComplaint> stored, ParseStored<StoredComplaint>(std::move(row)));
    const std::vector<std::string> parts = absl::StrSplit(stored.key, '/');
    if (parts.size() != 3) continue;
    v1::Complaint& complaint = complaints.emplace_back();
    complaint.set_complainer(parts[1]);
    complaint.set_dealer(parts[2]);
    complaint.set_complaint(stored.value.complaint());
    complaint.set_verdict(stored.value.verdict());
  }
  return complaints;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// The end of a quarter on this node: draw, close, protect, propose; then the collective's yes.
#include "server/node/close_agent.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/plausible.h"
#include "privacy/release.h"
#include "privacy/summed_contribution.h"
#include "server/node/audit_ledger.h"
#include "server/node/round_state.h"

namespace aangan::node {

using storage::node::Action;
using storage::node::NoteChange;
using storage::node::RoundEntry;
using storage::node::Stage;

namespace {

absl::Status NothingProposed() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "Nothing is proposed for this quarter. Close the quarter first.");
}

// What no cell can hold would spoil the table for all collectives, so it is found here. No count is told.
absl::Status CheckWithinBounds(const model::ClosedTallies& exact, const model::CompiledCatalogue& catalogue) {
  const std::vector<std::string> tables = privacy::TablesOutOfBound(catalogue, exact.period, exact.counts);
  if (tables.empty()) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kOutOfRange,
                 "A table counts more than the catalogue calls plausible for one of its cells. Look for records that "
                 "were imported twice; if the count is right, ask the federation for a catalogue with a wider bound.")
      .Name("table", tables.front())
      .Number("tables", static_cast<int64_t>(tables.size()));
}

}  // namespace

struct CloseAgent::Proposal {
  RoundEntry entry;
  RoundGround ground;
  model::ClosedTallies exact;
  privacy::ProtectedVector leaves;
};

absl::StatusOr<CloseAgent::Proposal> CloseAgent::Propose(const model::Period& quarter) {
  const absl::Time now = rooms_.clock->Now();
  RETURN_IF_ERROR(CheckPeriod(quarter, now));
  absl::StatusOr<RoundEntry> entry = rooms_.once->GetRound(quarter);
  if (absl::IsNotFound(entry.status())) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "No round is announced for this quarter. Sync with the federation first.");
  }
  RETURN_IF_ERROR(entry.status());
  if (!CanStep(entry->stage, Stage::kProposed)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This round is past proposing: it was approved, refused, or is over.");
  }
  RETURN_IF_ERROR(CheckRehearsal(entry->rehearsal, rooms_.accepts_rehearsals));
  if (rooms_.once->SitsOut(quarter)) {
    return Problem(
        absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
        "This node was restored after the quarter had begun, so it contributes nothing to it: it can not know "
        "what it sent before.");
  }
  // Only under a catalogue that this collective accepted; and of it, the round that was checked when it was announced.
  ASSIGN_OR_RETURN(const auto accepted, rooms_.book->CatalogueFor(quarter));
  if (accepted->digest != entry->catalogue) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoCatalogue,
                   "The round is of another catalogue than the one that this collective accepted for the quarter.");
  }
  ASSIGN_OR_RETURN(RoundGround ground, GroundOf(*entry, *rooms_.book));
  if (rooms_.identity->KeyIn(ground.roster) == nullptr) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNoRoster,
                   "The round is of a roster that does not hold this node's key: it takes part from the next one on.");
  }
  if (rooms_.once->BudgetLeft(quarter, ground.catalogue->source.nano_rho_cap()) < entry->charge_nano_rho) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kBudget,
                   "The privacy budget of four quarters does not allow this round.");
  }
  // Drawn and on disk before a count is read: how long the drawing took can then say nothing about the counts.
  ASSIGN_OR_RETURN(std::optional<SecretBytes> kept, rooms_.once->FindDraw(ground.round_id));
  if (!kept) {
    const privacy::NoisePlan noise = privacy::PlanNoise(ground.round_id, *ground.catalogue, quarter, ground.numbers);
    ASSIGN_OR_RETURN(kept, rooms_.once->KeepDraw(ground.round_id, privacy::Draw(noise, *rooms_.random).Encode()));
  }
  ASSIGN_OR_RETURN(const privacy::NoiseDraw draw, privacy::NoiseDraw::Decode(kept->span()));
  ASSIGN_OR_RETURN(model::ClosedTallies exact, rooms_.store->Close(ground.catalogue->digest, quarter));
  RETURN_IF_ERROR(CheckWithinBounds(exact, *ground.catalogue));
  ASSIGN_OR_RETURN(privacy::ProtectedVector leaves, privacy::Protect(exact, draw));
  return Proposal{*std::move(entry), std::move(ground), std::move(exact), std::move(leaves)};
}

absl::Status CloseAgent::Note(Action action, const model::Period& quarter, const std::string& actor) {
  return rooms_.store
      ->SubmitAndWait(NoteChange{action, actor, absl::StrCat("releases/", model::PeriodText(quarter)), "", ""})
      .status();
}

absl::StatusOr<RoundEntry> CloseAgent::Close(const model::Period& quarter, const std::string& actor) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(const Proposal proposal, Propose(quarter));
  RETURN_IF_ERROR(rooms_.once->Propose(quarter, proposal.leaves.digest(proposal.entry.round_id)));
  RETURN_IF_ERROR(Note(Action::kProposed, quarter, actor));
  LogInfo("close", "release proposed").Name("period", model::PeriodText(quarter));
  return rooms_.once->GetRound(quarter);
}

absl::StatusOr<Preview> CloseAgent::Look(const model::Period& quarter) {
  absl::MutexLock lock(&steps_);
  absl::StatusOr<RoundEntry> entry = rooms_.once->GetRound(quarter);
  RETURN_IF_ERROR(entry.status());
  if (entry->stage != Stage::kProposed) return NothingProposed();
  ASSIGN_OR_RETURN(Proposal proposal, Propose(quarter));
  RETURN_IF_ERROR(rooms_.once->Propose(quarter, proposal.leaves.digest(proposal.entry.round_id)));
  Preview preview;
  ASSIGN_OR_RETURN(preview.entry, rooms_.once->GetRound(quarter));
  preview.catalogue = proposal.ground.catalogue;
  preview.numbers = proposal.ground.numbers;
  preview.exact = std::move(proposal.exact);
  preview.leaves = proposal.leaves.values();
  absl::StatusOr<model::ClosedTallies> before =
      rooms_.store->Close(proposal.ground.catalogue->digest, quarter.Previous());
  if (before.ok()) preview.before = *std::move(before);
  return preview;
}

absl::StatusOr<RoundEntry> CloseAgent::Approve(const model::Period& quarter, absl::string_view proposal_digest,
                                               const std::string& actor) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.once->GetRound(quarter));
  if (entry.stage != Stage::kProposed) return NothingProposed();
  const auto membership = rooms_.identity->membership();
  if (!membership) return NothingProposed();
  ASSIGN_OR_RETURN(const Proposal proposal, Propose(quarter));
  const std::string encoded = proposal.leaves.Encode();
  const Digest digest = proposal.leaves.digest(entry.round_id);
  if (AsText(digest) != proposal_digest || digest != entry.proposal_digest) {
    return Problem(absl::StatusCode::kAborted, Reason::kProposalChanged,
                   "What would leave is not what was looked at: records have changed since. Look again.");
  }
  const SigningKey& signing = *rooms_.identity->KeyIn(proposal.ground.roster);
  privacy::ContributionHeader header;
  header.round_id = entry.round_id;
  header.node_id = model::NodeId(signing.public_key()).bytes;
  ASSIGN_OR_RETURN(const LogWatch::Stamp stamp, rooms_.watch->NextStamp());
  header.log = stamp.log;
  header.incarnation = stamp.incarnation;
  header.counter = stamp.counter;
  storage::node::OnceStore::Approval approval;
  approval.period = quarter;
  approval.proposal_digest = digest;
  ASSIGN_OR_RETURN(approval.audit, CommitToAudit(*rooms_.store, entry.round_id));
  approval.protected_vector = encoded;
  approval.make_contribution = [&](const Digest& ledger_head) -> absl::StatusOr<std::string> {
    header.ledger_head = ledger_head;
    if (!proposal.ground.holders) return privacy::BuildDirect(header, proposal.leaves, signing);
    // Dealt here and never again: from this batch on the bytes stand.
    return privacy::BuildSummed(header, *proposal.ground.holders, proposal.leaves, signing, *rooms_.random);
  };
  approval.name_contribution = [&](absl::string_view contribution) {
    return NameOfContribution(proposal.ground, contribution);
  };
  approval.cap_nano_rho = proposal.ground.catalogue->source.nano_rho_cap();
  RETURN_IF_ERROR(rooms_.once->Approve(approval));
  RETURN_IF_ERROR(Note(Action::kApproved, quarter, actor));
  LogInfo("close", "release approved").Name("period", model::PeriodText(quarter));
  return rooms_.once->GetRound(quarter);
}

absl::StatusOr<RoundEntry> CloseAgent::Refuse(const model::Period& quarter, const std::string& actor) {
  absl::MutexLock lock(&steps_);
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.once->GetRound(quarter));
  if (!CanStep(entry.stage, Stage::kRefused)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This round can no more be refused: it was approved, or is over.");
  }
  RETURN_IF_ERROR(rooms_.once->Refuse(quarter));
  RETURN_IF_ERROR(Note(Action::kRefused, quarter, actor));
  return rooms_.once->GetRound(quarter);
}

}  // namespace aangan::node

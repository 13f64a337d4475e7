// SPDX-License-Identifier: Apache-2.0
// What the federation says about a round, checked before it is believed.
#include "server/node/round_check.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/round_numbers.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::RoundEntry;

absl::Status Says(Literal what) { return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState, what); }

}  // namespace

absl::StatusOr<RoundPlan> PlanRound(const fed::Roster& roster, const model::CompiledCatalogue& catalogue,
                                    const model::Period& quarter) {
  RoundPlan plan;
  ASSIGN_OR_RETURN(plan.descriptor, privacy::MakeDescriptor(roster, catalogue, quarter));
  ASSIGN_OR_RETURN(plan.canonical, privacy::CanonicalDescriptor(plan.descriptor));
  plan.round_id = privacy::RoundId(plan.canonical);
  plan.numbers = privacy::NumbersOf(roster.collectives_size());
  plan.charge_nano_rho = privacy::ChargeNanoRho(catalogue, quarter, plan.numbers);
  return plan;
}

absl::Status CheckAnnounced(const fed::Round& round, const RoundPlan& plan, const PublicKey& federation_key) {
  ASSIGN_OR_RETURN(const std::string canonical, privacy::CanonicalDescriptor(round.round_descriptor()));
  RETURN_IF_ERROR(
      VerifySignature(federation_key, privacy::kDescriptorLabel, canonical, AsBytes(round.descriptor_signature())));
  if (canonical != plan.canonical)
    return Says("The announced round is not what this node computes from roster and catalogue.");
  return absl::OkStatus();
}

absl::Status CheckReceipt(const fed::Receipt& receipt, const RoundEntry& entry, const std::string& collective,
                          const PublicKey& federation_key) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalReceipt(receipt));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kReceiptLabel, canonical, AsBytes(receipt.signature())));
  if (receipt.round_id() != AsText(entry.round_id) || receipt.collective() != collective ||
      receipt.digest() != AsText(Sha256(entry.contribution)))
    return Says("The federation's receipt is for something else than what was sent.");
  return absl::OkStatus();
}

absl::StatusOr<bool> CheckFreeze(const fed::Round& round, const RoundEntry& entry, const std::string& collective,
                                 const PublicKey& federation_key) {
  const fed::Freeze& freeze = round.freeze();
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(freeze));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kFreezeLabel, canonical, AsBytes(round.freeze_signature())));
  if (freeze.round_id() != AsText(entry.round_id)) return Says("The freeze is of another round.");
  if (freeze.contributions_size() < round.round_descriptor().m())
    return Says("The freeze holds too few contributions.");
  for (int i = 1; i < freeze.contributions_size(); ++i) {
    if (freeze.contributions(i - 1).collective() >= freeze.contributions(i).collective())
      return Says("The freeze names a collective twice, or out of order.");
  }
  for (const fed::FrozenContribution& each : freeze.contributions()) {
    if (each.collective() != collective) continue;
    if (entry.contribution.empty() || each.digest() != AsText(Sha256(entry.contribution)))
      return Says(
          "The freeze holds bytes in this collective's name that it did not send. Call the federation's staff.");
    return true;
  }
  return false;
}

absl::Status CheckRelease(const fed::NationalRelease& release, const fed::Round& round,
                          const PublicKey& federation_key) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalRelease(release));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kReleaseLabel, canonical, AsBytes(release.signature())));
  ASSIGN_OR_RETURN(const std::string freeze, model::CanonicalFreeze(round.freeze()));
  if (release.round_id() != round.freeze().round_id() || release.freeze_digest() != AsText(Sha256(freeze)))
    return Says("The national release is not of the frozen round.");
  if (release.contributors_size() != round.freeze().contributions_size())
    return Says("The national release names other contributors than the freeze.");
  for (int i = 0; i < release.contributors_size(); ++i) {
    if (release.contributors(i) != round.freeze().contributions(i).collective())
      return Says("The national release names other contributors than the freeze.");
  }
  return absl::OkStatus();
}

}  // namespace aangan::node

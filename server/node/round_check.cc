// SPDX-License-Identifier: Apache-2.0
// What the federation says about a round, checked before it is believed.
#include "server/node/round_check.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/recipient_keys.h"
#include "privacy/round_numbers.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::RoundEntry;

absl::Status Says(Literal what) { return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState, what); }

// The descriptor that this node computes, with what it is computed from.
absl::StatusOr<RoundGround> Plan(const fed::RoundDescriptor& said, const model::Period& quarter,
                                 const GovernanceBook& book, const LogKnown& log) {
  RoundGround ground;
  ground.quarter = quarter;
  ASSIGN_OR_RETURN(ground.roster, book.RosterOfEpoch(said.epoch()));
  if (model::RosterExpiry(ground.roster) <= quarter.end())
    return Says("The announced round is of a roster that had expired when its quarter ended.");
  ASSIGN_OR_RETURN(const fed::Catalogue source, book.CatalogueInForce(quarter));
  ASSIGN_OR_RETURN(ground.catalogue, model::CompileCatalogue(source));
  privacy::PublishedKeys keys;
  if (ground.catalogue->summed()) {
    if (said.log_size() < log.size_at_end)
      return Says("The announced round goes by an older log than this node held when the quarter ended.");
    if (said.log_size() > static_cast<int64_t>(log.entries.size()))
      return Says("The announced round goes by entries of the log that this node has not seen.");
    const auto seen = log.entries.subspan(0, static_cast<size_t>(said.log_size()));
    if (const auto current = book.roster_in_force(); current && current->epoch() != said.epoch()) {
      for (const fed::LogEntry& entry : seen) {
        if (entry.kind() == fed::LOG_ENTRY_KIND_ROSTER && entry.subject() == absl::StrCat(current->epoch()))
          return Says("The announced round is of an epoch of the roster that another one had followed.");
      }
    }
    keys = privacy::KeysAfter(seen, ground.roster, quarter);
  }
  ASSIGN_OR_RETURN(ground.descriptor, privacy::MakeDescriptor(ground.roster, *ground.catalogue, quarter, keys));
  ground.numbers = privacy::NumbersOf(ground.roster.collectives_size());
  return ground;
}

}  // namespace

absl::StatusOr<RoundGround> GroundOf(const RoundEntry& entry, const GovernanceBook& book) {
  RoundGround ground;
  if (!ground.descriptor.ParseFromString(entry.descriptor)) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The descriptor of a round is damaged.");
  }
  ground.quarter = entry.period;
  ground.round_id = entry.round_id;
  ASSIGN_OR_RETURN(const std::string canonical, privacy::CanonicalDescriptor(ground.descriptor));
  if (privacy::RoundId(canonical) != entry.round_id || ground.descriptor.period() != model::PeriodText(entry.period))
    return Says("The round that is kept here is not the one that was announced.");
  ASSIGN_OR_RETURN(ground.roster, book.RosterOfEpoch(ground.descriptor.epoch()));
  ASSIGN_OR_RETURN(const auto known, book.CatalogueByDigest(entry.catalogue));
  ASSIGN_OR_RETURN(ground.catalogue, model::CompileCatalogue(known->source));
  ground.numbers = privacy::NumbersOf(ground.roster.collectives_size());
  if (ground.catalogue->summed()) {
    ASSIGN_OR_RETURN(ground.holders, privacy::HoldersOf(ground.descriptor, ground.roster, ground.round_id,
                                                        ground.catalogue->RoundCellCount(ground.quarter)));
  }
  return ground;
}

absl::StatusOr<RoundEntry> CheckAnnounced(const fed::Round& round, const GovernanceBook& book, const LogKnown& log,
                                          const PublicKey& federation_key) {
  const fed::RoundDescriptor& said = round.round_descriptor();
  ASSIGN_OR_RETURN(const std::string canonical, privacy::CanonicalDescriptor(said));
  RETURN_IF_ERROR(
      VerifySignature(federation_key, privacy::kDescriptorLabel, canonical, AsBytes(round.descriptor_signature())));
  RoundEntry entry;
  ASSIGN_OR_RETURN(entry.period, model::ParsePeriod(said.period(), "period"));
  ASSIGN_OR_RETURN(const RoundGround plan, Plan(said, entry.period, book, log));
  ASSIGN_OR_RETURN(const std::string computed, privacy::CanonicalDescriptor(plan.descriptor));
  if (canonical != computed)
    return Says("The announced round is not what this node computes from roster, catalogue and log.");
  entry.round_id = privacy::RoundId(canonical);
  entry.catalogue = plan.catalogue->digest;
  entry.charge_nano_rho = privacy::ChargeNanoRho(*plan.catalogue, entry.period, plan.numbers);
  entry.contribute_until_us = said.contribute_until().seconds() * 1'000'000;
  entry.rehearsal = said.rehearsal();
  entry.descriptor = said.SerializeAsString();
  return entry;
}

Digest NameOfContribution(const RoundGround& ground, absl::string_view contribution) {
  return Sha256(ground.holders ? contribution.substr(0, privacy::SummedHeadBytes(*ground.holders)) : contribution);
}

absl::StatusOr<Digest> FreezeDigest(const fed::Freeze& freeze) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(freeze));
  return Sha256(canonical);
}

absl::Status CheckReceipt(const fed::Receipt& receipt, const RoundEntry& entry, const std::string& collective,
                          const PublicKey& federation_key) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalReceipt(receipt));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kReceiptLabel, canonical, AsBytes(receipt.signature())));
  if (receipt.round_id() != AsText(entry.round_id) || receipt.collective() != collective ||
      receipt.digest() != AsText(entry.contribution_name))
    return Says("The federation's receipt is for something else than what was sent.");
  return absl::OkStatus();
}

absl::StatusOr<bool> CheckFreeze(const fed::Round& round, const RoundEntry& entry, const RoundGround& ground,
                                 const std::string& collective, const PublicKey& federation_key) {
  const fed::Freeze& freeze = round.freeze();
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(freeze));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kFreezeLabel, canonical, AsBytes(round.freeze_signature())));
  if (freeze.round_id() != AsText(entry.round_id)) return Says("The freeze is of another round.");
  if (freeze.contributions_size() < ground.numbers.m) return Says("The freeze holds too few contributions.");
  for (int i = 1; i < freeze.contributions_size(); ++i) {
    if (freeze.contributions(i - 1).collective() >= freeze.contributions(i).collective())
      return Says("The freeze names a collective twice, or out of order.");
  }
  for (const fed::FrozenContribution& each : freeze.contributions()) {
    if (!model::PlaceInRoster(ground.roster, each.collective()))
      return Says("The freeze names a collective that is not in the round's roster.");
  }
  for (const fed::FrozenContribution& each : freeze.contributions()) {
    if (each.collective() != collective) continue;
    if (entry.contribution.empty() || each.digest() != AsText(entry.contribution_name))
      return Says(
          "The freeze holds bytes in this collective's name that it did not send. Call the federation's staff.");
    return true;
  }
  return false;
}

absl::Status CheckVoid(const fed::Round& round, const RoundEntry& entry, absl::Time now,
                       const PublicKey& federation_key) {
  fed::Void word;
  word.set_round_id(std::string(AsText(entry.round_id)));
  word.set_period(model::PeriodText(entry.period));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalVoid(word));
  RETURN_IF_ERROR(VerifySignature(federation_key, model::kVoidLabel, canonical, AsBytes(round.void_signature())));
  fed::RoundDescriptor noted;  // as it was checked when it was announced, not as it is shown now
  if (!noted.ParseFromString(entry.descriptor)) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The descriptor of a round is damaged.");
  }
  if (now < absl::FromUnixSeconds(noted.extend_until().seconds()))
    return Says("The round is called void, and its window is not over by this computer's clock.");
  return absl::OkStatus();
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

// SPDX-License-Identifier: Apache-2.0
// Takes contributions in.
#include "server/federation/ingest.h"

#include <algorithm>
#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/round_numbers.h"
#include "privacy/twins.h"

namespace aangan::federation {
namespace {

using store::v1::PartialUpload;
using store::v1::StoredContribution;

absl::Status OtherContribution() {
  return Problem(absl::StatusCode::kAlreadyExists, Reason::kWrongState,
                 "Another contribution of this collective is in. It is never replaced.");
}

absl::Status Frozen() {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kRoundFrozen,
                 "The round takes no more contributions. It is frozen or void.");
}

absl::Status NotListed() {
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                 "The collective is not in the roster of this round.");
}

absl::Status BadOffset(int64_t received) {
  return Problem(absl::StatusCode::kOutOfRange, Reason::kBadOffset,
                 "The chunk does not continue the upload. Ask GetUpload and go on from there.")
      .Number("received_bytes", received);
}

absl::Status OtherDigest() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The whole does not have the digest given.")
      .Field("digest", "must be the SHA-256 of the whole");
}

absl::Status CheckChunk(const v1::UploadChunkRequest& chunk, size_t expected_bytes) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The chunk can not be taken.");
  if (chunk.digest().size() != sizeof(Digest)) problem.Field("digest", "must be the SHA-256 of the whole, 32 bytes");
  if (chunk.chunk().empty() || chunk.chunk().size() > kUploadChunkBytesMax)
    problem.Field("chunk", "must have 1 byte to 256 KiB");
  if (chunk.offset() < 0) problem.Field("offset", "must be 0 or more");
  if (problem.has_fields()) return problem;
  if (chunk.total_bytes() != static_cast<int64_t>(expected_bytes)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                   "A contribution to this round has another length.")
        .Field("total_bytes", "must be the length that the round's catalogue gives")
        .Number("expected_bytes", static_cast<int64_t>(expected_bytes));
  }
  if (chunk.offset() + static_cast<int64_t>(chunk.chunk().size()) > chunk.total_bytes()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength, "The chunk passes the end of the whole.")
        .Field("chunk", "must end with the whole");
  }
  return absl::OkStatus();
}

const v1::Collective* FindInRoster(const v1::Roster& roster, absl::string_view id) {
  const std::optional<int> place = model::PlaceInRoster(roster, id);
  return place ? &roster.collectives(*place) : nullptr;
}

}  // namespace

v1::Upload Ingest::Finished(const ResourceNames::ContributionName& name, const StoredContribution& stored) const {
  v1::Upload upload;
  upload.set_name(names_->Contribution(model::PeriodText(name.period), name.collective));
  upload.set_received_bytes(static_cast<int64_t>(stored.contribution().size()));
  upload.set_total_bytes(upload.received_bytes());
  upload.set_digest(std::string(AsText(Sha256(stored.contribution()))));
  *upload.mutable_receipt() = stored.receipt();
  return upload;
}

absl::StatusOr<v1::Upload> Ingest::Look(const ResourceNames::ContributionName& name) const {
  RETURN_IF_ERROR(rounds_->Get(name.period).status());
  const std::string key = Key(name.period, name.collective);
  ASSIGN_OR_RETURN(const auto whole, ReadStored<StoredContribution>(*store_, Table::kContributions, key));
  if (whole) return Finished(name, whole->value);
  v1::Upload upload;
  upload.set_name(names_->Contribution(model::PeriodText(name.period), name.collective));
  ASSIGN_OR_RETURN(const auto part, ReadStored<PartialUpload>(*store_, Table::kUploads, key));
  if (part) {
    upload.set_received_bytes(static_cast<int64_t>(part->value.arrived().size()));
    upload.set_total_bytes(part->value.total_bytes());
    upload.set_digest(part->value.digest());
  }
  return upload;
}

absl::StatusOr<v1::Upload> Ingest::Append(const ResourceNames::ContributionName& name,
                                          const v1::UploadChunkRequest& chunk) {
  return UntilUncontested([&] { return AppendOnce(name, chunk); });
}

absl::StatusOr<v1::Upload> Ingest::AppendOnce(const ResourceNames::ContributionName& name,
                                              const v1::UploadChunkRequest& chunk) const {
  ASSIGN_OR_RETURN(const StoredRound round, rounds_->Get(name.period));
  const std::string key = Key(name.period, name.collective);
  ASSIGN_OR_RETURN(const auto there, ReadStored<StoredContribution>(*store_, Table::kContributions, key));
  if (there) {
    if (AsText(Sha256(there->value.contribution())) == chunk.digest()) return Finished(name, there->value);
    LookAtRefused(name, round, chunk);
    return OtherContribution();
  }
  if (round.value.state() != v1::ROUND_STATE_ANNOUNCED) {
    LookAtRefused(name, round, chunk);
    return Frozen();
  }
  ASSIGN_OR_RETURN(const RoundGround ground, rounds_->GroundOf(round.value.round_descriptor()));
  if (FindInRoster(ground.roster, name.collective) == nullptr) return NotListed();
  RETURN_IF_ERROR(CheckChunk(chunk, BytesOfContribution(ground)));
  ASSIGN_OR_RETURN(const auto part, ReadStored<PartialUpload>(*store_, Table::kUploads, key));
  PartialUpload upload;
  // Other bytes than those begun with: the upload begins anew.
  if (part && part->value.digest() == chunk.digest()) upload = part->value;
  upload.set_total_bytes(chunk.total_bytes());
  upload.set_digest(chunk.digest());
  const auto received = static_cast<int64_t>(upload.arrived().size());
  if (chunk.offset() > received) return BadOffset(received);
  const size_t known = std::min(chunk.chunk().size(), static_cast<size_t>(received - chunk.offset()));
  if (absl::string_view(upload.arrived()).substr(static_cast<size_t>(chunk.offset()), known) !=
      absl::string_view(chunk.chunk()).substr(0, known)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "Bytes that are there already came again and differ.")
        .Field("chunk", "must be bytes of the whole that the digest names");
  }
  upload.mutable_arrived()->append(chunk.chunk(), known);
  if (upload.arrived().size() == static_cast<size_t>(upload.total_bytes()))
    return Take(name, round, ground, chunk.digest(), std::move(*upload.mutable_arrived()));
  if (known < chunk.chunk().size()) {
    RETURN_IF_ERROR(
        store_->Commit({{Table::kUploads, key, upload.SerializeAsString()}}, {Unchanged(Table::kUploads, key, part)}));
  }
  return Look(name);
}

void Ingest::LookAtRefused(const ResourceNames::ContributionName& name, const StoredRound& round,
                           const v1::UploadChunkRequest& chunk) const {
  const absl::StatusOr<RoundGround> ground = rounds_->GroundOf(round.value.round_descriptor());
  if (!ground.ok() || chunk.offset() != 0) return;
  const std::optional<int> place = model::PlaceInRoster(ground->roster, name.collective);
  if (!place) return;
  const auto header = [&]() -> absl::StatusOr<privacy::ContributionHeader> {
    if (!ground->holders) return Check(*ground, name.collective, chunk.chunk());
    const size_t head_bytes = privacy::SummedHeadBytes(*ground->holders);
    ASSIGN_OR_RETURN(
        const privacy::SummedHead head,
        privacy::ParseHead(absl::string_view(chunk.chunk()).substr(0, head_bytes), *ground->holders, *place));
    return head.header;
  }();
  if (!header.ok()) return;  // it says nothing of whose it is
  incarnations_->Note(name.collective, privacy::SeenContribution(*header, model::PeriodText(name.period),
                                                                 NameOfContribution(*ground, chunk.chunk())));
}

absl::StatusOr<privacy::ContributionHeader> Ingest::Check(const RoundGround& ground, const std::string& collective,
                                                          absl::string_view whole) const {
  if (ground.holders) {
    // Shares are uniform words: there is no value to look at. What they must be, the holders check.
    ASSIGN_OR_RETURN(const privacy::SummedContribution dealt,
                     privacy::ParseSummed(whole, *ground.holders, *model::PlaceInRoster(ground.roster, collective)));
    return dealt.head.header;
  }
  privacy::ContributionRule rule;
  rule.round_id = ground.round_id;
  ASSIGN_OR_RETURN(rule.key, model::ParseKey(FindInRoster(ground.roster, collective)->signing_key(), "signing_key"));
  rule.bounds =
      privacy::ValueBounds(*ground.catalogue, ground.quarter, privacy::NumbersOf(ground.roster.collectives_size()));
  ASSIGN_OR_RETURN(const privacy::Contribution contribution, privacy::ParseAndCheck(whole, rule));
  return contribution.header;
}

absl::StatusOr<v1::Upload> Ingest::Take(const ResourceNames::ContributionName& name, const StoredRound& round,
                                        const RoundGround& ground, absl::string_view claimed, std::string whole) const {
  const std::string key = Key(name.period, name.collective);
  const Digest digest = Sha256(whole);
  ASSIGN_OR_RETURN(const auto part, ReadStored<PartialUpload>(*store_, Table::kUploads, key));
  const absl::StatusOr<privacy::ContributionHeader> checked =
      AsText(digest) == claimed ? Check(ground, name.collective, whole) : OtherDigest();
  if (!checked.ok()) {
    // What is wrong as a whole is dropped, or the collective could never send the right thing.
    RETURN_IF_ERROR(store_->Commit({{Table::kUploads, key, std::nullopt}}, {Unchanged(Table::kUploads, key, part)}));
    return checked.status();
  }
  StoredContribution stored;
  const Digest named_by = NameOfContribution(ground, whole);
  incarnations_->Note(name.collective, privacy::SeenContribution(*checked, model::PeriodText(name.period), named_by));
  ASSIGN_OR_RETURN(*stored.mutable_receipt(), MakeReceipt(name, round, ground.round_id, named_by));
  stored.set_contribution(std::move(whole));
  store::v1::StoredRound after = round.value;
  v1::FrozenContribution named;
  named.set_collective(name.collective);
  named.set_digest(std::string(AsText(named_by)));
  InsertByCollective(after.mutable_contributions(), named);
  RETURN_IF_ERROR(rounds_->Replace(
      round, after, {MakeEntry(v1::LOG_ENTRY_KIND_CONTRIBUTION, round.key, name.collective, named_by, "")},
      {{Table::kContributions, key, stored.SerializeAsString()}, {Table::kUploads, key, std::nullopt}},
      {{Table::kContributions, key, std::nullopt}}));
  return Finished(name, stored);
}

absl::StatusOr<v1::Receipt> Ingest::MakeReceipt(const ResourceNames::ContributionName& name, const StoredRound& round,
                                                const Digest& round_id, const Digest& digest) const {
  v1::Receipt receipt;
  receipt.set_round_id(std::string(AsText(round_id)));
  receipt.set_collective(name.collective);
  receipt.set_digest(std::string(AsText(digest)));
  receipt.mutable_receive_time()->set_seconds(absl::ToUnixSeconds(clock_->Now()));
  *receipt.mutable_freeze_deadline() = round.value.round_descriptor().extend_until();
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalReceipt(receipt));
  receipt.set_signature(std::string(AsText(key_->Sign(model::kReceiptLabel, canonical))));
  return receipt;
}

}  // namespace aangan::federation

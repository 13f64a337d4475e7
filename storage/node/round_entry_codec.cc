// SPDX-License-Identifier: Apache-2.0
// Round entries to bytes and back: see round_entry_codec.h.
#include "storage/node/round_entry_codec.h"

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/engine/keys.h"

namespace aangan::storage::node {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kPartBytesMax = 16 << 20;

absl::StatusOr<RoundEntry> Parse(absl::string_view bytes) {
  RoundEntry entry;
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  ASSIGN_OR_RETURN(const int64_t year, reader.I64());
  ASSIGN_OR_RETURN(const uint8_t quarter, reader.U8());
  ASSIGN_OR_RETURN(const uint8_t stage, reader.U8());
  entry.period = {static_cast<int16_t>(year), static_cast<int8_t>(quarter)};
  entry.stage = static_cast<Stage>(stage);
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.round_id)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.catalogue)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.proposal_digest)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(entry.contribution_name)));
  ASSIGN_OR_RETURN(entry.charge_nano_rho, reader.I64());
  ASSIGN_OR_RETURN(entry.contribute_until_us, reader.I64());
  ASSIGN_OR_RETURN(const uint8_t rehearsal, reader.U8());
  entry.rehearsal = rehearsal != 0;
  ASSIGN_OR_RETURN(entry.approve_time_us, reader.I64());
  ASSIGN_OR_RETURN(entry.send_time_us, reader.I64());
  for (std::string* part : {&entry.descriptor, &entry.protected_vector, &entry.contribution, &entry.receipt,
                            &entry.freeze, &entry.national_release}) {
    ASSIGN_OR_RETURN(absl::string_view text, reader.Bytes(kPartBytesMax));
    *part = std::string(text);
  }
  ASSIGN_OR_RETURN(const uint8_t agrees, reader.U8());
  entry.sum_agrees = agrees != 0;
  RETURN_IF_ERROR(reader.End());
  if (format != kFormat) return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "a round of another format");
  return entry;
}

}  // namespace

std::string RoundKey(const model::Period& period) {
  return KeyWriter().U32(static_cast<uint32_t>(period.index())).Take();
}

std::string EncodeRoundEntry(const RoundEntry& entry) {
  CanonicalWriter writer;
  writer.U8(kFormat)
      .I64(entry.period.year)
      .U8(static_cast<uint8_t>(entry.period.quarter))
      .U8(static_cast<uint8_t>(entry.stage));
  writer.Fixed(entry.round_id).Fixed(entry.catalogue).Fixed(entry.proposal_digest).Fixed(entry.contribution_name);
  writer.I64(entry.charge_nano_rho).I64(entry.contribute_until_us).U8(entry.rehearsal ? 1 : 0);
  writer.I64(entry.approve_time_us).I64(entry.send_time_us);
  writer.Bytes(entry.descriptor)
      .Bytes(entry.protected_vector)
      .Bytes(entry.contribution)
      .Bytes(entry.receipt)
      .Bytes(entry.freeze)
      .Bytes(entry.national_release)
      .U8(entry.sum_agrees ? 1 : 0);
  return std::move(writer).Take();
}

absl::StatusOr<RoundEntry> DecodeRoundEntry(absl::string_view bytes) {
  absl::StatusOr<RoundEntry> entry = Parse(bytes);
  // Encoded again it must be the same bytes: a year that no period has would be cut to another one.
  if (entry.ok() && EncodeRoundEntry(*entry) == bytes) return entry;
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a stored round does not read; this node must not contribute to it: call for help");
}

absl::StatusOr<std::vector<RoundEntry>> ReadRounds(const Reader& reader) {
  std::vector<RoundEntry> rounds;
  absl::Status status;
  RETURN_IF_ERROR(
      reader.Scan(Family::kRounds, KeyRange::All(), Order::kBackward, [&](absl::string_view, absl::string_view value) {
        auto entry = DecodeRoundEntry(value);
        if (entry.ok()) rounds.push_back(*std::move(entry));
        status = entry.status();
        return status.ok();
      }));
  RETURN_IF_ERROR(status);
  return rounds;
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// Building and checking contributions: see contribution.h.
#include "privacy/contribution.h"

#include <algorithm>
#include <utility>

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/field.h"
#include "privacy/plausible.h"

namespace aangan::privacy {
namespace {

constexpr uint8_t kVersion = 1;

absl::Status WrongLength() {
  return Problem(
      absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
      "the contribution has not the length that the round's catalogue gives it; synchronise and close again");
}

}  // namespace

size_t ContributionBytes(size_t cells) { return kHeaderBytes + cells * kFieldWordBytes + kSignatureBytes; }

std::string EncodeHeader(const ContributionHeader& header, ContributionForm form, size_t cells) {
  CanonicalWriter writer;
  writer.U8(kVersion).Fixed(header.round_id).Fixed(header.node_id).U8(static_cast<uint8_t>(form));
  writer.Fixed(header.ledger_head).U64(header.log.size).Fixed(header.log.head);
  writer.Fixed(header.incarnation).U64(header.counter).U32(static_cast<uint32_t>(cells));
  AANGAN_CHECK(writer.bytes().size() == kHeaderBytes);
  return std::move(writer).Take();
}

absl::StatusOr<ContributionHeader> DecodeHeader(absl::string_view bytes, ContributionForm form, size_t cells,
                                                const Digest& round_id, const PublicKey& sender) {
  ContributionHeader header;
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t version, reader.U8());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(header.round_id)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(header.node_id)));
  ASSIGN_OR_RETURN(const uint8_t its_form, reader.U8());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(header.ledger_head)));
  ASSIGN_OR_RETURN(header.log.size, reader.U64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(header.log.head)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(header.incarnation)));
  ASSIGN_OR_RETURN(header.counter, reader.U64());
  ASSIGN_OR_RETURN(const uint32_t its_cells, reader.U32());
  if (its_cells != cells) return WrongLength();
  if (version != kVersion || its_form != static_cast<uint8_t>(form) || header.round_id != round_id ||
      header.node_id != model::NodeId(sender).bytes) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongState,
                   "the contribution is of another round, node or version; synchronise and close again");
  }
  return header;
}

absl::StatusOr<Digest> LedgerHeadIn(absl::string_view contribution) {
  // version | round_id | node id | form
  constexpr size_t kBefore = 1 + sizeof(Digest) + 16 + 1;
  if (contribution.size() < kHeaderBytes) return WrongLength();
  Digest head{};
  CanonicalReader reader(contribution.substr(kBefore));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(head)));
  return head;
}

std::string BuildDirect(const ContributionHeader& header, const ProtectedVector& vector, const SigningKey& key) {
  return WithSignature(key, kContributionLabel,
                       EncodeHeader(header, ContributionForm::kDirect, vector.values().size()) + vector.Encode());
}

std::vector<int64_t> ValueBounds(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                 const RoundNumbers& numbers) {
  std::vector<int64_t> bounds;
  for (const TableVariance& variance : RoundVariances(catalogue, quarter, numbers)) {
    const model::CompiledTable& table = catalogue.tables[variance.table];
    const int64_t noise = FortySigma(NodeVariance(variance.sigma_squared, catalogue.summed(), numbers));
    bounds.insert(bounds.end(), table.cell_count, table.cell_bound + noise);
  }
  return bounds;
}

absl::StatusOr<Contribution> ParseAndCheck(absl::string_view bytes, const ContributionRule& rule) {
  if (bytes.size() != ContributionBytes(rule.bounds.size())) return WrongLength();
  ASSIGN_OR_RETURN(const absl::string_view signed_part, SignedPart(rule.key, kContributionLabel, bytes));
  Contribution contribution;
  ASSIGN_OR_RETURN(contribution.header,
                   DecodeHeader(signed_part, ContributionForm::kDirect, rule.bounds.size(), rule.round_id, rule.key));
  ASSIGN_OR_RETURN(contribution.values, DecodeWords(signed_part.substr(kHeaderBytes)));
  for (size_t i = 0; i < contribution.values.size(); ++i) {
    if (contribution.values[i] > rule.bounds[i] || contribution.values[i] < -rule.bounds[i]) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kOutOfRange,
                     "a value is outside what the catalogue calls plausible for its cell")
          .Number("cell", static_cast<int64_t>(i));
    }
  }
  return contribution;
}

}  // namespace aangan::privacy

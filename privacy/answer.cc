// SPDX-License-Identifier: Apache-2.0
// Sums of shares: see answer.h.
#include "privacy/answer.h"

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"

namespace aangan::privacy {
namespace {

constexpr Literal kLabel = "aangan/v1/answer";
constexpr uint8_t kVersion = 1;
constexpr size_t kAnswerHeaderBytes = 1 + 32 + 32 + 16 + 8 + 32 + 16 + 8 + 4;

absl::Status WrongLength() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                 "the answer has not the length that its round and freeze give it");
}

}  // namespace

size_t AnswerBytes(size_t words) { return kAnswerHeaderBytes + words * kFieldWordBytes + kSignatureBytes; }

std::vector<uint64_t> SumShares(absl::Span<const ShareVector> shares, const std::vector<bool>& left_out) {
  std::vector<uint64_t> words;
  for (size_t cell = 0; cell < left_out.size(); ++cell) {
    if (left_out[cell]) continue;
    uint64_t sum = 0;
    for (const ShareVector& share : shares) {
      AANGAN_CHECK(share.size() == left_out.size() + kCheckWords);
      sum = Field64::Add(sum, share[cell]);
    }
    words.push_back(sum);
  }
  return words;
}

std::string BuildAnswer(const AnswerHeader& header, absl::Span<const uint64_t> words, const SigningKey& key) {
  CanonicalWriter writer;
  writer.U8(kVersion).Fixed(header.round_id).Fixed(header.freeze).Fixed(header.node_id);
  writer.U64(header.log.size).Fixed(header.log.head).Fixed(header.incarnation).U64(header.counter);
  writer.U32(static_cast<uint32_t>(words.size()));
  return WithSignature(key, kLabel, std::move(writer).Take() + EncodeFieldWords(words));
}

absl::StatusOr<Answer> ParseAnswer(absl::string_view bytes, const Digest& round_id, const Digest& freeze,
                                   const PublicKey& key, size_t words) {
  if (bytes.size() != AnswerBytes(words)) return WrongLength();
  ASSIGN_OR_RETURN(const absl::string_view signed_part, SignedPart(key, kLabel, bytes));
  Answer answer;
  CanonicalReader reader(signed_part);
  ASSIGN_OR_RETURN(const uint8_t version, reader.U8());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(answer.header.round_id)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(answer.header.freeze)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(answer.header.node_id)));
  ASSIGN_OR_RETURN(answer.header.log.size, reader.U64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(answer.header.log.head)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(answer.header.incarnation)));
  ASSIGN_OR_RETURN(answer.header.counter, reader.U64());
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  if (count != words) return WrongLength();
  if (version != kVersion || answer.header.round_id != round_id || answer.header.freeze != freeze ||
      answer.header.node_id != model::NodeId(key).bytes) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongState,
                   "the answer is of another round, freeze, node or version");
  }
  ASSIGN_OR_RETURN(answer.words, DecodeFieldWords(signed_part.substr(kAnswerHeaderBytes)));
  return answer;
}

}  // namespace aangan::privacy

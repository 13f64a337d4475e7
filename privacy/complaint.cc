// SPDX-License-Identifier: Apache-2.0
// Complaints: see complaint.h.
#include "privacy/complaint.h"

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::privacy {
namespace {

constexpr Literal kLabel = "aangan/v1/complaint";
constexpr uint8_t kVersion = 1;
constexpr uint8_t kProves = 1;
constexpr uint8_t kDoesNotDecrypt = 2;

absl::Status OfAnother() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongState,
                 "the complaint is of another round, collective, contribution or version");
}

}  // namespace

std::string BuildComplaint(const SummedHead& dealer, const Holders& holders, int complainer, const OpenedShare& opened,
                           absl::string_view sealed, const SigningKey& key) {
  AANGAN_CHECK(opened.fault != ShareFault::kNone);
  const bool proves = opened.fault == ShareFault::kBadShare;
  CanonicalWriter writer;
  writer.U8(kVersion).Fixed(holders.round_id).Fixed(holders.id(complainer).bytes).Fixed(holders.id(dealer.place).bytes);
  writer.Fixed(dealer.digest).U8(proves ? kProves : kDoesNotDecrypt);
  if (proves) writer.Fixed(opened.opening.aead_key).Fixed(opened.opening.base_nonce).Bytes(sealed);
  return WithSignature(key, kLabel, std::move(writer).Take());
}

absl::StatusOr<Verdict> JudgeComplaint(absl::string_view bytes, const SummedHead& dealer, const Holders& holders,
                                       int complainer) {
  ASSIGN_OR_RETURN(const absl::string_view signed_part,
                   SignedPart(holders.signing_keys[static_cast<size_t>(complainer)], kLabel, bytes));
  CanonicalReader reader(signed_part);
  Digest round_id{};
  Digest head{};
  model::Id from;
  model::Id about;
  ASSIGN_OR_RETURN(const uint8_t version, reader.U8());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(round_id)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(from.bytes)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(about.bytes)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(head)));
  ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
  if (version != kVersion || round_id != holders.round_id || from != holders.id(complainer) ||
      about != holders.id(dealer.place) || head != dealer.digest || (kind != kProves && kind != kDoesNotDecrypt))
    return OfAnother();
  if (kind == kDoesNotDecrypt) {
    RETURN_IF_ERROR(reader.End());
    return Verdict::kUnproven;
  }
  OpeningKey opening;
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(opening.aead_key)));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(opening.base_nonce)));
  ASSIGN_OR_RETURN(const absl::string_view sealed, reader.Bytes(SealedShareBytes(holders, complainer)));
  RETURN_IF_ERROR(reader.End());
  // The ciphertext must be the dealer's own; a key that does not decrypt it proves nothing.
  if (Sha256(sealed) != dealer.hashes[static_cast<size_t>(complainer)]) return Verdict::kFalse;
  const OpenedShare opened = CheckOpened(dealer, holders, complainer, sealed, opening);
  return opened.fault == ShareFault::kBadShare ? Verdict::kProven : Verdict::kFalse;
}

}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// A holder's complaint about a dealer, in one of two kinds: one that proves itself, and one that only says "does not
// decrypt" and proves nothing.
//
// Bytes: u8 version 1 | round_id 32 | complainer's node id 16 | dealer's node id 16 | dealer's head 32 (its digest) |
// u8 kind (1 proves, 2 does not decrypt) | kind 1 only: AEAD key 32, base nonce 12, u32 length and the sealed share |
// Ed25519 signature 64 (label "aangan/v1/complaint"). It opens the AEAD key and the base nonce of this one sealed
// share, which bind round, sender and recipient; never the DH secret, the KEM's shared secret or a private key. Nothing
// of an honest dealer's is ever opened to refute it. Source: protocol.md 5.6. Threads: pure. Errors: INVALID_ARGUMENT
// (WRONG_LENGTH, BAD_SIGNATURE, WRONG_STATE).
#ifndef AANGAN_PRIVACY_COMPLAINT_H_
#define AANGAN_PRIVACY_COMPLAINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/signing.h"
#include "privacy/summed_contribution.h"

namespace aangan::privacy {

// By the holder whose OpenShare gave a fault other than kNone.
std::string BuildComplaint(const SummedHead& dealer, const Holders& holders, int complainer, const OpenedShare& opened,
                           absl::string_view sealed, const SigningKey& key);

enum class Verdict {
  kProven,    // the dealer dealt a bad share, for all to see
  kUnproven,  // "does not decrypt": counts as one voice
  kFalse,     // it claims a proof that proves nothing; excludes nobody
};
// Against the dealer's head as it is stored; the signature is the complainer's.
absl::StatusOr<Verdict> JudgeComplaint(absl::string_view bytes, const SummedHead& dealer, const Holders& holders,
                                       int complainer);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_COMPLAINT_H_

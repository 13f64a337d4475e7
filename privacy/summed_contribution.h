// SPDX-License-Identifier: Apache-2.0
// A node's contribution to a summed round: its protected vector as secret shares, each sealed to one holder. Roles of
// the dealer (build it once) and of a holder (open her own share and check it).
//
// Head: header (contribution.h) | n hashes by place, SHA-256(enc || ct), zeros for a place without a key | k words of
// C_1, k words of C_2 | Ed25519 signature 64 over all before it (label "aangan/v1/contribution"). Behind the head, by
// place: enc || ct for each place with a key. All lengths follow from n, k, cells and who has a key.
// HPKE: info = "sc-agg/v1/share" | u8 suite | round_id | sender | recipient; aad = SHA-256(header).
// A contribution is named by SHA-256 of its head: that binds every byte behind it, and a holder needs only the heads
// and her own ciphertexts. Source: protocol.md 4, privacy-reference.md 4.3. Threads: pure. Errors: INVALID_ARGUMENT
// (WRONG_LENGTH, OUT_OF_RANGE, BAD_SIGNATURE, WRONG_STATE).
#ifndef AANGAN_PRIVACY_SUMMED_CONTRIBUTION_H_
#define AANGAN_PRIVACY_SUMMED_CONTRIBUTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/random.h"
#include "base/signing.h"
#include "model/names.h"
#include "privacy/contribution.h"
#include "privacy/degree_check.h"
#include "privacy/hpke.h"
#include "privacy/round_numbers.h"
#include "privacy/share_vector.h"

namespace aangan::privacy {

// To whom a round's shares go, by place in the roster.
struct Holders {
  Digest round_id{};
  RoundNumbers numbers;
  size_t cells = 0;
  std::vector<PublicKey> signing_keys;
  std::vector<std::optional<RecipientKey>> recipient_keys;

  int n() const { return numbers.n; }
  model::Id id(int place) const;
  // The first k-1 places get seeds.
  bool seeded(int place) const { return place < numbers.k - 1; }
};

size_t SummedHeadBytes(const Holders& holders);
size_t SealedShareBytes(const Holders& holders, int place);  // 0 for a place without a key
size_t SummedContributionBytes(const Holders& holders);

// Draws the shares and seals them; checks all n of its own share vectors before it signs. To be called once a round:
// two sharings of one vector with fresh coefficients open it.
absl::StatusOr<std::string> BuildSummed(const ContributionHeader& header, const Holders& holders,
                                        const ProtectedVector& vector, const SigningKey& key, RandomSource& random);

// What everybody can see of one dealer.
struct SummedHead {
  int place = 0;  // of the dealer
  ContributionHeader header;
  Digest aad{};
  std::vector<Digest> hashes;
  CheckCoefficients check;
  Challenges challenges{};
  Digest digest{};  // of the head's bytes
};
// The signature of the dealer at `place` and every length; the head alone, nothing behind it.
absl::StatusOr<SummedHead> ParseHead(absl::string_view head_bytes, const Holders& holders, int place);

// A whole contribution: its head, and each ciphertext against its hash.
struct SummedContribution {
  SummedHead head;
  std::vector<absl::string_view> sealed;  // views into the bytes; empty for a place without a key
};
absl::StatusOr<SummedContribution> ParseSummed(absl::string_view bytes, const Holders& holders, int place);

// Why a holder can not use a share.
enum class ShareFault {
  kNone,
  kDoesNotDecrypt,  // names nobody: it can not be told from a holder who lost her key
  kBadShare,        // provable: it opens, and is no share for this place or fails the degree check
};
struct OpenedShare {
  ShareFault fault = ShareFault::kNone;
  std::optional<ShareVector> share;  // set when there is no fault
  OpeningKey opening{};              // set for kBadShare: what a complaint opens
};
// `sealed` has the hash that the head names (checked by the caller's parse); WRONG_LENGTH when not.
absl::StatusOr<OpenedShare> OpenShare(const SummedHead& head, const Holders& holders, int holder_place,
                                      absl::string_view sealed, const SecretBytes& private_key);
// The part of it that everybody can repeat, given the opening key.
OpenedShare CheckOpened(const SummedHead& head, const Holders& holders, int holder_place, absl::string_view sealed,
                        const OpeningKey& opening);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_SUMMED_CONTRIBUTION_H_

// SPDX-License-Identifier: Apache-2.0
// To which keys the shares of a round are sealed: computed from the log, so that federation and nodes come to the same.
//
// A batch has keys for four periods in a row, signed by its collective (label "aangan/v1/key_batch"). Of a collective
// counts, for a period, the newest batch that has a key for it and verifies with the key in the round's roster. A key
// that no share can be sealed to (a point of low order) counts as none. Source: protocol.md 4 and 5.1. Threads: pure.
// Errors: INVALID_ARGUMENT (INVALID_FIELD, BAD_SIGNATURE).
#ifndef AANGAN_PRIVACY_RECIPIENT_KEYS_H_
#define AANGAN_PRIVACY_RECIPIENT_KEYS_H_

#include <string>

#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/literal.h"
#include "base/signing.h"
#include "model/period.h"
#include "privacy/round_numbers.h"
#include "privacy/summed_contribution.h"

namespace aangan::privacy {

inline constexpr Literal kKeyBatchLabel = "aangan/v1/key_batch";
inline constexpr int kBatchPeriods = 4;

absl::StatusOr<Signature> SignKeyBatch(const federation::v1::KeyBatch& batch, const SigningKey& key);
// Of this roster, four keys, a quarter, signed with `key`.
absl::Status CheckKeyBatch(const federation::v1::KeyBatch& batch, absl::string_view signature, absl::string_view roster,
                           const PublicKey& key);
// The bytes of the batch's key for a quarter; empty when it has none.
absl::string_view KeyInBatch(const federation::v1::KeyBatch& batch, const model::Period& quarter);

// The keys for a quarter after these first entries of the log.
PublishedKeys KeysAfter(absl::Span<const federation::v1::LogEntry> entries, const federation::v1::Roster& roster,
                        const model::Period& quarter);

// Who holds shares of a round, from its descriptor (checked or one's own) and roster. INVALID_ARGUMENT (INVALID_FIELD)
// when the two do not go together.
absl::StatusOr<Holders> HoldersOf(const federation::v1::RoundDescriptor& descriptor,
                                  const federation::v1::Roster& roster, const Digest& round_id, size_t cells);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_RECIPIENT_KEYS_H_

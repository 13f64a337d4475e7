// SPDX-License-Identifier: Apache-2.0
// A node's contribution to a direct round: a header, the protected vector, a signature. What is sent, byte for byte.
// The header is that of summed_contribution.h too.
//
// Header: u8 version 1 | round_id 32 | node id 16 | u8 form (1 direct, 2 summed) | ledger head 32 | u64 log size | log
// head 32 | incarnation 16 | u64 counter | u32 cells.
// Direct form: header | cells words of eight bytes little-endian | Ed25519 signature 64 over all before it (label
// "aangan/v1/contribution").
// Threads: pure. Errors: INVALID_ARGUMENT (WRONG_LENGTH, OUT_OF_RANGE, BAD_SIGNATURE, WRONG_STATE for another round).
#ifndef AANGAN_PRIVACY_CONTRIBUTION_H_
#define AANGAN_PRIVACY_CONTRIBUTION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "base/literal.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "privacy/log_head.h"
#include "privacy/release.h"

namespace aangan::privacy {

struct ContributionHeader {
  Digest round_id{};
  std::array<uint8_t, 16> node_id{};
  Digest ledger_head{};  // after the debit of this round
  LogPosition log;       // that the node had seen
  std::array<uint8_t, 16> incarnation{};
  uint64_t counter = 0;  // of signed objects, rising within an incarnation
};

inline constexpr Literal kContributionLabel = "aangan/v1/contribution";
inline constexpr size_t kHeaderBytes = 150;
enum class ContributionForm : uint8_t { kDirect = 1, kSummed = 2 };
std::string EncodeHeader(const ContributionHeader& header, ContributionForm form, size_t cells);
// Of the given form and length, round and sender; WRONG_STATE or WRONG_LENGTH for another.
absl::StatusOr<ContributionHeader> DecodeHeader(absl::string_view bytes, ContributionForm form, size_t cells,
                                                const Digest& round_id, const PublicKey& sender);
// The ledger's head in a contribution of either form that this node made. WRONG_LENGTH when it is none.
absl::StatusOr<Digest> LedgerHeadIn(absl::string_view contribution);

// Takes nothing but a protected vector.
std::string BuildDirect(const ContributionHeader& header, const ProtectedVector& vector, const SigningKey& key);

// What a contribution is checked against.
struct ContributionRule {
  Digest round_id{};
  PublicKey key{};
  std::vector<int64_t> bounds;  // by cell: |value| at most this
};
// By cell: the table's bound and 40 standard deviations of one node's noise.
std::vector<int64_t> ValueBounds(const model::CompiledCatalogue& catalogue, const model::Period& quarter,
                                 const RoundNumbers& numbers);

struct Contribution {
  ContributionHeader header;
  std::vector<int64_t> values;
};
absl::StatusOr<Contribution> ParseAndCheck(absl::string_view bytes, const ContributionRule& rule);

// Length of a whole contribution of so many cells. Unit: bytes.
size_t ContributionBytes(size_t cells);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_CONTRIBUTION_H_

// SPDX-License-Identifier: Apache-2.0
// The numbers of a round, and its descriptor, which every node computes again from roster, catalogue and period and
// compares with what the federation announced.
//
// Source: protocol.md 3 and 4. Threads: pure.
// Errors: INVALID_ARGUMENT (CATALOGUE_REFUSED) when roster and catalogue do not go together.
#ifndef AANGAN_PRIVACY_ROUND_NUMBERS_H_
#define AANGAN_PRIVACY_ROUND_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/literal.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "privacy/hpke.h"

namespace aangan::privacy {

inline constexpr Literal kDescriptorLabel = "aangan/v1/descriptor";

// n collectives; f of them may collude with a lying federation; k answers reconstruct; m contributions at least; h
// honest noise contributors among them at least.
struct RoundNumbers {
  int n = 0;
  int f = 0;
  int k = 0;
  int m = 0;
  int h = 0;
  bool operator==(const RoundNumbers&) const = default;
};
// n in 1..14.
RoundNumbers NumbersOf(int n);

// The keys that shares of a round are sealed to, after the first `log_size` entries of the log.
struct PublishedKeys {
  int64_t log_size = 0;
  std::vector<std::optional<RecipientKey>> keys;  // by place in the roster
};

// Windows are whole days behind the period's end in India's time; variances stand in the order of the round's tables.
// A summed round needs the keys of at least k collectives (FAILED_PRECONDITION, NOT_ENOUGH_KEYS); a direct one, none.
absl::StatusOr<federation::v1::RoundDescriptor> MakeDescriptor(const federation::v1::Roster& roster,
                                                               const model::CompiledCatalogue& catalogue,
                                                               const model::Period& quarter, const PublishedKeys& keys);

// Canonical bytes, which the federation signs under kDescriptorLabel.
absl::StatusOr<std::string> CanonicalDescriptor(const federation::v1::RoundDescriptor& descriptor);
// SHA-256("sc-agg/v1/round" || canonical bytes).
Digest RoundId(absl::string_view canonical_descriptor);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_ROUND_NUMBERS_H_

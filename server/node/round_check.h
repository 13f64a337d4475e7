// SPDX-License-Identifier: Apache-2.0
// What the federation says about a round, checked before it is believed: descriptor, receipt, freeze, void, release. A
// node recomputes what it can and verifies signatures on the rest; nothing here changes anything. Source:
// protocol.md 5. Threads: pure. Errors: INVALID_ARGUMENT (BAD_SIGNATURE); FAILED_PRECONDITION (WRONG_STATE) where a
// signed object says something else than it must.
#ifndef AANGAN_SERVER_NODE_ROUND_CHECK_H_
#define AANGAN_SERVER_NODE_ROUND_CHECK_H_

#include <memory>
#include <optional>
#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "privacy/round_numbers.h"
#include "privacy/summed_contribution.h"
#include "server/node/governance_book.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// What a round stands on, whoever joined or left since.
struct RoundGround {
  federation::v1::RoundDescriptor descriptor;
  federation::v1::Roster roster;
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  model::Period quarter;
  Digest round_id{};
  privacy::RoundNumbers numbers;
  std::optional<privacy::Holders> holders;  // of a summed round
};
// Of a round that was checked when it was announced. FAILED_PRECONDITION (NO_ROSTER, NO_CATALOGUE).
absl::StatusOr<RoundGround> GroundOf(const storage::node::RoundEntry& entry, const GovernanceBook& book);

// What this node knows of the log when it looks at an announced round.
struct LogKnown {
  absl::Span<const federation::v1::LogEntry> entries;
  int64_t size_at_end = 0;  // entries that it held when the period ended
};
// The announced round is exactly the one that this node computes from the roster and the catalogue in force and from
// the log, and the federation signed it. The entry to note.
absl::StatusOr<storage::node::RoundEntry> CheckAnnounced(const federation::v1::Round& round, const GovernanceBook& book,
                                                         const LogKnown& log, const PublicKey& federation_key);

// By what receipt and freeze name a contribution.
Digest NameOfContribution(const RoundGround& ground, absl::string_view contribution);

// The receipt is for these bytes of this collective in this round.
absl::Status CheckReceipt(const federation::v1::Receipt& receipt, const storage::node::RoundEntry& entry,
                          const std::string& collective, const PublicKey& federation_key);

// The freeze is signed, sorted and of at least m distinct collectives of the roster. True when this collective's
// contribution is in it, byte for byte; false when it is not in at all.
absl::StatusOr<bool> CheckFreeze(const federation::v1::Round& round, const storage::node::RoundEntry& entry,
                                 const RoundGround& ground, const std::string& collective,
                                 const PublicKey& federation_key);
absl::StatusOr<Digest> FreezeDigest(const federation::v1::Freeze& freeze);

// The federation signed that the round is void, and its extended window is over by this node's clock.
absl::Status CheckVoid(const federation::v1::Round& round, const storage::node::RoundEntry& entry, absl::Time now,
                       const PublicKey& federation_key);

// The release is signed, of this freeze, and of the contributors of the freeze.
absl::Status CheckRelease(const federation::v1::NationalRelease& release, const federation::v1::Round& round,
                          const PublicKey& federation_key);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ROUND_CHECK_H_

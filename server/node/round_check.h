// SPDX-License-Identifier: Apache-2.0
// What the federation says about a round, checked before it is believed: descriptor, receipt, freeze, release. A node
// recomputes what it can and verifies signatures on the rest; nothing here changes anything.
// Source: protocol.md 5. Threads: pure. Errors: INVALID_ARGUMENT (BAD_SIGNATURE); FAILED_PRECONDITION (WRONG_STATE)
// where a signed object says something else than it must.
#ifndef AANGAN_SERVER_NODE_ROUND_CHECK_H_
#define AANGAN_SERVER_NODE_ROUND_CHECK_H_

#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "privacy/round_numbers.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// The descriptor that this node computes for a quarter, as canonical bytes with the round's id and the charge.
struct RoundPlan {
  federation::v1::RoundDescriptor descriptor;
  std::string canonical;
  Digest round_id{};
  privacy::RoundNumbers numbers;
  int64_t charge_nano_rho = 0;
};
absl::StatusOr<RoundPlan> PlanRound(const federation::v1::Roster& roster, const model::CompiledCatalogue& catalogue,
                                    const model::Period& quarter);

// The announced round is exactly the one that this node computes, and the federation signed it.
absl::Status CheckAnnounced(const federation::v1::Round& round, const RoundPlan& plan, const PublicKey& federation_key);

// The receipt is for these bytes of this collective in this round.
absl::Status CheckReceipt(const federation::v1::Receipt& receipt, const storage::node::RoundEntry& entry,
                          const std::string& collective, const PublicKey& federation_key);

// The freeze is signed, sorted and of distinct collectives of the roster. True when this collective's contribution is
// in it, byte for byte; false when it is not in at all.
absl::StatusOr<bool> CheckFreeze(const federation::v1::Round& round, const storage::node::RoundEntry& entry,
                                 const std::string& collective, const PublicKey& federation_key);

// The release is signed, of this freeze, and of the contributors of the freeze.
absl::Status CheckRelease(const federation::v1::NationalRelease& release, const federation::v1::Round& round,
                          const PublicKey& federation_key);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ROUND_CHECK_H_

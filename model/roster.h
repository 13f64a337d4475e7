// SPDX-License-Identifier: Apache-2.0
// The roster's rules, and who must have signed what before it holds: rosters and catalogues.
//
// Source: protocol.md 1 and 4. The federation has no vote: nothing here asks for its signature.
// Threads: pure.
// Errors: INVALID_ARGUMENT (INVALID_FIELD: each broken rule as a field violation; BAD_SIGNATURE); FAILED_PRECONDITION
// (NOT_ENOUGH_SIGNATURES: metadata "needed", "signed"; CATALOGUE_REFUSED: its states are not those of the roster).
#ifndef AANGAN_MODEL_ROSTER_H_
#define AANGAN_MODEL_ROSTER_H_

#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/literal.h"
#include "base/signing.h"
#include "model/names.h"

namespace aangan::model {

// What canonical bytes are signed under.
inline constexpr Literal kRosterLabel = "aangan/v1/roster";
inline constexpr Literal kCatalogueLabel = "aangan/v1/catalogue";
inline constexpr Literal kKeyChangeLabel = "aangan/v1/key_change";

// f: how many collectives may collude with a lying federation. k: how many of a roster decide.
inline int ColludersMax(int collectives) { return (collectives - 1) / 3; }
inline int DecidingCount(int collectives) { return (collectives + ColludersMax(collectives)) / 2 + 1; }

// The canonical bytes that are signed and hashed. Unknown fields are refused.
absl::StatusOr<std::string> CanonicalRoster(const federation::v1::Roster& roster);
absl::StatusOr<std::string> CanonicalKeyChange(const federation::v1::KeyChange& change);
absl::StatusOr<Digest> RosterDigest(const federation::v1::Roster& roster);

// Structure and rules: 1 to 14 collectives sorted by id, each id and key once, states of the list "state", no operator
// who runs more than f nodes (one, where f is 0), an expiry. Whether it has expired is the caller's question.
absl::Status CheckRoster(const federation::v1::Roster& roster);
absl::Time RosterExpiry(const federation::v1::Roster& roster);

// Ids of its collectives, in its order.
std::vector<std::string> RosterCollectives(const federation::v1::Roster& roster);
// Place of a collective, from 0, or none.
std::optional<int> PlaceInRoster(const federation::v1::Roster& roster, absl::string_view collective);

// The roster in force may be followed by `next` if enough have signed: all of its own collectives in the first epoch
// (`previous` is null), later at least k of the epoch before, whose digest it must name. Every signature that is there
// must verify. Checks both rosters' structure too.
absl::Status CheckRosterSignatures(const federation::v1::SignedRoster& next, const federation::v1::Roster* previous);

// A catalogue is in force under `roster` if at least k have signed; all of them for direct rounds from five collectives
// on and for a cap above epsilon 2; and of a state, every collective of it. Signatures of those who left, and with keys
// that the roster does not name, count no more.
absl::Status CheckCatalogueSignatures(const federation::v1::SignedCatalogue& signed_catalogue,
                                      const federation::v1::Roster& roster);
// Before it is signed: its states must be exactly the roster's. One that changed later is a value that left_out.h takes
// out.
absl::Status CheckCatalogueStates(const federation::v1::Catalogue& catalogue, const federation::v1::Roster& roster);

// One collective's signature under a roster or catalogue, with the key that the roster names.
absl::Status CheckOneSignature(const federation::v1::Roster& roster, absl::string_view collective, Literal label,
                               absl::string_view canonical, absl::string_view signature);

// Names a node in contributions and answers: the first 16 bytes of SHA-256 of its Ed25519 key.
Id NodeId(const PublicKey& key);
// What people compare by telephone: six groups of four letters of base32, 120 bits of SHA-256 of the key.
std::string FingerprintPhrase(const PublicKey& key);
// A key from the bytes of a message. INVALID_ARGUMENT naming `field` when it is not 32 bytes.
absl::StatusOr<PublicKey> ParseKey(absl::string_view bytes, absl::string_view field);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_ROSTER_H_

// SPDX-License-Identifier: Apache-2.0
// The collectives that have enrolled, and the epochs of the roster with what was signed under them.
//
// The federation only collects: an epoch is in force by the signatures of collectives alone, and that is computed again
// from what is stored whenever somebody asks.
// Threads: thread-safe. Errors: NOT_FOUND; FAILED_PRECONDITION (WRONG_STATE: a proposal waits; NO_ROSTER);
// INVALID_ARGUMENT (INVALID_FIELD, BAD_SIGNATURE).
#ifndef AANGAN_SERVER_FEDERATION_ROSTER_BOOK_H_
#define AANGAN_SERVER_FEDERATION_ROSTER_BOOK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/roster.pb.h"
#include "aangan/store/v1/federation_store.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/signing.h"
#include "server/federation/resource_names.h"
#include "server/federation/stored.h"

namespace aangan::federation {

inline constexpr absl::Duration kRosterLife = absl::Hours(24 * 365);

class RosterBook {
 public:
  // All outlive it.
  RosterBook(FederationStore* store, const ResourceNames* names, const PublicKey& federation_key, const Clock* clock)
      : store_(store), names_(names), federation_key_(federation_key), clock_(clock) {}

  // None when it has not enrolled.
  absl::StatusOr<std::optional<Stored<store::v1::EnrolledCollective>>> FindCollective(const std::string& id) const;
  // By id, at most `limit` behind `after`.
  absl::StatusOr<std::vector<v1::Collective>> Collectives(const std::string& after, size_t limit) const;
  static std::string CollectiveKey(absl::string_view id) { return absl::StrCat("collective/", id); }

  // With in_force and digest. None means the newest, in force or not.
  absl::StatusOr<v1::SignedRoster> Epoch(std::optional<int32_t> epoch) const;
  // The newest epoch that enough collectives have signed.
  absl::StatusOr<std::optional<v1::Roster>> InForce() const;
  // The collective in the newest epoch in force; none when it is not in it.
  absl::StatusOr<std::optional<v1::Collective>> InForce(absl::string_view collective) const;
  // Whether any epoch, proposed or in force, names the collective.
  absl::StatusOr<bool> IsListed(absl::string_view collective) const;

  // The next epoch from collectives that have enrolled. A proposal that nobody has signed yet is replaced.
  absl::StatusOr<v1::SignedRoster> Propose(const std::vector<std::string>& collectives);
  // The same signature again changes nothing; another one of the same collective under the same bytes can not verify
  // and differ, because Ed25519 is deterministic. Collectives of the epoch before sign with their keys in that one.
  // With the epoch in force the certificates go that it replaces.
  absl::StatusOr<v1::SignedRoster> Sign(int32_t epoch, const v1::RosterSignature& signature);

 private:
  absl::StatusOr<std::vector<Stored<store::v1::StoredEpoch>>> Epochs() const;
  absl::StatusOr<v1::SignedRoster> Describe(const std::vector<Stored<store::v1::StoredEpoch>>& epochs,
                                            size_t index) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const PublicKey federation_key_;
  const Clock* const clock_;
};

// Puts an entry in its place by collective, or over the one that is there.
template <typename Signatures, typename Signature>
void InsertByCollective(Signatures* signatures, const Signature& signature) {
  int at = 0;
  while (at < signatures->size() && signatures->Get(at).collective() < signature.collective()) ++at;
  if (at < signatures->size() && signatures->Get(at).collective() == signature.collective()) {
    *signatures->Mutable(at) = signature;
    return;
  }
  *signatures->Add() = signature;
  for (int i = signatures->size() - 1; i > at; --i) signatures->SwapElements(i, i - 1);
}

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ROSTER_BOOK_H_

// SPDX-License-Identifier: Apache-2.0
// Seals a change on its caller's thread: below this line there is no personal byte in clear.
// Threads: thread-safe. Errors: NOT_FOUND when there is no such member; DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_CHANGE_SEALER_H_
#define AANGAN_STORAGE_NODE_CHANGE_SEALER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/secret.h"
#include "storage/engine/keyring.h"
#include "storage/engine/reader.h"
#include "storage/node/apply.h"
#include "storage/node/change.h"
#include "storage/node/member_facts.h"

namespace aangan::storage::node {

class ChangeSealer {
 public:
  // All outlive it. `consent_order`: the largest that the store holds.
  ChangeSealer(const MemberFactsLoader* loader, Keyring* keyring, const Reader* reader, const Clock* clock,
               RandomSource* random, uint64_t consent_order)
      : loader_(loader),
        keyring_(keyring),
        reader_(reader),
        clock_(clock),
        random_(random),
        request_key_(keyring->Derive("request content")),
        consent_order_(consent_order) {}

  absl::StatusOr<std::unique_ptr<ChangeItem>> Seal(Change change, Done done);

 private:
  absl::StatusOr<std::optional<WorkingKey>> KeyFor(const RecordsChange& change, std::string& wrapped);
  uint64_t NextConsentOrder(int64_t now_us);

  const MemberFactsLoader* const loader_;
  Keyring* const keyring_;
  const Reader* const reader_;
  const Clock* const clock_;
  RandomSource* const random_;
  const SecretBytes request_key_;
  std::atomic<uint64_t> consent_order_;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_CHANGE_SEALER_H_

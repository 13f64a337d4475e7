// SPDX-License-Identifier: Apache-2.0
// Loads members' facts from a reader: the database, a snapshot, or a batch that is being filled.
// Threads: thread-safe. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_MEMBER_FACTS_H_
#define AANGAN_STORAGE_NODE_MEMBER_FACTS_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/facts.h"
#include "storage/engine/keyring.h"
#include "storage/engine/reader.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

class MemberFactsLoader {
 public:
  explicit MemberFactsLoader(Keyring* keyring) : keyring_(keyring) {}

  // The member's key as that reader has it. NOT_FOUND when there is no such member.
  absl::StatusOr<WorkingKey> KeyOf(const Reader& reader, const model::Id& member) const;
  // None when there is no such member.
  absl::StatusOr<std::optional<model::MemberFacts>> Load(const Reader& reader, const model::Id& member) const;
  // What a member's facts have become by writes that the reader holds. Each service and assessment stands for itself,
  // so that those written alone are opened; other kinds of records must not be among them.
  absl::StatusOr<model::MemberFacts> LoadAfter(const Reader& reader, model::MemberFacts before,
                                               absl::Span<const RecordWrite> writes) const;
  // One member's records; none when there is no such member.
  absl::Status ForEachRecord(const Reader& reader, const model::Id& member,
                             absl::FunctionRef<void(const model::RecordName&, const Record&)> visit) const;
  // Ids of all members in their order.
  absl::Status ForEachId(const Reader& reader, absl::FunctionRef<absl::Status(const model::Id&)> visit) const;
  // Every member in the order of ids.
  absl::Status ForEach(const Reader& reader, absl::FunctionRef<absl::Status(const model::MemberFacts&)> visit) const;

 private:
  Keyring* const keyring_;
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_MEMBER_FACTS_H_

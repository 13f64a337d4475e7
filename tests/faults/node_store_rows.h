// SPDX-License-Identifier: Apache-2.0
// Rows of an import for fault tests of the node's store: row n is one member who agrees to be counted, with one
// service, under ids that follow from n, so that a stranger can tell what is missing or there twice.
#ifndef AANGAN_TESTS_FAULTS_NODE_STORE_ROWS_H_
#define AANGAN_TESTS_FAULTS_NODE_STORE_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "storage/node/node_store.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::tests {

class RowStore {
 public:
  // Opens or makes the store under `folder` and lets it count by the shipped catalogue; does not wait for the count.
  static absl::StatusOr<std::unique_ptr<RowStore>> Open(const std::string& folder);

  storage::node::NodeStore& store() { return *store_; }
  const model::CompiledCatalogue& catalogue() const { return *catalogue_; }
  model::RecordName MemberOf(uint64_t row) const;
  model::RecordName ServiceOf(uint64_t row) const;
  // The row as an import brings it, as often as it likes.
  storage::node::RecordsChange ImportOf(uint64_t row) const;
  // A first edit of the row's service that moves it to another domain: the tallies move too.
  storage::node::RecordsChange EditOf(uint64_t row) const;

 private:
  model::Id IdOf(uint64_t row, absl::string_view part) const;
  storage::node::StillClock clock_;
  SystemRandom random_;
  std::shared_ptr<const model::CompiledCatalogue> catalogue_;
  std::unique_ptr<storage::node::NodeStore> store_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FAULTS_NODE_STORE_ROWS_H_

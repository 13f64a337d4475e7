// SPDX-License-Identifier: Apache-2.0
// From stored records to the coded facts that tallies may see: what is dropped here can not be counted.
// Threads: pure.
#ifndef AANGAN_STORAGE_NODE_FACTS_OF_H_
#define AANGAN_STORAGE_NODE_FACTS_OF_H_

#include <utility>

#include "model/facts.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

// Gathers one member's facts, record by record in any order.
class FactsGatherer {
 public:
  explicit FactsGatherer(const model::Id& member) { facts_.id = member; }
  void Add(const model::RecordName& name, const Record& record);
  // Sorted as MemberFacts promises. Of a sealed member nothing but her id: no tally can see her.
  model::MemberFacts Take() &&;

 private:
  model::MemberFacts facts_;
  bool sealed_ = false;
  // Of the newest decision about being counted so far.
  std::pair<model::Day, uint64_t> newest_{model::kNoDay, 0};
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_FACTS_OF_H_

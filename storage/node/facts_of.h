// SPDX-License-Identifier: Apache-2.0
// From stored records to the coded facts that tallies may see: what is dropped here can not be counted.
// Threads: pure.
#ifndef AANGAN_STORAGE_NODE_FACTS_OF_H_
#define AANGAN_STORAGE_NODE_FACTS_OF_H_

#include <cstdint>
#include <utility>

#include "model/facts.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

inline constexpr int64_t kAllTime = INT64_MAX;

// Gathers one member's facts, record by record in any order: all of them, or what of it was written by `as_of_us`. A
// day that was written later has not happened then, nor has a consent; codes are as they stand.
class FactsGatherer {
 public:
  explicit FactsGatherer(const model::Id& member, int64_t as_of_us = kAllTime) : as_of_us_(as_of_us) {
    facts_.id = member;
  }
  // Goes on from facts that were taken, of a member who is not sealed: with her services and assessments alone.
  explicit FactsGatherer(model::MemberFacts taken) : as_of_us_(kAllTime), facts_(std::move(taken)) {}
  void Add(const model::RecordName& name, const Record& record);
  void Drop(const model::RecordName& name);  // a service or an assessment; nothing when it is not there
  // Sorted as MemberFacts promises. Of a sealed member nothing but her id: no tally can see her.
  model::MemberFacts Take() &&;

 private:
  const int64_t as_of_us_;
  model::MemberFacts facts_;
  bool sealed_ = false;
  // Of the newest decision about being counted so far.
  std::pair<model::Day, uint64_t> newest_{model::kNoDay, 0};
};

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_FACTS_OF_H_

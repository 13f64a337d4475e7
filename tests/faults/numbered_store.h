// SPDX-License-Identifier: Apache-2.0
// A store for fault tests: item n is one record whose value follows from n, so that a stranger can tell whether
// anything is missing, doubled or changed. Commits are chained in the family audit.
#ifndef AANGAN_TESTS_FAULTS_NUMBERED_STORE_H_
#define AANGAN_TESTS_FAULTS_NUMBERED_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/engine/commit_queue.h"

namespace aangan::tests {

class NumberedStore final : public storage::Committer {
 public:
  // `folder` gets main/ and durable_head. Says what the engine says when it refuses, and DATA_LOSS without a reason
  // when the store opened but is not whole: that is what must never happen.
  static absl::StatusOr<std::unique_ptr<NumberedStore>> Open(const std::string& folder);
  ~NumberedStore() override;

  // Submits the next item; `done` gets its number once it is durable. One caller at a time.
  void Submit(std::function<void(uint64_t number)> done);
  void CommitOne();  // and waits
  // The last item and the last commit found at Open.
  uint64_t last_number() const { return last_number_; }
  uint64_t last_sequence() const { return last_sequence_; }

  absl::Status Apply(uint64_t sequence, storage::CommitItem& item, storage::Batch& batch) override;
  Digest Seal(uint64_t sequence, storage::Batch& batch) override;
  void Committed(uint64_t) override {}

 private:
  NumberedStore() = default;
  absl::Status CheckWhole();

  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<storage::DurableHead> head_;
  std::unique_ptr<storage::CommitQueue> queue_;
  Digest chain_{};
  uint64_t last_number_ = 0;
  uint64_t last_sequence_ = 0;
  uint64_t submitted_ = 0;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_FAULTS_NUMBERED_STORE_H_

// SPDX-License-Identifier: Apache-2.0
// Records that follow from their number: see numbered_store.h.
#include "tests/faults/numbered_store.h"

#include "absl/synchronization/notification.h"
#include "base/check.h"
#include "base/status.h"
#include "tests/support/seeded_random.h"

namespace aangan::tests {
namespace {

using storage::Family;
using storage::KeyRange;
using storage::KeyReader;
using storage::KeyWriter;
using storage::Order;

std::string ValueOf(uint64_t number) {
  SeededRandom random(number);
  std::string value(100 + random.Below(1500), '\0');
  random.Fill({reinterpret_cast<uint8_t*>(value.data()), value.size()});
  return value;
}

Digest Link(const Digest& before, uint64_t sequence) {
  return Sha256({AsText(before), KeyWriter().U64(sequence).bytes()});
}

struct NumberedItem final : storage::CommitItem {
  void Done(absl::StatusOr<uint64_t> outcome) override {
    AANGAN_CHECK(outcome.ok());
    done(number);
  }
  uint64_t number = 0;
  std::function<void(uint64_t)> done;
};

}  // namespace

absl::StatusOr<std::unique_ptr<NumberedStore>> NumberedStore::Open(const std::string& folder) {
  std::unique_ptr<NumberedStore> store(new NumberedStore());
  ASSIGN_OR_RETURN(store->database_,
                   storage::Database::Open({.folder = folder + "/main", .families = storage::kNodeMainFamilies}));
  ASSIGN_OR_RETURN(store->head_, storage::DurableHead::Open(folder + "/durable_head"));
  storage::CommitQueueOptions options;
  options.idle_head = absl::InfiniteDuration();  // the head lags one commit behind until the next or the end
  ASSIGN_OR_RETURN(store->queue_, storage::CommitQueue::Open(store->database_.get(), store->head_.get(), nullptr,
                                                             store.get(), options));
  RETURN_IF_ERROR(store->CheckWhole());
  store->submitted_ = store->last_number_;
  return store;
}

NumberedStore::~NumberedStore() {
  queue_.reset();
  head_.reset();
}

absl::Status NumberedStore::CheckWhole() {
  bool whole = true;
  RETURN_IF_ERROR(database_->Scan(
      Family::kRecords, KeyRange::All(), Order::kForward, [&](absl::string_view key, absl::string_view value) {
        ++last_number_;
        whole = whole && key == KeyWriter().U64(last_number_).bytes() && value == ValueOf(last_number_);
        return whole;
      }));
  RETURN_IF_ERROR(database_->Scan(
      Family::kAudit, KeyRange::All(), Order::kForward, [&](absl::string_view key, absl::string_view value) {
        ++last_sequence_;
        chain_ = Link(chain_, last_sequence_);
        whole = whole && key == KeyWriter().U64(last_sequence_).bytes() && value == AsText(chain_);
        return whole;
      }));
  if (!whole || last_sequence_ != queue_->durable_sequence()) return absl::DataLossError("opened, but not whole");
  return absl::OkStatus();
}

void NumberedStore::Submit(std::function<void(uint64_t)> done) {
  auto item = std::make_unique<NumberedItem>();
  item->number = ++submitted_;
  item->done = std::move(done);
  queue_->Submit(std::move(item));
}

void NumberedStore::CommitOne() {
  absl::Notification told;
  Submit([&](uint64_t) { told.Notify(); });
  told.WaitForNotification();
}

absl::Status NumberedStore::Apply(uint64_t, storage::CommitItem& item, storage::Batch& batch) {
  const uint64_t number = static_cast<NumberedItem&>(item).number;
  batch.Put(Family::kRecords, KeyWriter().U64(number).bytes(), ValueOf(number));
  return absl::OkStatus();
}

Digest NumberedStore::Seal(uint64_t sequence, storage::Batch& batch) {
  chain_ = Link(chain_, sequence);
  batch.Put(Family::kAudit, KeyWriter().U64(sequence).bytes(), AsText(chain_));
  return chain_;
}

}  // namespace aangan::tests

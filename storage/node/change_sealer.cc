// SPDX-License-Identifier: Apache-2.0
// From plain records to sealed ones: see change_sealer.h.
#include "storage/node/change_sealer.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {

// Later decisions of one day have a larger order, whatever the clock does.
uint64_t ChangeSealer::NextConsentOrder(int64_t now_us) {
  uint64_t last = consent_order_.load();
  uint64_t next;
  do {
    next = std::max<uint64_t>(last + 1, static_cast<uint64_t>(now_us));
  } while (!consent_order_.compare_exchange_weak(last, next));
  return next;
}

// The key that a change seals under: a new one when it creates the member. None when it seals nothing.
absl::StatusOr<std::optional<WorkingKey>> ChangeSealer::KeyFor(const RecordsChange& change, std::string& wrapped) {
  const model::Id member = change.writes.front().name.member;
  bool seals = false;
  for (const RecordWrite& write : change.writes) {
    seals |= write.kind != WriteKind::kDelete;
    if (write.kind != WriteKind::kCreate || write.name.kind != model::RecordKind::kMember) continue;
    Keyring::NewKey made = keyring_->MakeMemberKey(member.bytes, *random_);
    wrapped = std::move(made.wrapped);
    return std::optional<WorkingKey>(std::move(made.key));
  }
  if (!seals) return std::optional<WorkingKey>();
  ASSIGN_OR_RETURN(WorkingKey known, loader_->KeyOf(*reader_, member));
  return std::optional<WorkingKey>(std::move(known));
}

absl::StatusOr<std::unique_ptr<ChangeItem>> ChangeSealer::Seal(Change change, Done done) {
  auto item = std::make_unique<ChangeItem>(std::move(change), std::move(done));
  auto* records = std::get_if<RecordsChange>(&item->change);
  if (records == nullptr) return item;
  // What a request said could be guessed from a plain digest, which would stay for 90 days.
  if (records->request.has_value())
    records->request->content = HmacSha256(request_key_.span(), AsText(records->request->content));
  absl::StatusOr<std::optional<WorkingKey>> key = KeyFor(*records, item->wrapped_key);
  // Of an erased member a request may still be a repeat, which gets its first answer.
  item->member_missing = absl::IsNotFound(key.status()) && records->request.has_value();
  if (!item->member_missing) RETURN_IF_ERROR(key.status());
  const int64_t now_us = absl::ToUnixMicros(clock_->Now());
  for (RecordWrite& write : records->writes) {
    std::string& sealed = item->sealed.emplace_back();
    if (write.kind == WriteKind::kDelete) continue;
    if (!item->member_missing) {
      Stamp(write.record, write.kind, write.version + 1, now_us);
      auto* consent = std::get_if<store::v1::ConsentRecord>(&write.record);
      if (consent != nullptr && write.kind == WriteKind::kCreate) {
        item->consent_order = NextConsentOrder(now_us);
        consent->set_order(item->consent_order);
      }
      sealed = SealRecord((*key)->span(), write.name, write.version + 1, write.record, *random_);
    }
    std::visit([](auto& message) { message.Clear(); }, write.record);  // the plain text goes no further
  }
  return item;
}

}  // namespace aangan::storage::node

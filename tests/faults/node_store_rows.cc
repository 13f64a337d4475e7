// SPDX-License-Identifier: Apache-2.0
// Rows that follow from their number: see node_store_rows.h.
#include "tests/faults/node_store_rows.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/status.h"
#include "tests/support/store_key_lock.h"

namespace aangan::tests {

using model::RecordKind;
using storage::node::DayOf;
using storage::node::RecordsChange;
using storage::node::StoreUnderTest;
using storage::node::WriteKind;

absl::StatusOr<std::unique_ptr<RowStore>> RowStore::Open(const std::string& folder) {
  auto rows = std::make_unique<RowStore>();
  rows->catalogue_ = storage::node::ShippedCatalogue();
  storage::node::StoreOptions options;
  options.folder = folder;
  options.key_lock = &tests::TestKeyLock();
  options.clock = &rows->clock_;
  options.random = &rows->random_;
  options.disk_reserve_bytes = 1 << 20;
  ASSIGN_OR_RETURN(rows->store_, storage::node::NodeStore::Open(options));
  RETURN_IF_ERROR(rows->store_->SetCatalogues({{rows->catalogue_, 0}}));
  return rows;
}

model::Id RowStore::IdOf(uint64_t row, absl::string_view part) const {
  return store_->ImportId("kill_test", Sha256(absl::StrCat("row ", row)), 0, part);
}

model::RecordName RowStore::MemberOf(uint64_t row) const {
  const model::Id member = IdOf(row, "member");
  return {RecordKind::kMember, member, member};
}

model::RecordName RowStore::ServiceOf(uint64_t row) const {
  return {RecordKind::kService, IdOf(row, "member"), IdOf(row, "service")};
}

RecordsChange RowStore::ImportOf(uint64_t row) const {
  const model::RecordName member = MemberOf(row);
  RecordsChange change;
  change.actor = "tokens/test";
  change.action = storage::node::Action::kImported;
  change.skip_if_present = true;
  change.writes.push_back({WriteKind::kCreate, member, 0, StoreUnderTest::Member()});
  change.writes.push_back({WriteKind::kCreate,
                           {RecordKind::kConsent, member.id, IdOf(row, "consent")},
                           0,
                           StoreUnderTest::Consent(true, DayOf(2026, 1, 1))});
  change.writes.push_back({WriteKind::kCreate, ServiceOf(row), 0, StoreUnderTest::Service(DayOf(2026, 8, 1))});
  return change;
}

RecordsChange RowStore::EditOf(uint64_t row) const {
  auto service = StoreUnderTest::Service(DayOf(2026, 8, 1));
  service.set_domain("health");
  RecordsChange change;
  change.actor = "tokens/test";
  change.action = storage::node::Action::kUpdated;
  change.writes.push_back({WriteKind::kUpdate, ServiceOf(row), 1, service});
  return change;
}

}  // namespace aangan::tests

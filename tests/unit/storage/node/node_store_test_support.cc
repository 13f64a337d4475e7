// SPDX-License-Identifier: Apache-2.0
// A store to test: see node_store_test_support.h.
#include "tests/unit/storage/node/node_store_test_support.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/files.h"
#include "tests/support/store_key_lock.h"

namespace aangan::storage::node {

model::Day DayOf(int year, int month, int day) { return *model::DayFromCivil({year, month, day}, "day"); }

std::shared_ptr<const model::CompiledCatalogue> ShippedCatalogue() {
  auto parsed = model::ParseCatalogueText(*ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10));
  AANGAN_CHECK(parsed.ok());
  std::vector<std::string> collectives;
  for (const auto& place : parsed->places())
    collectives.insert(collectives.end(), place.collectives().begin(), place.collectives().end());
  std::sort(collectives.begin(), collectives.end());
  return *model::CompileCatalogue(*parsed, collectives);
}

StoreUnderTest::StoreUnderTest() : catalogue(ShippedCatalogue()) { Open(); }

void StoreUnderTest::Open() {
  OpenUncounted();
  Count(0);
}

void StoreUnderTest::Count(uint32_t place) {
  AANGAN_CHECK(store->SetCatalogues({{catalogue, place}}).ok());
  AANGAN_CHECK(store->AwaitRebuilt(absl::Seconds(60)).ok());
}

void StoreUnderTest::OpenUncounted() {
  StoreOptions options;
  options.folder = folder / "node";
  options.key_lock = &tests::TestKeyLock();
  options.clock = &clock;
  options.random = &random;
  options.disk_reserve_bytes = 1 << 20;
  auto opened = NodeStore::Open(options);
  AANGAN_CHECK(opened.ok());
  store = *std::move(opened);
}

absl::StatusOr<Committed> StoreUnderTest::Write(WriteKind kind, const model::RecordName& name, uint64_t version,
                                                Record record) {
  RecordsChange change;
  change.actor = "tokens/test";
  change.action = static_cast<Action>(static_cast<int>(kind) + 1);
  change.writes.push_back({kind, name, version, std::move(record)});
  return store->SubmitAndWait(std::move(change));
}

store::v1::MemberRecord StoreUnderTest::Member() {
  store::v1::MemberRecord record;
  record.set_birth_year(1996);
  record.set_gender("woman");
  record.set_exploitation_type("forced_labour");
  record.set_enrolment_quarter("2026Q3");
  record.set_full_name(kCanary);
  record.set_contact(kCanary);
  record.set_address(kCanary);
  record.set_notes(kCanary);
  record.add_other_names(kCanary);
  return record;
}

store::v1::ConsentRecord StoreUnderTest::Consent(bool given, model::Day day) {
  store::v1::ConsentRecord record;
  record.set_purpose(2);
  record.set_decision(given ? 1 : 2);
  record.set_decision_day(day);
  record.set_notice_version("1");
  record.set_language("hi");
  return record;
}

store::v1::ServiceRecord StoreUnderTest::Service(model::Day received) {
  store::v1::ServiceRecord record;
  record.set_domain("education");
  record.set_type("adult_literacy");
  record.set_stage(4);
  record.set_received_day(received);
  record.set_provider(kCanary);
  record.set_notes(kCanary);
  return record;
}

model::Id StoreUnderTest::AddMember(bool counted) {
  const model::Id member = NewId();
  RecordsChange change;
  change.actor = "tokens/test";
  change.writes.push_back({WriteKind::kCreate, {model::RecordKind::kMember, member, member}, 0, Member()});
  if (counted) {
    change.writes.push_back(
        {WriteKind::kCreate, {model::RecordKind::kConsent, member, NewId()}, 0, Consent(true, DayOf(2026, 1, 1))});
  }
  AANGAN_CHECK(store->SubmitAndWait(std::move(change)).ok());
  return member;
}

model::RecordName StoreUnderTest::AddService(const model::Id& member, model::Day received) {
  const model::RecordName name{model::RecordKind::kService, member, NewId()};
  AANGAN_CHECK(Write(WriteKind::kCreate, name, 0, Service(received)).ok());
  return name;
}

}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// What the tests of the node's stores share: a store in a folder of its own, records with marks of personal text, the
// shipped catalogue.
#ifndef AANGAN_TESTS_UNIT_STORAGE_NODE_NODE_STORE_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_STORAGE_NODE_NODE_STORE_TEST_SUPPORT_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "storage/node/node_store.h"
#include "tests/support/temp_dir.h"

namespace aangan::storage::node {

// A clock that stands where a test puts it: noon of 20 October 2026 at first, so that 2026Q3 has ended.
class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1792477800);
};

// Text that no tally, log or disk may show in clear.
inline constexpr char kCanary[] = "CANARY-Lakshmi-9f2";

std::shared_ptr<const model::CompiledCatalogue> ShippedCatalogue();

class StoreUnderTest {
 public:
  StoreUnderTest();
  void Open();           // or open again after Close; counts
  void OpenUncounted();  // as a node is before its agents have told it what to count
  void Count(uint32_t place);
  void Close() { store.reset(); }

  model::Id NewId() { return model::RandomId(random); }
  // Submits and returns the outcome.
  absl::StatusOr<Committed> Write(WriteKind kind, const model::RecordName& name, uint64_t version, Record record);
  // A member who agrees to be counted from 2026-01-01 on; her id.
  model::Id AddMember(bool counted);
  model::RecordName AddService(const model::Id& member, model::Day received);

  static store::v1::MemberRecord Member();
  static store::v1::ConsentRecord Consent(bool given, model::Day day);
  static store::v1::ServiceRecord Service(model::Day received);

  tests::TempDir folder;
  StillClock clock;
  SystemRandom random;
  std::shared_ptr<const model::CompiledCatalogue> catalogue;
  std::unique_ptr<NodeStore> store;
};

model::Day DayOf(int year, int month, int day);

}  // namespace aangan::storage::node

#endif  // AANGAN_TESTS_UNIT_STORAGE_NODE_NODE_STORE_TEST_SUPPORT_H_

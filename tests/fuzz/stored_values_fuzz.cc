// SPDX-License-Identifier: Apache-2.0
// Values as they lie in a node's stores: no bytes end the program, what reads is written again as the same bytes, and a
// changed link of a chain is seen.
#include <functional>
#include <vector>

#include "base/check.h"
#include "storage/engine/durable_head.h"
#include "storage/engine/migration.h"
#include "storage/engine/sealing.h"
#include "storage/node/audit_log.h"
#include "storage/node/ledger.h"
#include "storage/node/locks.h"
#include "storage/node/log_copy.h"
#include "storage/node/record_codec.h"
#include "storage/node/request_ids.h"
#include "storage/node/round_entry_codec.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"

using namespace aangan;                 // NOLINT: a fuzz target is one function
using namespace aangan::storage;        // NOLINT
using namespace aangan::storage::node;  // NOLINT

namespace {

constexpr model::Period kQuarter = {2026, 3};

// Every value of the batch changed by the input, or replaced by it. An index keeps its empty values.
Batch Changed(const Batch& honest, absl::string_view input, bool replaced) {
  Batch changed(nullptr);
  for (const auto& [key, value] : honest.changes()) {
    const bool index = value->empty();
    changed.Put(key.first, key.second, index ? "" : replaced ? std::string(input) : tests::Over(*value, input));
  }
  return changed;
}

void TryRound(absl::string_view input) {
  if (const auto entry = DecodeRoundEntry(input); entry.ok()) AANGAN_CHECK(EncodeRoundEntry(*entry) == input);
}

// As it comes, and as what was sealed under the right key.
void TryRecord(absl::string_view input) {
  tests::SeededRandom random(6);
  const SecretBytes key = SecretBytes::Random(kSealKeyBytes, random);
  (void)VersionOf(input).ok();
  for (const model::RecordKind kind :
       {model::RecordKind::kMember, model::RecordKind::kConsent, model::RecordKind::kService,
        model::RecordKind::kAssessment, model::RecordKind::kGrievance, model::RecordKind::kSealedState}) {
    const model::RecordName name{kind, {}, {}};
    (void)OpenRecord(key.span(), name, input).ok();
    const std::string place = RecordKey(name);
    const Sealed sealed = Seal(key.span(), {static_cast<uint8_t>(kind), place, 0}, input, random);
    const auto record = OpenRecord(key.span(), name, std::string(8, '\0') + sealed.bytes());
    if (record.ok()) AANGAN_CHECK(OpenRecord(key.span(), name, SealRecord(key.span(), name, 7, *record, random)).ok());
  }
}

void TryAudit(const Batch& honest, const Batch& changed) {
  (void)ReadAudit(changed, std::nullopt, 0, 10).ok();
  (void)ReadAudit(changed, model::Id{}, 0, 10).ok();
  AANGAN_CHECK(FollowAudit(changed).ok() == (changed.changes() == honest.changes()));
}

void TryLedger(const Batch& honest, const Batch& changed) {
  AANGAN_CHECK(ReadLedger(changed).ok() == (changed.changes() == honest.changes()));
}

void TryLocks(const Batch&, const Batch& changed) {
  (void)FindLock(changed, kQuarter).ok();
  const auto locks = ListLocks(changed);
  if (!locks.ok()) return;
  for (const AnswerLock& lock : *locks) {
    Batch again(nullptr);
    PutLock(lock, again);
    AANGAN_CHECK(again.changes().begin()->second == changed.changes().begin()->second);
  }
}

void TryAlarms(const Batch&, const Batch& changed) {
  const auto alarms = ListAlarms(changed);
  if (!alarms.ok()) return;
  for (const Alarm& alarm : *alarms) {
    Batch again(nullptr);
    PutAlarm(alarm, again);
    AANGAN_CHECK(again.changes().begin()->second == changed.changes().begin()->second);
  }
}

void TryLog(const Batch&, const Batch& changed) {
  const auto log = ReadLog(changed);
  if (!log.ok()) return;
  Batch again(nullptr);
  PutLog(0, *log, again);
  AANGAN_CHECK(again.changes() == changed.changes());
}

const RequestKey& TheRequest() {
  static const auto* const request = new RequestKey{"tokens/a", "CreateMember", "1", {}};
  return *request;
}

void TryRequests(const Batch&, const Batch& changed) {
  if (const auto found = FindRequest(changed, TheRequest()); found.ok())
    AANGAN_CHECK((*found)->result.names.size() == (*found)->result.versions.size());
  Batch batch(&changed);
  (void)ForgetOldRequests(1'800'000'000'000'000, 10, batch).ok();
}

void TryMeta(const Batch&, const Batch& changed) {
  (void)ReadFormat(changed).ok();
  const auto commits = ReadLastCommits(changed);
  if (commits.ok()) (void)CheckLog(commits->before, *commits).ok();
}

struct Kind {
  std::function<void(Batch&)> put;
  void (*attempt)(const Batch& honest, const Batch& changed);
};

const std::vector<Kind>& Kinds() {
  static const auto* const kinds = new std::vector<Kind>{
      {[](Batch& b) {
         AppendAudit(1, 0, 5, {{Action::kCreated, "tokens/a", "members/b", model::Id{}}, {}}, Digest{}, b);
       },
       TryAudit},
      {[](Batch& b) {
         std::vector<LedgerEntry> ledger;
         ledger.push_back(NextEntry(ledger, kQuarter, 100, Digest{}, {}));
         ledger.push_back(NextEntry(ledger, kQuarter.Next(), 200, Digest{}, {7, Digest{}}));
         for (const LedgerEntry& entry : ledger) PutEntry(entry, b);
       },
       TryLedger},
      {[](Batch& b) {
         PutLock({kQuarter, {}, {}, "an answer", true}, b);
       },
       TryLocks},
      {[](Batch& b) {
         PutAlarm({AlarmKind::kWrongSum, "2026Q3", 5, "evidence"}, b);
       },
       TryAlarms},
      {[](Batch& b) {
         PutLog(0, std::vector<LoggedEntry>{{5, "one"}, {6, "two"}}, b);
       },
       TryLog},
      {[](Batch& b) {
         RememberRequest(TheRequest(), {1, false, {1}, {{}}}, 5, b);
       },
       TryRequests},
      {[](Batch& b) {
         PutLastCommits({{3, {}}, {2, {}}}, b);
         PutFormat(1, b);
       },
       TryMeta}};
  return *kinds;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  const size_t number = data[0] % (Kinds().size() + 3);
  if (number == Kinds().size()) {
    TryRecord(input);
  } else if (number > Kinds().size()) {
    RoundEntry honest;
    honest.period = kQuarter;
    honest.descriptor = "a descriptor";
    TryRound(number % 2 == 0 ? std::string(input) : tests::Over(EncodeRoundEntry(honest), input));
  } else {
    Batch honest(nullptr);
    Kinds()[number].put(honest);
    Kinds()[number].attempt(honest, Changed(honest, input, data[0] >= 128));
  }
  return 0;
}

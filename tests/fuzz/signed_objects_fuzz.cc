// SPDX-License-Identifier: Apache-2.0
// Rosters, descriptors, freezes, voids, releases, receipts, changes of keys and log entries as a liar might send them.
#include "aangan/federation/v1/figures.pb.h"
#include "base/check.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/log_head.h"
#include "privacy/recipient_keys.h"
#include "tests/fuzz/fuzz_round.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT
namespace fed = aangan::federation::v1;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view input = AsInput(data + 1, size - 1);
  const int length = static_cast<int>(input.size());
  fed::SignedRoster roster;
  fed::LogEntry entry;
  fed::Round round;
  fed::NationalRelease release;
  fed::Receipt receipt;
  fed::Void word;
  fed::KeyChange change;
  switch (data[0] % 7) {
    case 0:
      if (!roster.ParseFromArray(input.data(), length)) return 0;
      (void)model::CheckRoster(roster.roster()).ok();
      (void)model::CheckRosterSignatures(roster, nullptr).ok();
      (void)model::CheckRosterSignatures(roster, &roster.roster()).ok();
      break;
    case 1:
      if (!entry.ParseFromArray(input.data(), length)) return 0;
      if (const auto leaf = LeafOf(entry); leaf.ok()) (void)LogHead({*leaf, *leaf, *leaf});
      roster.mutable_roster()->set_roster("india");
      roster.mutable_roster()->add_collectives()->set_id(entry.key_batch().collective());
      AANGAN_CHECK(KeysAfter({entry, entry}, roster.roster(), {2026, 3}).keys.size() == 1);
      break;
    case 2:
      if (!round.ParseFromArray(input.data(), length)) return 0;
      (void)model::CanonicalFreeze(round.freeze()).ok();
      if (const auto canonical = CanonicalDescriptor(round.round_descriptor()); canonical.ok()) {
        for (int i = 0; i < 5; ++i) roster.mutable_roster()->add_collectives()->set_signing_key(std::string(32, 'k'));
        (void)HoldersOf(round.round_descriptor(), roster.roster(), RoundId(*canonical), 3).ok();
      }
      break;
    case 3:
      if (receipt.ParseFromArray(input.data(), length)) (void)model::CanonicalReceipt(receipt).ok();
      break;
    case 4:
      if (word.ParseFromArray(input.data(), length)) (void)model::CanonicalVoid(word).ok();
      break;
    case 5:
      if (change.ParseFromArray(input.data(), length)) (void)model::CanonicalKeyChange(change).ok();
      break;
    default:
      if (!release.ParseFromArray(input.data(), length)) return 0;
      (void)model::CanonicalRelease(release).ok();
  }
  return 0;
}

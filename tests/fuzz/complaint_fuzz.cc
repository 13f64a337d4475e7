// SPDX-License-Identifier: Apache-2.0
// Complaints: no bytes prove anything against an honest dealer.
#include "privacy/complaint.h"

#include "base/check.h"
#include "privacy/field.h"
#include "tests/fuzz/fuzz_round.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT

namespace {

struct Dealt {
  std::string bytes;
  SummedHead head;
  std::string complaint;
};
const Dealt& TheDealt() {
  static const auto* const dealt = [] {
    auto* made = new Dealt();
    tests::SeededRandom random(3);
    const Holders& holders = TheRound().holders;
    ContributionHeader header;
    header.round_id = holders.round_id;
    header.node_id = holders.id(0).bytes;
    made->bytes =
        *BuildSummed(header, holders, *ProtectedVector::Decode(EncodeWords({1, 2, 3})), TheRound().keys[0], random);
    auto parsed = *ParseSummed(made->bytes, holders, 0);
    OpenedShare claimed;
    claimed.fault = ShareFault::kBadShare;
    made->complaint = BuildComplaint(parsed.head, holders, 2, claimed, parsed.sealed[2], TheRound().keys[2]);
    made->head = std::move(parsed.head);
    return made;
  }();
  return *dealt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input = AsInput(data, size);
  const Holders& holders = TheRound().holders;
  (void)JudgeComplaint(input, TheDealt().head, holders, 2).ok();
  const std::string& honest = TheDealt().complaint;
  const std::string changed = WithSignature(TheRound().keys[2], "aangan/v1/complaint",
                                            Over(honest.substr(0, honest.size() - kSignatureBytes), input));
  const auto verdict = JudgeComplaint(changed, TheDealt().head, holders, 2);
  if (verdict.ok()) AANGAN_CHECK(*verdict != Verdict::kProven);
  return 0;
}

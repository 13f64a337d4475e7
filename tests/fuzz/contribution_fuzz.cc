// SPDX-License-Identifier: Apache-2.0
// Contributions: whole, head alone, direct form, and the plaintext of a share.
#include "privacy/contribution.h"

#include "base/check.h"
#include "privacy/field.h"
#include "tests/fuzz/fuzz_round.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT

namespace {

const std::string& Honest() {
  static const auto* const bytes = [] {
    tests::SeededRandom random(2);
    ContributionHeader header;
    header.round_id = TheRound().holders.round_id;
    header.node_id = TheRound().holders.id(0).bytes;
    const auto vector = ProtectedVector::Decode(EncodeWords({1, -2, 3}));
    return new std::string(*BuildSummed(header, TheRound().holders, *vector, TheRound().keys[0], random));
  }();
  return *bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input = AsInput(data, size);
  const Holders& holders = TheRound().holders;
  (void)ParseSummed(input, holders, 0).ok();
  (void)ParseHead(input, holders, 0).ok();
  // Changed, then signed again by the dealer: whatever is behind the signature is read, and what is read back is it.
  const size_t head_bytes = SummedHeadBytes(holders);
  const std::string head = WithSignature(TheRound().keys[0], kContributionLabel,
                                         Over(Honest().substr(0, head_bytes - kSignatureBytes), input));
  const auto parsed = ParseHead(head, holders, 0);
  if (parsed.ok()) AANGAN_CHECK(parsed->header.round_id == holders.round_id && parsed->hashes.size() == 5);
  (void)ParseSummed(Over(Honest(), input), holders, 0).ok();
  ContributionRule rule;
  rule.round_id = holders.round_id;
  rule.key = holders.signing_keys[0];
  rule.bounds = {10, 10, 10};
  (void)ParseAndCheck(input, rule).ok();
  for (const bool seeded : {false, true}) (void)DecodeShare(AsBytes(input), seeded, holders.cells).ok();
  return 0;
}

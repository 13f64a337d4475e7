// SPDX-License-Identifier: Apache-2.0
// Answers: as they come, and changed and signed again. What is accepted is written again as the same bytes.
#include "privacy/answer.h"

#include "base/check.h"
#include "privacy/field.h"
#include "privacy/reconstruction.h"
#include "tests/fuzz/fuzz_round.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input = AsInput(data, size);
  const Holders& holders = TheRound().holders;
  const Digest freeze = Sha256("a freeze");
  (void)ParseAnswer(input, holders.round_id, freeze, holders.signing_keys[1], holders.cells).ok();
  AnswerHeader header;
  header.round_id = holders.round_id;
  header.freeze = freeze;
  header.node_id = holders.id(1).bytes;
  const std::string honest = BuildAnswer(header, {1, 2, 3}, TheRound().keys[1]);
  const std::string changed = WithSignature(TheRound().keys[1], "aangan/v1/answer",
                                            Over(honest.substr(0, honest.size() - kSignatureBytes), input));
  const auto answer = ParseAnswer(changed, holders.round_id, freeze, holders.signing_keys[1], holders.cells);
  if (!answer.ok()) return 0;
  AANGAN_CHECK(BuildAnswer(answer->header, answer->words, TheRound().keys[1]) == changed);
  for (const uint64_t word : answer->words) AANGAN_CHECK(word < kFieldPrime);
  std::vector<PlacedAnswer> answers;
  for (int place = 0; place < 5; ++place) answers.push_back({place, answer->words});
  AANGAN_CHECK(Reconstruct(answers, holders.numbers)->agreement == Agreement::kConfirmed);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// A holder's role after the freeze: the sum of the shares that were meant for her, signed. One a round.
//
// Bytes: u8 version 1 | round_id 32 | SHA-256 of the canonical freeze 32 | node id 16 | u64 log size | log head 32 |
// incarnation 16 | u64 counter | u32 words | words of eight bytes little-endian | Ed25519 signature 64 over all before
// it (label "aangan/v1/answer"). One word a cell that the freeze does not leave out, in the vector's order. Source:
// protocol.md 4 and 5.5. Threads: pure. Errors: INVALID_ARGUMENT (WRONG_LENGTH, OUT_OF_RANGE, BAD_SIGNATURE,
// WRONG_STATE).
#ifndef AANGAN_PRIVACY_ANSWER_H_
#define AANGAN_PRIVACY_ANSWER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/signing.h"
#include "privacy/log_head.h"
#include "privacy/share_vector.h"

namespace aangan::privacy {

struct AnswerHeader {
  Digest round_id{};
  Digest freeze{};
  std::array<uint8_t, 16> node_id{};
  LogPosition log;
  std::array<uint8_t, 16> incarnation{};
  uint64_t counter = 0;
};

// Cell by cell over the dealers of the freeze; `left_out` has one entry a cell. The check words are in no answer.
std::vector<uint64_t> SumShares(absl::Span<const ShareVector> shares, const std::vector<bool>& left_out);

std::string BuildAnswer(const AnswerHeader& header, absl::Span<const uint64_t> words, const SigningKey& key);

struct Answer {
  AnswerHeader header;
  std::vector<uint64_t> words;
};
absl::StatusOr<Answer> ParseAnswer(absl::string_view bytes, const Digest& round_id, const Digest& freeze,
                                   const PublicKey& key, size_t words);
size_t AnswerBytes(size_t words);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_ANSWER_H_

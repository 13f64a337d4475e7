// SPDX-License-Identifier: Apache-2.0
// Shares as words and as seeds: see share_vector.h.
#include "privacy/share_vector.h"

#include <sodium.h>

#include <array>
#include <utility>

#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/field.h"

namespace aangan::privacy {
namespace {

constexpr size_t kHeaderBytes = 5;
constexpr size_t kBlockBytes = 64;
constexpr size_t kBlocksAtOnce = 64;

void WipeWords(std::vector<uint64_t>& words) { sodium_memzero(words.data(), words.size() * sizeof(uint64_t)); }

uint64_t WordAt(const uint8_t* bytes) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | bytes[i];
  return word;
}

SecretBytes WithHeader(size_t cells, absl::Span<const uint8_t> body) {
  const std::string header = CanonicalWriter().U8(kShareSuite).U32(static_cast<uint32_t>(cells)).bytes();
  SecretBytes plaintext(header.size() + body.size());
  std::copy(header.begin(), header.end(), plaintext.data());
  std::copy(body.begin(), body.end(), plaintext.data() + header.size());
  return plaintext;
}

}  // namespace

ShareVector& ShareVector::operator=(ShareVector&& other) noexcept {
  WipeWords(words_);
  words_ = std::move(other.words_);
  return *this;
}
ShareVector::~ShareVector() { WipeWords(words_); }

ShareVector ExpandSeed(absl::Span<const uint8_t> seed, size_t words) {
  AANGAN_CHECK(seed.size() == kSeedBytes && sodium_init() >= 0);
  constexpr std::array<uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> kNonce{};
  ShareVector out(words);
  SecretBytes stream(kBlocksAtOnce * kBlockBytes);
  size_t filled = 0;
  for (uint32_t block = 0; filled < words; block += kBlocksAtOnce) {
    Wipe(stream.mutable_span());
    AANGAN_CHECK(crypto_stream_chacha20_ietf_xor_ic(stream.data(), stream.data(), stream.size(), kNonce.data(), block,
                                                    seed.data()) == 0);
    for (size_t at = 0; at < stream.size() && filled < words; at += kFieldWordBytes) {
      const uint64_t word = WordAt(stream.data() + at);
      if (word < kFieldPrime) out[filled++] = word;
    }
  }
  return out;
}

size_t SharePlaintextBytes(bool as_seed, size_t cells) {
  return kHeaderBytes + (as_seed ? kSeedBytes : (cells + kCheckWords) * kFieldWordBytes);
}

SecretBytes EncodeSeedShare(absl::Span<const uint8_t> seed, size_t cells) { return WithHeader(cells, seed); }

SecretBytes EncodeWordShare(const ShareVector& share) {
  std::string words = EncodeFieldWords(share.span());
  SecretBytes plaintext = WithHeader(share.size() - kCheckWords, AsBytes(words));
  Wipe(words);
  return plaintext;
}

absl::StatusOr<ShareVector> DecodeShare(absl::Span<const uint8_t> plaintext, bool as_seed, size_t cells) {
  CanonicalReader reader(AsText(plaintext));
  ASSIGN_OR_RETURN(const uint8_t suite, reader.U8());
  ASSIGN_OR_RETURN(const uint32_t length, reader.U32());
  if (suite != kShareSuite || length != cells || plaintext.size() != SharePlaintextBytes(as_seed, cells)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                   "a share is not of the suite and length that its round and place give it");
  }
  const absl::Span<const uint8_t> body = plaintext.subspan(kHeaderBytes);
  if (as_seed) return ExpandSeed(body, cells + kCheckWords);
  ASSIGN_OR_RETURN(std::vector<uint64_t> words, DecodeFieldWords(AsText(body)));
  return ShareVector(std::move(words));
}

}  // namespace aangan::privacy

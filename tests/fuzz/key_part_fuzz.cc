// SPDX-License-Identifier: Apache-2.0
// A part of the master key, as somebody types it from paper: what is taken is exactly what a part's text says.
#include "base/check.h"
#include "base/digest.h"
#include "privacy/key_split.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT

namespace {

// A real part, in which the input stands from some place on.
std::string RealPart() {
  tests::SeededRandom random(7);
  const SecretBytes key = SecretBytes::Random(kSplitKeyBytes, random);
  const auto parts = *SplitKey(key.span(), 2, 3, random);
  return std::string(AsText(KeyPartText(parts[1]).span()));
}

void Try(absl::string_view text) {
  const auto part = ReadKeyPart(AsBytes(text), 1);
  if (!part.ok()) return;
  const SecretBytes again = KeyPartText(*part);
  const auto reread = ReadKeyPart(again.span(), 1);
  AANGAN_CHECK(reread.ok() && KeyPartDigest(*reread) == KeyPartDigest(*part));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string real = RealPart();
  const absl::string_view input = tests::AsInput(data, size);
  Try(input);
  Try(tests::Over(real, input));
  return 0;
}

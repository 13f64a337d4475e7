// SPDX-License-Identifier: Apache-2.0
// What a caller shows and hands back: access tokens, page tokens, etags; and tokens as they are stored. Only the token
// itself opens, and what is accepted is written again as the same bytes.
#include "base/check.h"
#include "server/shared/etag.h"
#include "server/shared/page_token.h"
#include "server/shared/tokens.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::server;  // NOLINT

namespace {

constexpr absl::string_view kCaller = "tokens/a";
constexpr absl::string_view kList = "members";

struct Given {
  tests::SeededRandom random{5};
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  NewToken token = MakeToken(Role::kCaseworker, "phone", now, absl::Hours(24), random);
  PageTokens pages{SecretBytes::Random(32, random), &random};
  std::string page = pages.Seal("position", kCaller, kList);
};

void CheckStored(const std::string& bytes) {
  if (const auto stored = DecodeToken(bytes); stored.ok()) AANGAN_CHECK(EncodeToken(*stored) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const given = new Given();
  const absl::string_view input = tests::AsInput(data, size);
  for (const std::string& shown : {std::string(input), tests::Over(given->token.text, input)}) {
    if (const auto id = TokenId(shown); id.ok()) AANGAN_CHECK(shown.find("aangan-" + *id + "-") == 0);
    AANGAN_CHECK(CheckToken(shown, given->token.record, given->now).ok() == (shown == given->token.text));
  }
  CheckStored(std::string(input));
  CheckStored(tests::Over(EncodeToken(given->token.record), input));

  for (const std::string& page : {std::string(input), tests::Over(given->page, input)}) {
    if (const auto position = given->pages.Open(page, kCaller, kList); position.ok())
      AANGAN_CHECK(*position == "position");
  }
  const absl::string_view position = input.substr(0, 1024);
  const std::string sealed = given->pages.Seal(position, kCaller, kList);
  AANGAN_CHECK(*given->pages.Open(sealed, kCaller, kList) == position);
  AANGAN_CHECK(!given->pages.Open(sealed, input, kList).ok() || input == kCaller);

  if (const auto version = ParseEtag(input, "etag"); version.ok()) AANGAN_CHECK(EtagText(*version) == input);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Join tokens as somebody pastes them, at the federation and at the node that joins, and wishes for new ones. Only the
// token itself opens, and the node takes no text that a federation would not write.
#include <map>

#include "base/check.h"
#include "server/federation/join_tokens.h"
#include "server/node/enrolment.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/fuzz/fuzz_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

using namespace aangan;              // NOLINT: a fuzz target is one function
using namespace aangan::federation;  // NOLINT

namespace {

struct Federation {
  tests::MemoryStore store;
  ResourceNames names{"india"};
  tests::FakeClock clock{absl::FromUnixSeconds(1'800'000'000)};
  RosterBook rosters{&store, &names, PublicKey{}, &clock};
  tests::SeededRandom random{9};
  Digest authority;
  JoinTokens tokens{&store, &rosters, authority, &clock, &random};

  explicit Federation(const Digest& of) : authority(of) {}
};

v1::CreateJoinTokenRequest Wish() {
  v1::CreateJoinTokenRequest wish;
  wish.set_kind(v1::JOIN_KIND_NODE);
  wish.set_id("assam_1");
  wish.set_title("Assam 1");
  wish.set_state("assam");
  wish.set_run_by("assam_1");
  return wish;
}

// Whatever names an authority is what the federation of that authority writes, but for the 16 secret bytes before it:
// 26 characters, of which the last has bits of both.
void TryAtNode(const std::string& text) {
  const auto authority = node::AuthorityOfJoinToken(text);
  if (!authority.ok()) return;
  constexpr size_t kBefore = 12 + 26;
  Federation other(*authority);
  const std::string written = other.tokens.Make(Wish())->join_token();
  AANGAN_CHECK(text.size() == written.size() && text.substr(kBefore) == written.substr(kBefore));
}

void TryWish(const v1::CreateJoinTokenRequest& wish) {
  Federation federation(Sha256("an authority"));
  const auto made = federation.tokens.Make(wish);
  if (!made.ok()) return;
  const auto found = federation.tokens.Find(made->join_token());
  AANGAN_CHECK(found.ok() && found->value.id() == wish.id() && found->value.title() == wish.title() &&
               found->value.kind() == wish.kind() && found->value.state() == wish.state());
  AANGAN_CHECK(*node::AuthorityOfJoinToken(made->join_token()) == Sha256("an authority"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const federation = new Federation(Sha256("an authority"));
  static const std::string honest = federation->tokens.Make(Wish())->join_token();
  const absl::string_view input = tests::AsInput(data, size);
  const std::string tail = honest + std::string(input);
  for (const std::string& shown : {std::string(input), tests::Over(honest, input), tail}) {
    AANGAN_CHECK(federation->tokens.Find(shown).ok() == (shown == honest));
    TryAtNode(shown);
  }
  v1::CreateJoinTokenRequest wish;
  if (wish.ParseFromArray(input.data(), static_cast<int>(input.size()))) TryWish(wish);
  if (wish.ParseFromString(tests::Over(Wish().SerializeAsString(), input))) TryWish(wish);
  return 0;
}

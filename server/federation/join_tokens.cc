// SPDX-License-Identifier: Apache-2.0
// One-time join tokens.
#include "server/federation/join_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "model/catalogue_lint.h"
#include "model/codes.h"
#include "model/names.h"
#include "server/federation/credentials.h"

namespace aangan::federation {
namespace {

using store::v1::StoredJoinToken;

constexpr absl::string_view kPrefix = "aangan-join-";
constexpr absl::string_view kRows = "join/";
constexpr size_t kTokenBytesMax = 128;
constexpr size_t kTitleBytesMax = 120;

std::string Base32(absl::string_view bytes) {
  std::string text;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8) | static_cast<uint8_t>(byte);
    for (bits += 8; bits >= 5; bits -= 5)
      text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer >> (bits - 5)) & 31]);
  }
  if (bits > 0) text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer << (5 - bits)) & 31]);
  return text;
}

Digest HashOf(absl::string_view token) { return Sha256({"aangan/v1/join", token}); }

// Half of the hash finds the row; the whole is compared in constant time.
std::string RowKey(const Digest& hash) {
  return absl::StrCat(kRows, ToHex(absl::Span<const uint8_t>(hash.data(), hash.size() / 2)));
}

bool SameHash(const Digest& hash, absl::string_view stored) {
  if (stored.size() != hash.size()) return false;
  uint8_t different = 0;
  for (size_t i = 0; i < hash.size(); ++i) different |= hash[i] ^ static_cast<uint8_t>(stored[i]);
  return different == 0;
}

absl::Status BadToken() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                 "This is not a join token of this federation. Copy it whole, or ask for a new one.");
}

absl::Status Over() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kJoinTokenUsed,
                 "The join token was used, or its time is over. Ask the federation's staff for a new one.");
}

}  // namespace

absl::Status JoinTokens::CheckWish(const v1::CreateJoinTokenRequest& wish) const {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The join token can not be made so.");
  if (!v1::JoinKind_IsValid(wish.kind()) || wish.kind() == v1::JOIN_KIND_UNSPECIFIED)
    problem.Field("kind", "must say what the token is for");
  if (!model::IsSlug(wish.id())) problem.Field("id", "must be a slug: a-z, then a-z, 0-9, _ or -, at most 63");
  if (wish.kind() == v1::JOIN_KIND_NODE) {
    if (!model::IsPlainLine(wish.title(), kTitleBytesMax, model::TextNeed::kRequired))
      problem.Field("title", "must be one line of at most 120 bytes");
    if (!model::FindCode(model::ListId::kState, wish.state())) problem.Field("state", "must be a code of \"state\"");
    if (!model::IsSlug(wish.run_by())) problem.Field("run_by", "must be the slug of an organisation");
  } else if (!wish.title().empty() || !wish.state().empty() || !wish.run_by().empty()) {
    problem.Field("title", "must be empty for an app and for new keys, as state and run_by");
  }
  return problem.has_fields() ? problem.ToStatus() : absl::OkStatus();
}

absl::StatusOr<v1::CreateJoinTokenResponse> JoinTokens::Make(const v1::CreateJoinTokenRequest& wish) const {
  RETURN_IF_ERROR(CheckWish(wish));
  if (wish.kind() == v1::JOIN_KIND_NEW_KEYS) {
    ASSIGN_OR_RETURN(const auto in_force, rosters_->InForce(wish.id()));
    if (!in_force) {
      return Problem(absl::StatusCode::kNotFound, Reason::kNotFound,
                     "The collective is not in the roster in force, so it has no keys there to change.");
    }
    return Store(wish);
  }
  const bool node = wish.kind() == v1::JOIN_KIND_NODE;
  ASSIGN_OR_RETURN(const bool listed, rosters_->IsListed(wish.id()));
  ASSIGN_OR_RETURN(const auto enrolled, rosters_->FindCollective(wish.id()));
  ASSIGN_OR_RETURN(const std::optional<std::string> app, store_->Get(Table::kSettings, AppKey(wish.id())));
  if (listed || app.has_value() || (enrolled.has_value() && !node)) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                   "A collective or app of this id has joined. Give another id.");
  }
  return Store(wish);
}

absl::StatusOr<v1::CreateJoinTokenResponse> JoinTokens::Store(const v1::CreateJoinTokenRequest& wish) const {
  std::string bytes;
  auto secret = random_->Bytes<16>();
  absl::StrAppend(&bytes, AsText(secret), AsText(authority_));
  v1::CreateJoinTokenResponse made;
  made.set_join_token(absl::StrCat(kPrefix, Base32(bytes)));
  Wipe(bytes);
  Wipe(absl::MakeSpan(secret));
  const absl::Time now = clock_->Now();
  const Digest hash = HashOf(made.join_token());
  StoredJoinToken stored;
  stored.set_hash(std::string(AsText(hash)));
  stored.set_kind(wish.kind());
  stored.set_id(wish.id());
  stored.set_title(wish.title());
  stored.set_state(wish.state());
  stored.set_run_by(wish.run_by());
  stored.set_create_time_us(absl::ToUnixMicros(now));
  stored.set_expire_time_us(absl::ToUnixMicros(now + kJoinTokenLife));
  RETURN_IF_ERROR(store_->Commit({{Table::kSettings, RowKey(hash), stored.SerializeAsString()}},
                                 {{Table::kSettings, RowKey(hash), std::nullopt}}));
  made.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(now + kJoinTokenLife));
  return made;
}

absl::StatusOr<Stored<StoredJoinToken>> JoinTokens::Find(absl::string_view text) const {
  if (text.size() > kTokenBytesMax || !absl::StartsWith(text, kPrefix)) return BadToken();
  const Digest hash = HashOf(text);
  ASSIGN_OR_RETURN(auto stored, ReadStored<StoredJoinToken>(*store_, Table::kSettings, RowKey(hash)));
  if (!stored || !SameHash(hash, stored->value.hash())) return BadToken();
  if (stored->value.used() || absl::ToUnixMicros(clock_->Now()) >= stored->value.expire_time_us()) return Over();
  return *std::move(stored);
}

absl::StatusOr<std::optional<absl::Time>> JoinTokens::NewestUsable() const {
  ASSIGN_OR_RETURN(const auto all, ListStored<StoredJoinToken>(*store_, Table::kSettings, kRows));
  const int64_t now = absl::ToUnixMicros(clock_->Now());
  std::optional<absl::Time> newest;
  for (const Stored<StoredJoinToken>& each : all) {
    if (each.value.used() || now >= each.value.expire_time_us()) continue;
    newest = std::max(newest.value_or(absl::InfinitePast()), absl::FromUnixMicros(each.value.create_time_us()));
  }
  return newest;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// The node's tokens: who may call.
#include "server/node/token_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/period.h"

namespace aangan::node {
namespace {

using server::NewToken;
using server::Role;
using server::TokenRecord;
using storage::node::Action;
using storage::node::NoteChange;

constexpr absl::string_view kPrefix = "token/";
constexpr absl::Duration kFirstTokensLife = absl::Hours(24 * 365);

bool IsEnded(const TokenRecord& record) { return record.hash == Digest{}; }
bool IsSecondPersons(Role role) { return role == Role::kSteward || role == Role::kAuditor; }

absl::Status NoSuchToken() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such token.");
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenBook>> TokenBook::Open(const std::string& folder, storage::node::NodeStore* store,
                                                           const Clock* clock, RandomSource* random) {
  std::unique_ptr<TokenBook> book(new TokenBook(store, clock, random));
  RETURN_IF_ERROR(book->Load());
  for (const auto& [role, file] :
       {std::pair(Role::kOperator, "operator.token"), std::pair(Role::kSteward, "steward.token")}) {
    const std::string path = absl::StrCat(folder, "/", file);
    bool known = false;
    for (const TokenRecord& record : book->List("", kTokensMax)) known |= record.role == role;
    if (known) continue;
    ASSIGN_OR_RETURN(const NewToken made, book->Make({role, "first", "", kFirstTokensLife}, "node"));
    RETURN_IF_ERROR(WriteFileDurably(path, made.text, 0600));
  }
  return book;
}

absl::Status TokenBook::Load() {
  ASSIGN_OR_RETURN(const auto stored, store_->ListSettings(kPrefix, "", kTokensMax));
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, value] : stored) {
    ASSIGN_OR_RETURN(TokenRecord record, server::DecodeToken(value));
    std::string id = record.id;
    tokens_.emplace(std::move(id), std::move(record));
  }
  return absl::OkStatus();
}

absl::StatusOr<server::Caller> TokenBook::Identify(const server::Peer&, absl::string_view token) const {
  server::Caller caller;
  if (token.empty()) return caller;  // nobody; the door decides
  ASSIGN_OR_RETURN(const std::string id, server::TokenId(token));
  TokenRecord record;  // an unknown id is compared with an empty record and fails like a wrong secret
  {
    absl::MutexLock lock(&mutex_);
    const auto found = tokens_.find(id);
    if (found != tokens_.end()) record = found->second;
  }
  const absl::Time now = clock_->Now();
  RETURN_IF_ERROR(server::CheckToken(token, record, now));
  if (const int64_t today = model::DayInIndia(now); record.last_used_day != today) {
    absl::MutexLock lock(&mutex_);
    const auto found = tokens_.find(id);
    if (found != tokens_.end()) found->second.last_used_day = today;
    used_.insert(id);
  }
  caller.role = record.role;
  caller.id = record.id;
  caller.member = record.member;
  return caller;
}

absl::Status TokenBook::Store(Action action, const TokenRecord& record, const std::string& actor) {
  return store_
      ->SubmitAndWait(NoteChange{action, actor, absl::StrCat("tokens/", record.id), absl::StrCat(kPrefix, record.id),
                                 EncodeToken(record)})
      .status();
}

absl::Status TokenBook::Remove(Action action, const std::string& id, const std::string& actor) {
  return store_->SubmitAndWait(NoteChange{action, actor, absl::StrCat("tokens/", id), absl::StrCat(kPrefix, id), ""})
      .status();
}

absl::StatusOr<NewToken> TokenBook::Make(const Wish& wish, const std::string& actor) {
  NewToken made = server::MakeToken(wish.role, wish.title, clock_->Now(), wish.life, *random_);
  made.record.member = wish.member;
  absl::MutexLock writing(&writing_);
  {
    absl::MutexLock lock(&mutex_);
    if (tokens_.size() >= kTokensMax) {
      return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, "Too many tokens. End some first.");
    }
  }
  RETURN_IF_ERROR(Store(Action::kTokenCreated, made.record, actor));
  absl::MutexLock lock(&mutex_);
  tokens_[made.record.id] = made.record;
  return made;
}

absl::StatusOr<NewToken> TokenBook::Rotate(const std::string& id, absl::Duration grace, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  ASSIGN_OR_RETURN(const TokenRecord record, Find(id));
  NewToken made = server::RotateToken(record, clock_->Now(), grace, *random_);
  RETURN_IF_ERROR(Store(Action::kTokenRotated, made.record, actor));
  absl::MutexLock lock(&mutex_);
  tokens_[id] = made.record;
  return made;
}

absl::Status TokenBook::End(const std::string& id, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  TokenRecord record;
  {
    absl::MutexLock lock(&mutex_);  // refused at once; the store follows
    const auto found = tokens_.find(id);
    if (found == tokens_.end() || !IsListed(found->second)) return NoSuchToken();
    TokenRecord& ends = found->second;
    ends.hash = ends.hash_before = Digest{};
    ends.expire_time_us = std::min(ends.expire_time_us, absl::ToUnixMicros(clock_->Now()));
    ends.before_end_time_us = 0;
    used_.erase(id);
    ending_.try_emplace(id, actor);
    record = ends;
  }
  const bool stays = IsSecondPersons(record.role);
  RETURN_IF_ERROR(stays ? Store(Action::kTokenDeleted, record, actor) : Remove(Action::kTokenDeleted, id, actor));
  absl::MutexLock lock(&mutex_);
  ending_.erase(id);
  if (!stays) tokens_.erase(id);
  return absl::OkStatus();
}

bool TokenBook::IsListed(const TokenRecord& record) const {
  return !IsEnded(record) || ending_.find(record.id) != ending_.end();
}

absl::StatusOr<TokenRecord> TokenBook::Find(const std::string& id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = tokens_.find(id);
  if (found == tokens_.end() || IsEnded(found->second)) return NoSuchToken();
  return found->second;
}

bool TokenBook::SecondPersonExists(const std::string& than_id) const {
  const int64_t since_us = absl::ToUnixMicros(clock_->Now() - kSecondPersonStays);
  absl::MutexLock lock(&mutex_);
  return std::any_of(tokens_.begin(), tokens_.end(), [&](const auto& each) {
    return each.first != than_id && IsSecondPersons(each.second.role) && each.second.expire_time_us > since_us;
  });
}

absl::Status TokenBook::Tend() {
  std::set<std::string> used;
  std::vector<std::string> over;
  std::map<std::string, std::string> ending;
  {
    const absl::Time now = clock_->Now();
    absl::MutexLock lock(&mutex_);
    used.swap(used_);
    ending = ending_;
    for (const auto& [id, record] : tokens_) {
      if (ending_.find(id) != ending_.end()) continue;
      const absl::Duration stays = IsEnded(record) ? kSecondPersonStays : kExpiredTokenStays;
      if (record.expire_time_us <= absl::ToUnixMicros(now - stays)) over.push_back(id);
    }
  }
  for (const auto& [id, actor] : ending) {
    // Not found: somebody else ended it again.
    if (absl::Status ended = End(id, actor); !ended.ok() && !absl::IsNotFound(ended)) {
      absl::MutexLock lock(&mutex_);
      used_.merge(used);
      return ended;
    }
  }
  for (const std::string& id : used) {
    absl::MutexLock writing(&writing_);
    const absl::StatusOr<TokenRecord> record = Find(id);
    if (!record.ok()) continue;  // ended meanwhile
    if (const absl::Status stored = Store(Action::kTokenUsed, *record, "node"); !stored.ok()) {
      absl::MutexLock lock(&mutex_);
      used_.insert(used.find(id), used.end());
      return stored;
    }
  }
  for (const std::string& id : over) {
    absl::MutexLock writing(&writing_);
    {
      absl::MutexLock lock(&mutex_);
      const auto found = tokens_.find(id);
      // Rotated meanwhile: it lives again.
      if (found == tokens_.end() || found->second.expire_time_us > absl::ToUnixMicros(clock_->Now())) continue;
      tokens_.erase(found);
    }
    RETURN_IF_ERROR(Remove(Action::kAccessEnded, id, "node"));
  }
  return absl::OkStatus();
}

std::vector<TokenRecord> TokenBook::List(const std::string& after, size_t limit) const {
  absl::MutexLock lock(&mutex_);
  std::vector<TokenRecord> listed;
  for (auto each = tokens_.upper_bound(after); each != tokens_.end() && listed.size() < limit; ++each) {
    if (IsListed(each->second)) listed.push_back(each->second);
  }
  return listed;
}

}  // namespace aangan::node

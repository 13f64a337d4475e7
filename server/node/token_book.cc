// SPDX-License-Identifier: Apache-2.0
// The node's tokens: who may call.
#include "server/node/token_book.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

using server::NewToken;
using server::Role;
using server::TokenRecord;
using storage::node::Action;
using storage::node::NoteChange;

constexpr absl::string_view kPrefix = "token/";
constexpr absl::Duration kFirstTokensLife = absl::Hours(24 * 365);

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
  RETURN_IF_ERROR(server::CheckToken(token, record, clock_->Now()));
  caller.role = record.role;
  caller.id = record.id;
  caller.member = record.member;
  return caller;
}

absl::StatusOr<NewToken> TokenBook::Make(const Wish& wish, const std::string& actor) {
  NewToken made = server::MakeToken(wish.role, wish.title, clock_->Now(), wish.life, *random_);
  made.record.member = wish.member;
  {
    absl::MutexLock lock(&mutex_);
    if (tokens_.size() >= kTokensMax) {
      return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, "Too many tokens. End some first.");
    }
  }
  RETURN_IF_ERROR(store_
                      ->SubmitAndWait(NoteChange{Action::kTokenCreated, actor, absl::StrCat("tokens/", made.record.id),
                                                 absl::StrCat(kPrefix, made.record.id), EncodeToken(made.record)})
                      .status());
  absl::MutexLock lock(&mutex_);
  tokens_[made.record.id] = made.record;
  return made;
}

absl::Status TokenBook::End(const std::string& id, const std::string& actor) {
  {
    absl::MutexLock lock(&mutex_);
    if (tokens_.erase(id) == 0)  // refused at once; the store follows
      return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such token.");
  }
  return store_
      ->SubmitAndWait(
          NoteChange{Action::kTokenDeleted, actor, absl::StrCat("tokens/", id), absl::StrCat(kPrefix, id), ""})
      .status();
}

std::vector<TokenRecord> TokenBook::List(const std::string& after, size_t limit) const {
  absl::MutexLock lock(&mutex_);
  std::vector<TokenRecord> listed;
  for (auto each = tokens_.upper_bound(after); each != tokens_.end() && listed.size() < limit; ++each)
    listed.push_back(each->second);
  return listed;
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// The index of names: see name_index.h.
#include "server/node/name_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/audit_walk.h"
#include "server/node/name_words.h"
#include "server/node/record_walk.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::AuditEntry;
using storage::node::Found;

constexpr size_t kQueryWordsMax = 5;

std::vector<std::string> WordsOf(const Found& member) {
  const auto& record = std::get<store::v1::MemberRecord>(member.record);
  std::vector<std::string> words = NameWords(record.full_name());
  for (const std::string& name : record.other_names()) {
    for (std::string& word : NameWords(name)) words.push_back(std::move(word));
  }
  return words;
}

absl::StatusOr<std::vector<std::string>> QueryWords(absl::string_view query) {
  std::vector<std::string> words = NameWords(query);
  const bool long_word =
      std::any_of(words.begin(), words.end(), [](const std::string& word) { return !NameBeginning(word).empty(); });
  if (long_word && words.size() <= kQueryWordsMax) return words;
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "Search with one to five words of a name, of one of them at least the first two letters.")
      .Field("query", "must be one to five words, one of them of at least two letters")
      .ToStatus();
}

bool Fits(const Found& member, const std::vector<std::string>& query) {
  const std::vector<std::string> words = WordsOf(member);
  return std::all_of(query.begin(), query.end(), [&words](const std::string& wanted) {
    return std::any_of(words.begin(), words.end(),
                       [&wanted](const std::string& word) { return absl::StartsWith(word, wanted); });
  });
}

// Of whose record or seal the entry tells that it may have changed.
std::optional<model::Id> ChangedMember(const AuditEntry& entry) {
  if (entry.action == Action::kRead || entry.action == Action::kListed) return std::nullopt;
  const std::optional<InMembersName> in = InMembersNameOf(entry.resource);
  return in ? std::make_optional(in->member) : std::nullopt;
}

}  // namespace

NameIndex::NameIndex(const storage::node::NodeStore* store, RandomSource& random)
    : store_(store), key_(SecretBytes::Random(32, random)) {}

NameIndex::Bucket NameIndex::BucketOf(absl::string_view word) const {
  const Digest digest = HmacSha256(key_.span(), NameBeginning(word));
  Bucket bucket = 0;
  std::memcpy(&bucket, digest.data(), sizeof(bucket));
  return bucket;
}

void NameIndex::Put(const Found& member) {
  std::vector<Bucket> buckets;
  for (const std::string& word : WordsOf(member)) {
    if (!NameBeginning(word).empty()) buckets.push_back(BucketOf(word));
  }
  for (const Bucket bucket : buckets) buckets_[bucket].insert(member.name.member);
  by_member_[member.name.member] = std::move(buckets);
}

void NameIndex::Remove(const model::Id& member) {
  const auto known = by_member_.find(member);
  if (known == by_member_.end()) return;
  for (const Bucket bucket : known->second) {
    const auto found = buckets_.find(bucket);
    if (found != buckets_.end() && found->second.erase(member) > 0 && found->second.empty()) buckets_.erase(found);
  }
  by_member_.erase(known);
}

absl::Status NameIndex::Begin() {
  buckets_.clear();  // of a first search that broke off
  by_member_.clear();
  // Whatever changes during the walk stands behind this entry and is looked at again.
  ASSIGN_OR_RETURN(const uint64_t newest, NewestAuditPlace(*store_));
  RETURN_IF_ERROR(ForEachRecord(*store_, model::RecordKind::kMember, {}, [this](const Found& member) {
    mutex_.AssertHeld();
    Put(member);
    return absl::OkStatus();
  }));
  seen_ = newest;
  return absl::OkStatus();
}

absl::Status NameIndex::LookAgain(const model::Id& member) {
  const absl::StatusOr<Found> found = store_->Get({model::RecordKind::kMember, member, member});
  if (!found.ok() && !IsGone(found.status())) return found.status();
  Remove(member);
  if (found.ok()) Put(*found);
  return absl::OkStatus();
}

absl::Status NameIndex::CatchUp() {
  if (!seen_.has_value()) RETURN_IF_ERROR(Begin());
  ASSIGN_OR_RETURN(const uint64_t newest, NewestAuditPlace(*store_));
  absl::flat_hash_set<model::Id> changed;
  RETURN_IF_ERROR(ForEachAuditEntry(*store_, *seen_, newest, [&changed](const AuditEntry& entry) {
    if (const std::optional<model::Id> member = ChangedMember(entry)) changed.insert(*member);
  }));
  for (const model::Id& member : changed) RETURN_IF_ERROR(LookAgain(member));
  seen_ = newest;
  return absl::OkStatus();
}

std::vector<model::Id> NameIndex::Candidates(const std::vector<std::string>& words,
                                             const std::optional<model::Id>& after) const {
  std::vector<const absl::flat_hash_set<model::Id>*> buckets;
  for (const std::string& word : words) {
    if (NameBeginning(word).empty()) continue;  // an initial; only the records tell
    const auto found = buckets_.find(BucketOf(word));
    if (found == buckets_.end()) return {};
    buckets.push_back(&found->second);
  }
  const auto* const fewest =
      *std::min_element(buckets.begin(), buckets.end(), [](auto* a, auto* b) { return a->size() < b->size(); });
  std::vector<model::Id> ids;
  for (const model::Id& id : *fewest) {
    const bool behind = !after.has_value() || *after < id;
    if (behind && std::all_of(buckets.begin(), buckets.end(), [&id](auto* bucket) { return bucket->contains(id); }))
      ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<std::vector<Found>> NameIndex::Find(absl::string_view query, const std::optional<model::Id>& after,
                                                   size_t limit) {
  ASSIGN_OR_RETURN(const std::vector<std::string> words, QueryWords(query));
  std::vector<model::Id> candidates;
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(CatchUp());
    candidates = Candidates(words, after);
  }
  std::vector<Found> found;
  for (const model::Id& id : candidates) {
    if (found.size() == limit) break;
    absl::StatusOr<Found> member = store_->Get({model::RecordKind::kMember, id, id});
    if (!member.ok() && IsGone(member.status())) continue;
    RETURN_IF_ERROR(member.status());
    if (Fits(*member, words)) found.push_back(*std::move(member));
  }
  return found;
}

}  // namespace aangan::node

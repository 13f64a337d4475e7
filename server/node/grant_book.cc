// SPDX-License-Identifier: Apache-2.0
// Grants: which sensitive domains are open to which token.
#include "server/node/grant_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/names.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::NoteChange;

constexpr absl::string_view kPrefix = "grant/";
constexpr size_t kTextBytesMax = 256;
constexpr uint8_t kFormat = 1;
constexpr absl::Duration kOverStays = absl::Hours(24 * 30);

std::string TokenPart(absl::string_view token) { return absl::StrCat("tokens/", token, "/grants/"); }
std::string KeyOf(const std::string& name) { return absl::StrCat(kPrefix, name); }
bool IsBrokenGlass(const GrantRecord& grant) { return !grant.member.empty(); }
bool WaitsForSteward(const GrantRecord& grant) { return IsBrokenGlass(grant) && grant.acknowledge_time_us == 0; }

std::string Encode(const GrantRecord& grant) {
  CanonicalWriter writer;
  writer.U8(kFormat).Bytes(grant.token).Bytes(grant.id).Bytes(grant.domain);
  writer.I64(grant.create_time_us).I64(grant.expire_time_us).Bytes(grant.created_by);
  writer.Bytes(grant.member).U8(grant.reason).I64(grant.acknowledge_time_us);
  return std::move(writer).Take();
}

absl::StatusOr<GrantRecord> Decode(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  GrantRecord grant;
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  if (format != kFormat) return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A stored grant is damaged.");
  for (std::string* text : {&grant.token, &grant.id, &grant.domain}) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kTextBytesMax));
    *text = std::string(read);
  }
  ASSIGN_OR_RETURN(grant.create_time_us, reader.I64());
  ASSIGN_OR_RETURN(grant.expire_time_us, reader.I64());
  for (std::string* text : {&grant.created_by, &grant.member}) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kTextBytesMax));
    *text = std::string(read);
  }
  ASSIGN_OR_RETURN(grant.reason, reader.U8());
  ASSIGN_OR_RETURN(grant.acknowledge_time_us, reader.I64());
  RETURN_IF_ERROR(reader.End());
  return grant;
}

}  // namespace

std::string GrantName(const GrantRecord& grant) { return absl::StrCat(TokenPart(grant.token), grant.id); }

absl::StatusOr<std::unique_ptr<GrantBook>> GrantBook::Open(storage::node::NodeStore* store, const Clock* clock,
                                                           RandomSource* random) {
  std::unique_ptr<GrantBook> book(new GrantBook(store, clock, random));
  RETURN_IF_ERROR(book->Load());
  return book;
}

absl::Status GrantBook::Load() {
  ASSIGN_OR_RETURN(const auto stored, store_->ListSettings(kPrefix, "", kGrantsMax));
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, value] : stored) {
    ASSIGN_OR_RETURN(GrantRecord grant, Decode(value));
    std::string name = GrantName(grant);
    grants_.emplace(std::move(name), std::move(grant));
  }
  return absl::OkStatus();
}

absl::Status GrantBook::Store(Action action, const GrantRecord& grant, const std::string& actor) {
  const std::string name = GrantName(grant);
  NoteChange change{action, actor, name, KeyOf(name), Encode(grant)};
  if (IsBrokenGlass(grant)) {  // she reads of it too
    ASSIGN_OR_RETURN(const model::RecordName member,
                     model::ParseRecordName(model::RecordKind::kMember, grant.member, "member"));
    change.member = member.member;
  }
  return store_->SubmitAndWait(std::move(change)).status();
}

absl::StatusOr<GrantRecord> GrantBook::Find(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = grants_.find(name);
  if (found == grants_.end())
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such grant.").ToStatus();
  return found->second;
}

absl::Status GrantBook::Remove(Action action, const std::string& name, const std::string& actor) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = grants_.find(name);
    if (found == grants_.end()) return absl::OkStatus();
    // Opens nothing from here on; the store follows.
    found->second.expire_time_us = std::min(found->second.expire_time_us, absl::ToUnixMicros(clock_->Now()));
    taken_.try_emplace(name, action, actor);
  }
  RETURN_IF_ERROR(store_->SubmitAndWait(NoteChange{action, actor, name, KeyOf(name), ""}).status());
  absl::MutexLock lock(&mutex_);
  taken_.erase(name);
  grants_.erase(name);
  return absl::OkStatus();
}

absl::StatusOr<GrantRecord> GrantBook::Give(const Wish& wish, const std::string& actor) {
  const absl::Time now = clock_->Now();
  GrantRecord grant;
  grant.token = wish.token;
  grant.id = model::IdText(model::RandomId(*random_));
  grant.domain = wish.domain;
  grant.create_time_us = absl::ToUnixMicros(now);
  grant.expire_time_us = absl::ToUnixMicros(wish.until);
  grant.created_by = actor;
  grant.member = wish.member;
  grant.reason = wish.reason;
  absl::MutexLock writing(&writing_);
  {
    absl::MutexLock lock(&mutex_);
    const int broken = static_cast<int>(std::count_if(grants_.begin(), grants_.end(), [&](const auto& each) {
      return each.second.token == wish.token && IsBrokenGlass(each.second) &&
             each.second.expire_time_us > grant.create_time_us;
    }));
    if (IsBrokenGlass(grant) && broken >= kBrokenGlassesMax) {
      return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany,
                     "Ten broken glasses are in force for this token. Ask the steward for a grant.");
    }
    if (grants_.size() >= kGrantsMax)
      return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, "Too many grants. Take some away first.");
  }
  RETURN_IF_ERROR(Store(IsBrokenGlass(grant) ? Action::kGlassBroken : Action::kGrantCreated, grant, actor));
  absl::MutexLock lock(&mutex_);
  grants_[GrantName(grant)] = grant;
  return grant;
}

absl::Status GrantBook::Take(const std::string& name, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  ASSIGN_OR_RETURN(const GrantRecord grant, Find(name));
  if (WaitsForSteward(grant)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "A broken glass is acknowledged before it goes out of the book.");
  }
  return Remove(Action::kGrantDeleted, name, actor);
}

absl::StatusOr<GrantRecord> GrantBook::Acknowledge(const std::string& name, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  ASSIGN_OR_RETURN(GrantRecord grant, Find(name));
  if (!IsBrokenGlass(grant)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This grant was given, not taken in an emergency; there is nothing to acknowledge.");
  }
  if (grant.acknowledge_time_us != 0) return grant;
  grant.acknowledge_time_us = absl::ToUnixMicros(clock_->Now());
  RETURN_IF_ERROR(Store(Action::kGlassAcknowledged, grant, actor));
  absl::MutexLock lock(&mutex_);
  grants_[name] = grant;
  return grant;
}

bool GrantBook::IsOpen(absl::string_view token, absl::string_view domain, absl::string_view member) const {
  const int64_t now_us = absl::ToUnixMicros(clock_->Now());
  const std::string prefix = TokenPart(token);
  absl::MutexLock lock(&mutex_);
  for (auto each = grants_.lower_bound(prefix); each != grants_.end() && absl::StartsWith(each->first, prefix);
       ++each) {
    const GrantRecord& grant = each->second;
    if (grant.domain == domain && now_us < grant.expire_time_us && (!IsBrokenGlass(grant) || grant.member == member))
      return true;
  }
  return false;
}

std::vector<std::string> GrantBook::DomainsOf(const std::string& token) const {
  const int64_t now_us = absl::ToUnixMicros(clock_->Now());
  std::vector<std::string> domains;
  for (const GrantRecord& grant : List(token, "", kGrantsMax)) {
    if (!IsBrokenGlass(grant) && now_us < grant.expire_time_us) domains.push_back(grant.domain);
  }
  std::sort(domains.begin(), domains.end());
  domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
  return domains;
}

bool GrantBook::HasOpen(const std::string& token) const {
  const int64_t now_us = absl::ToUnixMicros(clock_->Now());
  const std::vector<GrantRecord> grants = List(token, "", kGrantsMax);
  return std::any_of(grants.begin(), grants.end(), [&](const auto& each) { return now_us < each.expire_time_us; });
}

bool GrantBook::HasUnacknowledged() const {
  absl::MutexLock lock(&mutex_);
  return std::any_of(grants_.begin(), grants_.end(), [](const auto& each) { return WaitsForSteward(each.second); });
}

std::vector<GrantRecord> GrantBook::List(const std::string& token, const std::string& after, size_t limit) const {
  const std::string prefix = token.empty() ? "tokens/" : TokenPart(token);
  absl::MutexLock lock(&mutex_);
  std::vector<GrantRecord> listed;
  for (auto each = after.empty() ? grants_.lower_bound(prefix) : grants_.upper_bound(after);
       each != grants_.end() && absl::StartsWith(each->first, prefix) && listed.size() < limit; ++each)
    listed.push_back(each->second);
  return listed;
}

absl::Status GrantBook::Tend(const std::function<bool(const std::string&)>& is_token) {
  const int64_t long_ago_us = absl::ToUnixMicros(clock_->Now() - kOverStays);
  std::map<std::string, std::pair<Action, std::string>> taken;
  {
    absl::MutexLock lock(&mutex_);
    taken = taken_;
  }
  for (const auto& [name, how] : taken) {
    absl::MutexLock writing(&writing_);
    RETURN_IF_ERROR(Remove(how.first, name, how.second));
  }
  for (const GrantRecord& grant : List("", "", kGrantsMax)) {
    if (WaitsForSteward(grant) || (grant.expire_time_us > long_ago_us && is_token(grant.token))) continue;
    absl::MutexLock writing(&writing_);
    RETURN_IF_ERROR(Remove(Action::kAccessEnded, GrantName(grant), "node"));
  }
  return absl::OkStatus();
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Follows the federation's log.
#include "server/node/log_watch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/problem.h"
#include "base/signing.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "server/node/clock_check.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr size_t kUnjudgedMax = 256;       // two words of each of a hundred collectives, with room
constexpr uint32_t kContactsWithheld = 2;  // one may be an ordinary race
using storage::node::AlarmKind;
using storage::node::LoggedEntry;
using storage::node::LogWord;

absl::Status CheckHead(const LogPage& page, const Membership& membership) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(page.head));
  RETURN_IF_ERROR(
      VerifySignature(membership.federation_key, privacy::kLogHeadLabel, canonical, AsBytes(page.head_signature)));
  if (page.head.roster() == membership.roster) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                 "The federation's head of the log is of another roster.");
}

std::string Evidence(const LogPage& page) { return page.head.SerializeAsString() + page.head_signature; }

}  // namespace

absl::StatusOr<std::unique_ptr<LogWatch>> LogWatch::Open(storage::node::OnceStore* once, const Identity* identity,
                                                         const Clock* clock) {
  std::unique_ptr<LogWatch> watch(new LogWatch(once, identity, clock));
  RETURN_IF_ERROR(watch->Load());
  return watch;
}

absl::Status LogWatch::Load() {
  ASSIGN_OR_RETURN(const std::vector<LoggedEntry> kept, once_->Log());
  auto entries = std::make_shared<std::vector<fed::LogEntry>>();
  absl::MutexLock lock(&mutex_);
  for (const LoggedEntry& each : kept) {
    if (!entries->emplace_back().ParseFromString(each.bytes))
      return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The copy of the federation's log is damaged.");
    ASSIGN_OR_RETURN(leaves_.emplace_back(), privacy::LeafOf(entries->back()));
    receive_times_us_.push_back(each.receive_time_us);
  }
  entries_ = std::move(entries);
  ASSIGN_OR_RETURN(std::vector<LogWord> words, once_->LogWords());
  for (LogWord& word : words) unjudged_.emplace(std::pair(word.subject, word.author), std::move(word));
  return absl::OkStatus();
}

LogEntries LogWatch::entries() const {
  absl::MutexLock lock(&mutex_);
  return entries_;
}

privacy::LogPosition LogWatch::position() const {
  absl::MutexLock lock(&mutex_);
  return {leaves_.size(), privacy::LogHead(leaves_)};
}

absl::StatusOr<LogWatch::Stamp> LogWatch::NextStamp() {
  absl::MutexLock lock(&mutex_);
  Stamp stamp;
  stamp.log = {leaves_.size(), privacy::LogHead(leaves_)};
  stamp.incarnation = once_->incarnation();
  ASSIGN_OR_RETURN(stamp.counter, once_->NextCounter());
  return stamp;
}

int64_t LogWatch::SizeAt(absl::Time time) const {
  absl::MutexLock lock(&mutex_);
  const int64_t until = absl::ToUnixMicros(time);
  return std::count_if(receive_times_us_.begin(), receive_times_us_.end(), [&](int64_t at) { return at < until; });
}

absl::Status LogWatch::Alarm(AlarmKind kind, const std::string& subject, const std::string& evidence) {
  LogError("log", kind == AlarmKind::kLogFork
                      ? Literal("the federation's log has forked")
                      : Literal("the federation's log is shorter than it was, or than others saw it"));
  return once_->RaiseAlarm(kind, subject, evidence);
}

absl::StatusOr<std::vector<fed::LogEntry>> LogWatch::Fetch(FederationLink& link, size_t known, LogPage* last) {
  std::vector<fed::LogEntry> fresh;
  while (true) {
    const auto have = static_cast<int64_t>(known + fresh.size());
    ASSIGN_OR_RETURN(*last, link.ListLog(have));
    if (last->clock_time) RETURN_IF_ERROR(CheckClocks(clock_->Now(), *last->clock_time));
    for (fed::LogEntry& entry : last->entries) {
      if (entry.number() != static_cast<int64_t>(known + fresh.size()) + 1) {
        return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState, "The federation's log has a hole.");
      }
      fresh.push_back(std::move(entry));
    }
    // Entries that came since belong to a later head, which the next page brings.
    if (static_cast<int64_t>(known + fresh.size()) >= last->head.size() || last->entries.empty()) return fresh;
  }
}

absl::Status LogWatch::Follow(FederationLink& link) {
  absl::MutexLock one(&following_);
  const auto membership = identity_->membership();
  if (!membership) return absl::OkStatus();
  std::vector<std::string> leaves;
  {
    absl::MutexLock lock(&mutex_);
    leaves = leaves_;
  }
  const size_t known = leaves.size();
  LogPage last;
  ASSIGN_OR_RETURN(const std::vector<fed::LogEntry> fresh, Fetch(link, known, &last));
  RETURN_IF_ERROR(CheckHead(last, *membership));
  if (last.head.size() < static_cast<int64_t>(known)) return Alarm(AlarmKind::kLogRollback, "", Evidence(last));
  for (const fed::LogEntry& entry : fresh) {
    ASSIGN_OR_RETURN(leaves.emplace_back(), privacy::LeafOf(entry));
  }
  if (last.head.size() != static_cast<int64_t>(leaves.size())) {
    return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink,
                   "The federation's log did not come whole. It is asked again with the next contact.");
  }
  if (last.head.head() != AsText(privacy::LogHead(leaves))) return Alarm(AlarmKind::kLogFork, "", Evidence(last));
  if (!fresh.empty()) RETURN_IF_ERROR(TakeIn(fresh, leaves));
  return Judge();
}

absl::Status LogWatch::TakeIn(const std::vector<fed::LogEntry>& fresh, const std::vector<std::string>& leaves) {
  const int64_t now = absl::ToUnixMicros(clock_->Now());
  std::vector<LoggedEntry> rows;
  for (const fed::LogEntry& entry : fresh) rows.push_back({now, entry.SerializeAsString()});
  RETURN_IF_ERROR(once_->AppendLog(leaves.size() - fresh.size(), rows));
  absl::MutexLock lock(&mutex_);
  auto all = std::make_shared<std::vector<fed::LogEntry>>(*entries_);
  all->insert(all->end(), fresh.begin(), fresh.end());
  entries_ = std::move(all);
  leaves_ = leaves;
  receive_times_us_.resize(leaves_.size(), now);
  return absl::OkStatus();
}

bool LogWatch::AgreesWith(const privacy::LogPosition& seen) const {
  return seen.head == privacy::LogHead(absl::MakeSpan(leaves_).subspan(0, static_cast<size_t>(seen.size)));
}

absl::Status LogWatch::KeepInMind(const privacy::LogPosition& seen, const Word& word) {
  const std::pair<std::string, std::string> key{word.subject, word.author};
  const auto known = unjudged_.find(key);
  if (known != unjudged_.end() && seen.size <= known->second.size) return absl::OkStatus();
  const uint32_t contacts = known == unjudged_.end() ? 0 : known->second.contacts;
  const LogWord kept{word.subject, word.author, seen.size, seen.head, contacts, word.evidence};
  RETURN_IF_ERROR(once_->KeepLogWord(kept));
  unjudged_[key] = kept;
  if (unjudged_.size() <= kUnjudgedMax) return absl::OkStatus();
  const auto oldest = unjudged_.begin();  // of the oldest period
  RETURN_IF_ERROR(once_->ForgetLogWord(oldest->first.first, oldest->first.second));
  unjudged_.erase(oldest);
  return absl::OkStatus();
}

absl::Status LogWatch::Compare(const privacy::LogPosition& seen, const Word& word) {
  {
    absl::MutexLock lock(&mutex_);
    if (seen.size > leaves_.size()) return KeepInMind(seen, word);
    if (AgreesWith(seen)) return absl::OkStatus();
  }
  return Alarm(AlarmKind::kLogFork, word.subject, word.evidence);
}

absl::Status LogWatch::Judge() {
  UnjudgedWords judged;
  std::vector<bool> forked;
  {
    absl::MutexLock lock(&mutex_);
    for (auto each = unjudged_.begin(); each != unjudged_.end();) {
      if (each->second.size > leaves_.size()) {
        ++each;
        continue;
      }
      forked.push_back(!AgreesWith({each->second.size, each->second.head}));
      judged.insert(*each);
      each = unjudged_.erase(each);
    }
  }
  // The alarm first: a word is forgotten only when what it shows is kept.
  size_t at = 0;
  for (const auto& [key, word] : judged) {
    if (forked[at++]) RETURN_IF_ERROR(Alarm(AlarmKind::kLogFork, word.subject, word.evidence));
    RETURN_IF_ERROR(once_->ForgetLogWord(word.subject, word.author));
  }
  return absl::OkStatus();
}

absl::Status LogWatch::EndContact(FederationLink& link) {
  {
    absl::MutexLock lock(&mutex_);
    if (unjudged_.empty()) return absl::OkStatus();
  }
  RETURN_IF_ERROR(Follow(link));
  UnjudgedWords withheld;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [key, word] : unjudged_) {
      if (word.contacts < kContactsWithheld) {  // more need not be counted, nor written
        ++word.contacts;
        RETURN_IF_ERROR(once_->KeepLogWord(word));
      }
      if (word.contacts >= kContactsWithheld) withheld.emplace(key, word);
    }
  }
  for (const auto& [key, word] : withheld) RETURN_IF_ERROR(Alarm(AlarmKind::kLogRollback, word.subject, word.evidence));
  return absl::OkStatus();
}

}  // namespace aangan::node

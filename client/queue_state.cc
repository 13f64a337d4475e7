// SPDX-License-Identifier: Apache-2.0
// The fold of a write queue's events: see queue_state.h.
#include "client/queue_state.h"

#include <algorithm>
#include <set>
#include <utility>

namespace aangan::client {

void QueueState::Add(QueuedWrite write, const QueuePlace& place) {
  const uint64_t sequence = write.sequence;
  Remove(sequence);
  next_sequence_ = std::max(next_sequence_, sequence + 1);
  by_request_id_[write.request_id] = sequence;
  live_bytes_ += place.size;
  std::string().swap(write.request);
  entries_[sequence] = {std::move(write), place, absl::OkStatus(), place.size};
}

void QueueState::Remove(uint64_t sequence) {
  const auto entry = entries_.find(sequence);
  if (entry == entries_.end()) return;
  by_request_id_.erase(entry->second.write.request_id);
  live_bytes_ -= entry->second.live_bytes;
  entries_.erase(entry);
}

// What was entered on the same state of the record follows it: these are one person's changes, one after the other.
void QueueState::Sent(uint64_t sequence, const std::string& etag) {
  const auto sent = entries_.find(sequence);
  if (sent == entries_.end()) return;
  const QueuedWrite& write = sent->second.write;
  for (auto later = std::next(sent); later != entries_.end() && !etag.empty(); ++later) {
    QueuedWrite& other = later->second.write;
    const bool same_state = other.etag.empty() || other.etag == write.etag;
    if (other.resource == write.resource && !other.makes && same_state) other.etag = etag;
  }
  Remove(sequence);
}

void QueueState::Apply(QueueEvent event, const QueuePlace& place) {
  switch (event.kind) {
    case QueueEvent::Kind::kAdded:
      return Add(std::move(event.write), place);
    case QueueEvent::Kind::kSent:
      return Sent(event.sequence, event.etag);
    case QueueEvent::Kind::kRefused:
      if (const auto entry = entries_.find(event.sequence); entry != entries_.end()) {
        entry->second.refusal = std::move(event.refusal);
        entry->second.live_bytes += place.size;
        live_bytes_ += place.size;
      }
      return;
    case QueueEvent::Kind::kDropped:
      return Remove(event.sequence);
    case QueueEvent::Kind::kNext:
      next_sequence_ = std::max(next_sequence_, event.sequence);
      return;
  }
}

const QueueState::Entry* QueueState::Next() const {
  std::set<std::string> stuck;       // a write on it waits
  std::set<std::string> stuck_made;  // a write that makes it waits
  for (const auto& [sequence, entry] : entries_) {
    const std::string& resource = entry.write.resource;
    bool waits = !entry.refusal.ok() || stuck.count(resource) > 0;
    for (size_t slash = resource.find('/'); slash != std::string::npos && !waits; slash = resource.find('/', slash + 1))
      waits = stuck_made.count(resource.substr(0, slash)) > 0;
    if (!waits) return &entry;
    stuck.insert(resource);
    if (entry.write.makes) stuck_made.insert(resource);
  }
  return nullptr;
}

const QueueState::Entry* QueueState::Find(uint64_t sequence) const {
  const auto entry = entries_.find(sequence);
  return entry == entries_.end() ? nullptr : &entry->second;
}

const QueueState::Entry* QueueState::FindRequest(const std::string& request_id) const {
  const auto sequence = by_request_id_.find(request_id);
  return sequence == by_request_id_.end() ? nullptr : Find(sequence->second);
}

}  // namespace aangan::client

// SPDX-License-Identifier: Apache-2.0
// What stands in a write queue, as the fold of its events, and which write may go next.
//
// Source of the rule: docs/decisions/0026. Threads: a plain value. Errors: none; an event about a write that is not
// there changes nothing.
#ifndef AANGAN_CLIENT_QUEUE_STATE_H_
#define AANGAN_CLIENT_QUEUE_STATE_H_

#include <cstdint>
#include <map>

#include "client/queue_file.h"
#include "client/queued_write.h"

namespace aangan::client {

class QueueState {
 public:
  struct Entry {
    QueuedWrite write;  // without the request, which stays in the file
    QueuePlace place;   // of the event that has it
    absl::Status refusal;
    uint64_t live_bytes = 0;  // of the records that say all this
  };

  void Apply(QueueEvent event, const QueuePlace& place);

  const std::map<uint64_t, Entry>& entries() const { return entries_; }
  uint64_t next_sequence() const { return next_sequence_; }
  uint64_t live_bytes() const { return live_bytes_; }  // of all entries
  // The first write that is neither refused nor depends on one that is or waits; null when there is none.
  const Entry* Next() const;
  const Entry* Find(uint64_t sequence) const;
  const Entry* FindRequest(const std::string& request_id) const;

 private:
  void Add(QueuedWrite write, const QueuePlace& place);
  void Remove(uint64_t sequence);
  void Sent(uint64_t sequence, const std::string& etag);

  std::map<uint64_t, Entry> entries_;
  std::map<std::string, uint64_t> by_request_id_;
  uint64_t next_sequence_ = 1;
  uint64_t live_bytes_ = 0;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_QUEUE_STATE_H_

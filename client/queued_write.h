// SPDX-License-Identifier: Apache-2.0
// What a write queue knows of one write, read from the request by its descriptor: which rpc, which record, which
// request_id and etag; and the records of the queue's file, "what happened to a write".
//
// What ReadWrite takes can be written and read again, whatever happens to it: with any etag that EtagOf gives, and with
// any refusal, of which EncodeEvent keeps as much as an event has room for.
//
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD, TOO_LARGE) for a request that can't wait in a queue;
// DATA_LOSS (DAMAGED) and FAILED_PRECONDITION (NEWER_FORMAT) for bytes that are no event of this version.
#ifndef AANGAN_CLIENT_QUEUED_WRITE_H_
#define AANGAN_CLIENT_QUEUED_WRITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace aangan::client {

// Of a request as it is added, without its etag. With the etag that it may get later it stays within the 256 KiB that a
// node takes over HTTPS.
inline constexpr size_t kQueuedRequestBytesMax = 255u << 10;
inline constexpr size_t kQueuedEtagBytesMax = 1000;

struct QueuedWrite {
  uint64_t sequence = 0;
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string resource;  // "members/{m}/services/{s}"
  bool makes = false;    // it makes the resource
  std::string request_id;
  std::string etag;  // with which it is to be sent; may be empty
  absl::Time add_time;
  std::string request;  // serialized, as it was added
};

// Looks at a request whose message is named after its rpc ("CreateMemberRequest"). Empty ids are made: request_id, and
// the id of what a Create makes.
absl::StatusOr<QueuedWrite> ReadWrite(const google::protobuf::Message& request);
// The same with the ids of `other` where the request has none: is it the same write again?
bool IsSameWrite(const google::protobuf::Message& request, const QueuedWrite& other);
// The message to send, with the write's etag.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RequestOf(const QueuedWrite& write);
// The etag of a record that the node answered with; empty when it has none, or one that is longer than any node's.
std::string EtagOf(const google::protobuf::Message& answer);

// What happened, as it stands in the file. An event is never changed in meaning.
struct QueueEvent {
  enum class Kind : uint8_t {
    kAdded = 1,    // `write`; the same sequence again replaces it and takes its refusal away
    kSent = 2,     // `etag` is what the record has now
    kRefused = 3,  // `refusal` is what the node said
    kDropped = 4,
    kNext = 5,  // `sequence` is the next one to be given
  };
  Kind kind = Kind::kNext;
  uint64_t sequence = 0;
  QueuedWrite write;
  std::string etag;
  absl::Status refusal;
};
// Of a refusal: the code, 8 KiB of the message, and 8 KiB of details, the reason first.
std::string EncodeEvent(const QueueEvent& event);
absl::StatusOr<QueueEvent> DecodeEvent(absl::string_view bytes);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_QUEUED_WRITE_H_

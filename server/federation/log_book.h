// SPDX-License-Identifier: Apache-2.0
// The log of all that was signed, entry by entry, as every node keeps it whole.
//
// An entry is written in the same commit as what it is about, so neither is there without the other. Numbers count
// from 1 without a gap, also when several servers share the store: the size is a row that each addition moves on.
// Threads: thread-safe. Errors: those of the store; INVALID_ARGUMENT (BAD_SIGNATURE, INVALID_FIELD) for a batch of
// keys.
#ifndef AANGAN_SERVER_FEDERATION_LOG_BOOK_H_
#define AANGAN_SERVER_FEDERATION_LOG_BOOK_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/log.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "base/signing.h"
#include "server/federation/resource_names.h"
#include "server/federation/stored.h"

namespace aangan::federation {

inline constexpr size_t kLogPageMax = 500;

class LogBook {
 public:
  // All outlive it.
  LogBook(FederationStore* store, const ResourceNames* names, const SigningKey* key)
      : store_(store), names_(names), key_(key) {}

  // Adds entries to a step that the caller commits; ABORTED there when another entry was quicker. Numbers are given
  // here.
  absl::Status Add(std::vector<v1::LogEntry> entries, std::vector<Write>* writes,
                   std::vector<Condition>* conditions) const;
  // At most `limit` behind number `after`.
  absl::StatusOr<std::vector<v1::LogEntry>> Entries(int64_t after, size_t limit) const;
  absl::StatusOr<std::vector<v1::LogEntry>> All() const;
  // Over all entries, signed.
  struct SignedHead {
    v1::LogHead head;
    std::string signature;
  };
  absl::StatusOr<SignedHead> Head() const;
  // Checked by the caller. The number of its entry, also when the same batch is there already.
  absl::StatusOr<int64_t> Publish(const v1::KeyBatch& batch, const std::string& signature) const;
  // Notes a roster or catalogue that came in force, once.
  absl::Status NoteOnce(v1::LogEntry entry) const;

 private:
  absl::StatusOr<int64_t> AddOnce(v1::LogEntry entry) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const SigningKey* const key_;
};

v1::LogEntry MakeEntry(v1::LogEntryKind kind, std::string subject, std::string author, const Digest& digest,
                       std::string signature);

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_LOG_BOOK_H_

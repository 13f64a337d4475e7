// SPDX-License-Identifier: Apache-2.0
// Files of the audit log: an export that can be checked without the node, and a signed head to be kept elsewhere.
//
// An export is one JSON object a line (aangan.node.v1.AuditFileLine): the entries, oldest first, then the head that
// they end in. A head's file is one aangan.node.v1.AuditHead in JSON. Both are in ASCII and hold names of resources
// alone. Threads: one thread. Errors: DATA_LOSS (DAMAGED) for entries that were changed, removed, moved or added,
// (LOG_SHORTENED) when the end was cut off or a head is behind it; INVALID_ARGUMENT (BAD_SIGNATURE, INVALID_FIELD);
// those of base/files.
#ifndef AANGAN_CLIENT_COMMAND_AUDIT_FILE_H_
#define AANGAN_CLIENT_COMMAND_AUDIT_FILE_H_

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aangan/node/v1/audit.pb.h"
#include "absl/status/statusor.h"
#include "base/audit_chain.h"

namespace aangan::client {

// A head whose signature verifies under the key in it.
absl::StatusOr<AuditHead> CheckedHead(const node::v1::AuditHead& message);
// Hexadecimal id of the node that signed it, as 'aangan status' shows it.
std::string NodeIdOf(const node::v1::AuditHead& message);

absl::Status WriteHeadFile(const std::string& path, const node::v1::AuditHead& head);
absl::StatusOr<node::v1::AuditHead> ReadHeadFile(const std::string& path);

// Writes an export beside its place and puts it there when it is whole and what its head says.
class AuditFileWriter {
 public:
  // Readable by its owner alone.
  static absl::StatusOr<std::unique_ptr<AuditFileWriter>> Open(const std::string& path);
  ~AuditFileWriter();  // an unfinished file is taken away
  AuditFileWriter(const AuditFileWriter&) = delete;
  AuditFileWriter& operator=(const AuditFileWriter&) = delete;

  absl::Status Add(const node::v1::AuditEntry& entry);
  absl::Status Finish(const node::v1::AuditHead& head);
  int64_t entries() const { return follower_.entries(); }

 private:
  AuditFileWriter(std::string path, FILE* file) : path_(std::move(path)), file_(file) {}
  absl::Status Put(const node::v1::AuditFileLine& line);

  const std::string path_;
  FILE* file_;
  AuditFollower follower_;
};

// Follows an export to its end and looks for these heads in it; returns the head that it ends in, without its phrase.
// `progress` is told how many bytes were read.
absl::StatusOr<node::v1::AuditHead> CheckAuditFile(const std::string& path,
                                                   const std::vector<node::v1::AuditHead>& heads,
                                                   const std::function<void(int64_t bytes)>& progress);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_AUDIT_FILE_H_

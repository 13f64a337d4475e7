// SPDX-License-Identifier: Apache-2.0
// Every batch is a commit: see headed_database.h.
#include "storage/engine/headed_database.h"

#include <utility>

#include "base/status.h"

namespace aangan::storage {

absl::StatusOr<std::unique_ptr<HeadedDatabase>> HeadedDatabase::Open(const DatabaseOptions& options,
                                                                     const std::string& head_path,
                                                                     RandomSource* random) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  ASSIGN_OR_RETURN(std::unique_ptr<DurableHead> head, DurableHead::Open(head_path));
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(*database));
  RETURN_IF_ERROR(CheckLog(head->mark(), commits));
  return std::unique_ptr<HeadedDatabase>(new HeadedDatabase(std::move(database), std::move(head), commits, random));
}

absl::Status HeadedDatabase::Write(Batch& batch) {
  absl::MutexLock lock(&mutex_);
  // The hash only tells one commit from another: random bytes do.
  const LastCommits next = {{commits_.last.sequence + 1, random_->Bytes<sizeof(Digest)>()}, commits_.last};
  PutLastCommits(next, batch);
  RETURN_IF_ERROR(database_->Write(batch));
  commits_ = next;
  return head_->Write(next.last);
}

}  // namespace aangan::storage

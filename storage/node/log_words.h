// SPDX-License-Identifier: Apache-2.0
// Others' signed words of where the federation's log stood for them, where that is further than the copy here: kept
// until the log has grown that far and they can be judged. A start of the program forgets none. Threads: pure over what
// it is given. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_LOG_WORDS_H_
#define AANGAN_STORAGE_NODE_LOG_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "storage/engine/batch.h"

namespace aangan::storage::node {

struct LogWord {
  std::string subject;    // period
  std::string author;     // collective
  uint64_t size = 0;      // entries that she had seen
  Digest head{};          // over them
  uint32_t contacts = 0;  // of this node that ended without that log
  std::string evidence;   // the signed object
};
// By subject and author.
absl::StatusOr<std::vector<LogWord>> ListLogWords(const Reader& reader);
// The one of each subject and author takes the place of the one before.
void PutLogWord(const LogWord& word, Batch& batch);
void DeleteLogWord(absl::string_view subject, absl::string_view author, Batch& batch);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_LOG_WORDS_H_

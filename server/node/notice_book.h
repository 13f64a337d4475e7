// SPDX-License-Identifier: Apache-2.0
// The notices that this node holds, and the rule that consent is given under one of them.
//
// Notices are settings of the store, each beside its audit entry; none is ever changed or taken away.
// Threads: thread-safe. Errors: as the store; NOT_FOUND; ALREADY_EXISTS; INVALID_ARGUMENT (UNKNOWN_NOTICE).
#ifndef AANGAN_SERVER_NODE_NOTICE_BOOK_H_
#define AANGAN_SERVER_NODE_NOTICE_BOOK_H_

#include <string>
#include <utility>
#include <vector>

#include "aangan/store/v1/node_store.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// "be_counted-2026.1-hi".
std::string NoticeId(int purpose, absl::string_view version, absl::string_view language);

class NoticeBook {
 public:
  explicit NoticeBook(storage::node::NodeStore* store) : store_(store) {}

  // Keeps a notice; the same text again gets the one that is there.
  absl::StatusOr<store::v1::NoticeRecord> Add(const store::v1::NoticeRecord& notice, const std::string& actor);
  absl::StatusOr<store::v1::NoticeRecord> Get(const std::string& id) const;
  absl::StatusOr<std::vector<store::v1::NoticeRecord>> List(const std::string& after, size_t limit) const;

 private:
  storage::node::NodeStore* const store_;
  absl::Mutex adding_;  // one at a time: what is there is looked at first
};

// Puts the digest of its notice into a consent that is given. `path` is that of the consent in the request. A
// withdrawal passes always; so does a consent for a purpose that the node holds no notice of.
absl::Status SetNotice(const storage::node::NodeStore& store, absl::string_view path,
                       store::v1::ConsentRecord& consent);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NOTICE_BOOK_H_

// SPDX-License-Identifier: Apache-2.0
// Where the second store lies: a small note in it, of this computer and of the note's own file. A folder that was
// copied, or taken to another disk or computer, brings a note that says something else than is so.
//
// The note (`once/home`): format u32 | HMAC of the machine's id 32 | inode u64 | birth known u8 | birth seconds i64,
// nanoseconds u32 | HMAC over all before 32, both under the key that is given. Its file is made under another name,
// its facts are noted in it in place, and it is renamed, which changes neither: so it is whole or not there. The birth
// time speaks where the file system keeps one, the inode number where it keeps none; never the number of the device,
// which changes between starts. Not seen: an image of a whole disk that starts on the same computer, or on another one
// that took over its machine id (PRIVACY.md). Threads: one thread. Errors: UNAVAILABLE when the disk refuses.
#ifndef AANGAN_SERVER_NODE_HOME_H_
#define AANGAN_SERVER_NODE_HOME_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace aangan::node {

class Home {
 public:
  enum class Finding {
    kNone,       // no note
    kHere,       // what it says is so
    kElsewhere,  // it is not so, or the note does not read
  };
  // `folder` holds the note. `key`: the node's, for this alone. A computer without a machine id is one, too.
  Home(std::string folder, SecretBytes key, std::string machine_id_path = "/etc/machine-id");

  absl::StatusOr<Finding> Look() const;
  // Notes that it lies here now, in a new file.
  absl::Status Settle() const;

 private:
  const std::string folder_;
  const SecretBytes key_;
  const std::string machine_id_path_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_HOME_H_

// SPDX-License-Identifier: Apache-2.0
// What can be asked of the node's store: one struct a kind of change. A change is what one caller asks, 1 to n records;
// it goes in whole or not at all.
// Threads: plain values.
#ifndef AANGAN_STORAGE_NODE_CHANGE_H_
#define AANGAN_STORAGE_NODE_CHANGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "aangan/store/v1/node_store.pb.h"
#include "absl/status/statusor.h"
#include "base/digest.h"
#include "model/names.h"
#include "model/period.h"

namespace aangan::storage::node {

using Record = std::variant<store::v1::MemberRecord, store::v1::ConsentRecord, store::v1::ServiceRecord,
                            store::v1::AssessmentRecord, store::v1::GrievanceRecord, store::v1::SealedStateRecord>;

enum class WriteKind : uint8_t { kCreate, kUpdate, kDelete };

// One record to write. The store seals it for version `version` + 1 on the caller's thread; the sequencer accepts it
// only while `version` still stands.
struct RecordWrite {
  WriteKind kind = WriteKind::kCreate;
  model::RecordName name;
  uint64_t version = 0;  // that the caller read (its etag); 0 with kCreate
  Record record;         // ignored with kDelete; its version and times are set by the store
};

// Numbers of aangan.node.v1.AuditAction.
enum class Action : uint8_t {
  kCreated = 1,
  kUpdated = 2,
  kDeleted = 3,
  kImported = 4,
  kProposed = 5,
  kApproved = 6,
  kRefused = 7,
  kSent = 8,
  kSigned = 9,
  kTokenCreated = 10,
  kTokenDeleted = 11,
  kConsentRanOut = 12,
  kSecondStoreMade = 13,
  kRestoreConfirmed = 14,
  kRestoreMoved = 15,
  kBackedUp = 20,
  kBackupPruned = 21,
  kKeysCopied = 22,
  kKeyCopyOverwritten = 23,
  kErasureCleared = 24,
  kRestored = 25,
  kRead = 30,
  kListed = 31,
  kAuditExported = 33,
  kTokenRotated = 40,
  kTokenUsed = 41,
  kAccessEnded = 42,
  kGrantCreated = 43,
  kGrantDeleted = 44,
  kGlassBroken = 45,
  kGlassAcknowledged = 46,
  kPermitCreated = 47,
  kPermitApproved = 48,
  kPermitUsed = 49,
  kSealed = 50,
  kUnsealed = 52,
  kSealEnded = 53,
  kPolicyChanged = 54,
  kRetentionNoted = 55,
  kRetentionCleared = 56,
  kRetentionErased = 57,
  kNoticeCreated = 58,
  kGrievanceAnswered = 59,
  kExposureReported = 65,
  kNodeOpened = 66,
  kNodeClosed = 67,
};

// Makes a repeat safe: the same caller, rpc and id with the same content gets the first answer once that is on disk.
struct RequestKey {
  std::string caller;  // token id
  std::string rpc;     // method name
  std::string id;      // UUID text
  Digest content{};    // SHA-256 of the request without its id
};

// A change of a member's records.
struct RecordsChange {
  std::vector<RecordWrite> writes;  // all of one member when one is kDelete of a member
  std::optional<RequestKey> request;
  std::string actor;  // "tokens/{t}" or "node"
  Action action = Action::kCreated;
  bool skip_if_present = false;  // import: a create of an id that is there counts as done, not as an error
  // May touch a member who is sealed: what changes or ends the sealed state itself. Her own record is then deleted
  // whatever its version, which nobody could read.
  bool past_seal = false;
};

// An audit entry without a record: a release approved, a roster signed, a token made.
struct NoteChange {
  Action action = Action::kSigned;
  std::string actor;
  std::string resource;  // resource name
  // Key and value to put into the family `settings` in the same commit (roster, catalogue, token, release as sent,
  // ...); empty key: nothing. An empty value deletes.
  std::string settings_key;
  std::string settings_value;
  std::optional<model::Id> member = std::nullopt;  // in whose own audit it stands too
};

// That somebody is about to see something about members: audit entries alone, all in one commit. It is durable before
// the answer goes out, so there is no reading that leaves no trace.
struct ReadNote {
  struct Shown {
    std::string resource;             // a record, or the list that holds it
    std::optional<model::Id> member;  // whose log it stands in too; none when it is about nobody alone
  };
  Action action = Action::kRead;
  std::string actor;
  std::vector<Shown> shown;  // one at least
};

using Change = std::variant<RecordsChange, NoteChange, ReadNote>;

// What a change became. `repeated`: the request id, or every record of an import row, was there already.
struct Committed {
  uint64_t sequence = 0;
  bool repeated = false;
  std::vector<uint64_t> versions;        // one a write; 0 for a delete
  std::vector<model::RecordName> names;  // of the first request when `repeated`
};

using Done = std::function<void(absl::StatusOr<Committed>)>;

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_CHANGE_H_

// SPDX-License-Identifier: Apache-2.0
// The one way to make an error that a caller will read: code, reason, field, what to do.
//
// A Problem becomes an absl::Status that carries google.rpc.ErrorInfo (domain "aangan", reason, metadata) and, where
// fields are named, google.rpc.BadRequest, as payloads under their type URLs ("type.googleapis.com/google.rpc...").
// Both fronts hand them on unchanged. Source: AIP-193; it differs in one point (docs/decisions): a value that a caller
// sent is never repeated, neither in the message nor in the metadata, because it may be personal.
//
// Threads: a Problem belongs to one thread; the Status may go anywhere.
// Bounds: at most 20 field violations are kept, the rest is counted in metadata "violationsLeftOut"; the encoded
// details stay under 4 KiB, because gRPC loses a call whose details pass 8 KB.
#ifndef AANGAN_BASE_PROBLEM_H_
#define AANGAN_BASE_PROBLEM_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/literal.h"

namespace aangan {

// Every reason that the software gives, in one list. The name on the wire is the part after k in UPPER_SNAKE_CASE:
// kStaleEtag is "STALE_ETAG". A reason is never renamed and never used again for something else.
enum class Reason {
  kInvalidField,         // a field of the request is missing, malformed or out of range
  kUnknownCode,          // a code is not in its code list
  kNotFound,             // no such resource
  kAlreadyExists,        // the id is taken
  kErasedId,             // the id belonged to an erased member and stays refused
  kStaleEtag,            // somebody else changed it first: read it again
  kMissingEtag,          // Update and Delete need the etag that was read
  kRequestIdReused,      // the same request_id came with other content
  kBadPageToken,         // not a page token of this list and caller
  kNoCredential,         // no token and no certificate
  kBadToken,             // unknown, revoked or expired token
  kBadCertificate,       // the certificate is not in the roster or not this collective's
  kCertificateRevoked,   // the federation's staff took the certificate back
  kCertificateEnded,     // the certificate's time is over
  kNotAllowed,           // the caller's role may not do this
  kGrantNeeded,          // a sensitive domain is not open to this token: ask the steward for a grant
  kPermitNeeded,         // a second person has to say yes first: ask for a permit
  kTooMany,              // a limit of rate, size or count
  kTooLarge,             // a message, page or upload is larger than allowed
  kBusy,                 // the write queue is full: try again
  kDiskReserve,          // the disk is nearly full: free some space
  kStopping,             // the program is shutting down
  kDeadline,             // the time allowed is over
  kDamaged,              // stored data fails its check
  kLogShortened,         // the database's log ends before the last acknowledged write
  kNewerFormat,          // the store was written by a newer program
  kLocked,               // another process has the store open
  kKeyMissing,           // a key file is missing or not readable
  kBadPassphrase,        // the passphrase or key file does not open the master key
  kBadPart,              // a part of the split master key is not what was printed
  kNotEnoughParts,       // fewer parts of the split master key than are needed
  kBadSignature,         // a signature does not verify
  kNotEnoughKeys,        // fewer collectives have published a key than a summed round needs
  kNotEnoughSignatures,  // fewer collectives signed than the rule asks for
  kCatalogueRefused,     // lint: the catalogue breaks a rule
  kNoCatalogue,          // no catalogue is in force for the period
  kNoRoster,             // no roster is in force
  kPeriodNotEnded,       // the period has not ended by this node's clock
  kPeriodClosed,         // the period is closed
  kPeriodTooOld,         // not one of the last four ended periods
  kBudget,               // the privacy budget of four periods would be passed
  kProposalChanged,      // what is approved is not what was shown
  kWrongState,           // the round or release is not in the state that this needs
  kRehearsalNotAllowed,  // this node's configuration does not join rehearsals
  kWrongLength,          // a contribution or a part of it has the wrong length
  kOutOfRange,           // a contributed value is outside the catalogue's bound
  kRoundFrozen,          // the round takes no more contributions
  kBadOffset,            // a chunk does not continue the upload
  kJoinTokenUsed,        // the join token was used, or its time is over
  kNoLink,               // the federation can not be reached
  kClockWrong,           // this machine's clock disagrees with what certificates say
  kImportRow,            // a row of an import was refused
  kSealed,               // the member is sealed: her records are kept, and nobody reads or changes them
  kUnknownNotice,        // the node holds notices for this purpose, and not this one
  kInternal,             // our fault: the id in the metadata finds the log line
};

// The name on the wire, e.g. "STALE_ETAG".
absl::string_view ReasonName(Reason reason);

class Problem {
 public:
  // `message` says what is wrong and what to do about it, in one or two sentences.
  Problem(absl::StatusCode code, Reason reason, Literal message);

  // A field at fault, as a path in proto names ("service.received_date"), and what it must be. `path` holds field names
  // and indexes alone.
  Problem& Field(absl::string_view path, Literal what);
  // Metadata: a number, a resource name (anything outside [A-Za-z0-9/_.:-] becomes "?"), or one more literal.
  Problem& Number(Literal key, int64_t value);
  Problem& Name(Literal key, absl::string_view resource_name);
  Problem& Text(Literal key, Literal value);

  bool has_fields() const { return !fields_.empty(); }

  absl::Status ToStatus() const;
  operator absl::Status() const { return ToStatus(); }  // NOLINT(google-explicit-constructor): `return Problem(...)`

 private:
  absl::StatusCode code_;
  Reason reason_;
  Literal message_;
  std::vector<std::pair<std::string, absl::string_view>> fields_;
  std::vector<std::pair<absl::string_view, std::string>> metadata_;
};

// The reason name inside a Status made by a Problem; empty for any other Status.
std::string ReasonOf(const absl::Status& status);
// True if the Status was made by a Problem with this reason.
bool HasReason(const absl::Status& status, Reason reason);

}  // namespace aangan

#endif  // AANGAN_BASE_PROBLEM_H_

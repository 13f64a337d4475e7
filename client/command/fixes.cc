// SPDX-License-Identifier: Apache-2.0
// What to do about an error: see fixes.h.
#include "client/command/fixes.h"

#include "absl/container/flat_hash_map.h"

namespace aangan::client {
namespace {

const absl::flat_hash_map<absl::string_view, const char*>& Fixes() {
  static const auto& fixes = *new absl::flat_hash_map<absl::string_view, const char*>{
      {"INVALID_FIELD", "put right what the fields say, and give the command again"},
      {"UNKNOWN_CODE", "use a code of the list that the field names"},
      {"NOT_FOUND", "look whether the name is right; the matching list command shows what there is"},
      {"ALREADY_EXISTS", "take another id, or use what is there"},
      {"ERASED_ID", "take another id: this one belonged to somebody who was erased"},
      {"STALE_ETAG", "read it again, look at what changed, and give the command again"},
      {"MISSING_ETAG", "read it first, and send the etag that came with it"},
      {"REQUEST_ID_REUSED", "send a new request_id with new content"},
      {"BAD_PAGE_TOKEN", "begin the list again without a page token"},
      {"NO_CREDENTIAL", "name a file with a token: --token-file"},
      {"BAD_TOKEN", "ask the steward for a new token: aangan token create, or aangan token rotate"},
      {"BAD_CERTIFICATE",
       "name this federation's own certificate: --certificate and --key; a node: aangan change-keys"},
      {"CERTIFICATE_REVOKED", "call the federation's staff, ask for a token for new keys, then aangan change-keys"},
      {"CERTIFICATE_ENDED", "ask the federation's staff for a token for new keys, then aangan change-keys"},
      {"NOT_ALLOWED", "use a token of a role that may do this: --token-file"},
      {"GRANT_NEEDED", "ask the steward to open the domain: aangan grant create"},
      {"PERMIT_NEEDED", "a second person says yes with aangan permit approve; then the same command with --permit"},
      {"TOO_MANY", "wait, or ask for less at once"},
      {"TOO_LARGE", "send it in smaller parts"},
      {"BUSY", "try again in a minute"},
      {"DISK_RESERVE", "free some space on the node's disk; aangan doctor says how much"},
      {"STOPPING", "wait until the program runs again: aangan health"},
      {"DEADLINE", "try again; aangan doctor says whether the machine is short of something"},
      {"DAMAGED", "stop the node, copy its folder, and restore a backup: docs/OPERATING.md"},
      {"LOG_SHORTENED", "stop the node, copy its folder, and restore a backup: docs/OPERATING.md"},
      {"NEWER_FORMAT", "install the newer program that wrote this store"},
      {"LOCKED", "stop the other program that has the data folder open"},
      {"KEY_MISSING", "look whether the folder and the files are the right ones: aangan paths"},
      {"BAD_PASSPHRASE", "type it again; when it is forgotten: aangan recovery recover"},
      {"BAD_PART", "type the part again as it is printed"},
      {"NOT_ENOUGH_PARTS", "bring together as many parts as are needed"},
      {"BAD_SIGNATURE", "do not use it; ask for it again, and compare phrases by telephone"},
      {"NOT_ENOUGH_KEYS", "wait until more collectives have published their keys"},
      {"NOT_ENOUGH_SIGNATURES", "wait until more collectives have signed: aangan roster show"},
      {"CATALOGUE_REFUSED", "put right what the lint names: aangan catalogue lint"},
      {"NO_CATALOGUE", "accept a catalogue first: aangan catalogue list"},
      {"NO_ROSTER", "join and sign a roster first: aangan roster show"},
      {"PERIOD_NOT_ENDED", "wait until the quarter has ended"},
      {"PERIOD_CLOSED", "the quarter is closed: what comes now counts in a later one"},
      {"PERIOD_TOO_OLD", "only the last four ended quarters can be closed"},
      {"BUDGET", "wait for a later quarter: aangan accuracy says what is left"},
      {"PROPOSAL_CHANGED", "look at it again, and approve what is shown now"},
      {"WRONG_STATE", "look where it stands: aangan release list"},
      {"REHEARSAL_NOT_ALLOWED", "set node.accept_rehearsals in the configuration, and start the node again"},
      {"WRONG_LENGTH", "update the program: it makes what the federation does not take"},
      {"OUT_OF_RANGE", "look for the count that is larger than the catalogue allows: aangan preview"},
      {"ROUND_FROZEN", "it is too late for this round; the next one takes it"},
      {"BAD_OFFSET", "send it again from the beginning"},
      {"JOIN_TOKEN_USED", "ask the federation's staff for another token"},
      {"NO_LINK", "look at the network; records are safe here, and it is tried again: aangan sync"},
      {"CLOCK_WRONG", "look at a watch and set the clock: timedatectl set-ntp true"},
      {"IMPORT_ROW", "put right the rows that are named, and import the file again: the others are not added twice"},
      {"SEALED", "the steward opens it with a second person: aangan seal lift"},
      {"UNKNOWN_NOTICE", "add the notice that was read to her first: aangan notice add"},
      {"INTERNAL", "look for the id in the program's log, and report it: aangan support-bundle"}};
  return fixes;
}

}  // namespace

const char* FixOf(absl::string_view reason, absl::StatusCode code) {
  const auto known = Fixes().find(reason);
  if (known != Fixes().end()) return known->second;
  switch (code) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return "look whether it runs: aangan health; then try again";
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return "use a token of a role that may do this: --token-file";
    default:
      return "look for what is wrong on this computer: aangan doctor";
  }
}

}  // namespace aangan::client

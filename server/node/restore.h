// SPDX-License-Identifier: Apache-2.0
// Notices that the main store came from elsewhere (a backup, or `once/` was lost) or that the whole folder did (a copy,
// another disk or computer), and makes sure that nothing is spent or answered twice: what the node did before, or does
// elsewhere, is not known, so it sits out every period that had begun.
//
// The main store knows the incarnation of the second store that goes with it. Where the two do not match, or it knows
// of none although there is a membership, a record or a debit, or where the second store does not lie where it was
// noted to lie (home.h), every key file that is found is overwritten, there is a new incarnation, the moment
// is noted as the latest of the clock, any time in the restored data and the day of this program, and each period of
// the running year of budget is counted as spent: at the largest charge of any catalogue that is known for it, and at
// no less than a fifth of the cap (two fifths in a fourth quarter). What the log shows later can only add to that. It
// needs nobody's word; an operator can move the moment on. Source: protocol.md, Restore. Threads: NoticeRestore before
// the node serves; CountByLog with a contact; ConfirmRestore at any time. Errors: those of the stores.
#ifndef AANGAN_SERVER_NODE_RESTORE_H_
#define AANGAN_SERVER_NODE_RESTORE_H_

#include <optional>
#include <string>

#include "aangan/federation/v1/log.pb.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "model/period.h"
#include "server/node/governance_book.h"
#include "server/node/home.h"
#include "server/node/identity.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"
#include "storage/node/round_keys.h"

namespace aangan::node {

// No restore happened before this program was made; moved on with each version. Days since 1970.
inline constexpr int32_t kProgramDay = 20'781;  // 2026-11-24

// Once at each start, before anything else uses the stores. Without `home` it is not asked where the folder lies: for
// tests of what comes then.
absl::Status NoticeRestore(storage::node::NodeStore& store, storage::node::OnceStore& once,
                           storage::node::RoundKeys& keys, const Identity& identity, const GovernanceBook& book,
                           const Clock& clock, const Home* home);

// After a restore: charges of catalogues in the log that are higher than what was counted are counted too.
absl::Status CountByLog(storage::node::OnceStore& once, absl::Span<const federation::v1::LogEntry> entries);

// An operator's word about the day: the noted moment stands, or moves to the end of a later day. What had begun by then
// is counted as spent like what had begun before, and is sat out. Keys stay: they were made after the restore, and a
// period that is sat out is answered with none. The moment that stands then. FAILED_PRECONDITION (WRONG_STATE): no
// restore; INVALID_ARGUMENT (INVALID_FIELD): an earlier day, or one too far ahead.
absl::StatusOr<absl::Time> ConfirmRestore(storage::node::NodeStore& store, storage::node::OnceStore& once,
                                          const GovernanceBook& book, const Clock& clock,
                                          std::optional<model::Day> later, const std::string& actor);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RESTORE_H_

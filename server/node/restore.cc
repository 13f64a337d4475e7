// SPDX-License-Identifier: Apache-2.0
// Notices a restore and sits out what had begun.
#include "server/node/restore.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/catalogue_lint.h"
#include "server/node/catalogue_cost.h"
#include "storage/node/bulk.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::kIncarnationSetting;
using storage::node::LedgerEntry;
using storage::node::NoteChange;
using storage::node::OnceStore;

constexpr int kBudgetPeriods = 4;
constexpr absl::Duration kAheadMax = absl::Hours(24 * 400);

absl::StatusOr<absl::Time> LatestIn(const storage::node::NodeStore& store) {
  ASSIGN_OR_RETURN(const auto newest, store.ListAudit(std::nullopt, 0, 1));
  return newest.empty() ? absl::UnixEpoch() : absl::FromUnixMicros(newest.front().time_us);
}

// What a period may have cost before the restore.
int64_t ChargeBefore(const model::Period& quarter, const GovernanceBook& book) {
  const auto roster = book.roster_in_force();
  const int collectives = roster ? roster->collectives_size() : 1;
  int64_t cap = model::kNanoRhoCapDefault;
  int64_t largest = 0;
  for (const KnownCatalogue& known : book.catalogues()) {
    cap = std::max(cap, known.signed_catalogue.catalogue().nano_rho_cap());
    if (known.compiled == nullptr || !known.compiled->ValidFor(quarter)) continue;
    const CatalogueCost cost = CostOf(*known.compiled, collectives);
    largest = std::max(largest, quarter.quarter == 4 ? cost.fourth_quarter_nano_rho : cost.quarter_nano_rho);
  }
  const int64_t least = (quarter.quarter == 4 ? 2 : 1) * ((cap + 4) / 5);
  return std::max(largest, least);
}

int64_t CountedFor(const model::Period& period, const std::vector<LedgerEntry>& ledger) {
  int64_t counted = 0;
  for (const LedgerEntry& entry : ledger) counted += entry.period == period ? entry.nano_rho : 0;
  return counted;
}

// Of these quarters, by their numbers; beside what this ledger holds for them.
std::vector<OnceStore::PriorDebit> DebitsOf(int first, int last, const GovernanceBook& book,
                                            const std::vector<LedgerEntry>& ledger) {
  std::vector<OnceStore::PriorDebit> debits;
  for (int index = first; index <= last; ++index) {
    const model::Period quarter = model::QuarterFromIndex(index);
    const int64_t missing = ChargeBefore(quarter, book) - CountedFor(quarter, ledger);
    if (missing > 0) debits.push_back({quarter, missing});
  }
  return debits;
}

absl::Status Restore(const storage::node::NodeStore& store, OnceStore& once, storage::node::RoundKeys& keys,
                     const GovernanceBook& book, const Clock& clock) {
  // Keys first: whatever comes after, nobody answers with them any more.
  RETURN_IF_ERROR(keys.DestroyAll());
  ASSIGN_OR_RETURN(const absl::Time in_data, LatestIn(store));
  const absl::Time program = absl::UnixEpoch() + absl::Hours(24) * kProgramDay;
  const absl::Time before = absl::FromUnixMicros(once.restore_time_us());
  const absl::Time moment = std::max({clock.Now(), in_data, program, before});
  const int running = model::QuarterOf(model::DayInIndia(moment)).index();
  // A ledger that came with the folder counts: a contribution that it knows has bytes that stand, in every copy.
  ASSIGN_OR_RETURN(const std::vector<LedgerEntry> ledger, once.Ledger());
  return once.StartAfterRestore(absl::ToUnixMicros(moment),
                                DebitsOf(running - kBudgetPeriods + 1, running, book, ledger));
}

// A new node has nothing yet. Keys or records without a word of their second store are left over from one that is lost.
absl::StatusOr<bool> IsNew(const storage::node::NodeStore& store, const OnceStore& once, const Identity& identity) {
  if (identity.membership()) return false;
  ASSIGN_OR_RETURN(const auto members, store.List(model::RecordKind::kMember, {}, std::nullopt, 1));
  ASSIGN_OR_RETURN(const auto ledger, once.Ledger());
  return members.empty() && ledger.empty();
}

// A note that is missing says nothing before the first was made, and afterwards as much as a wrong one.
absl::StatusOr<bool> IsElsewhere(Home::Finding finding, const OnceStore& once) {
  if (finding != Home::Finding::kNone) return finding == Home::Finding::kElsewhere;
  return once.HomeNoted();
}

// The note first: a word of a note that is not there would be a restore.
absl::Status Settle(const Home& home, OnceStore& once, Home::Finding finding) {
  if (finding != Home::Finding::kHere) RETURN_IF_ERROR(home.Settle());
  ASSIGN_OR_RETURN(const bool noted, once.HomeNoted());
  return noted ? absl::OkStatus() : once.NoteHome();
}

}  // namespace

absl::Status NoticeRestore(storage::node::NodeStore& store, OnceStore& once, storage::node::RoundKeys& keys,
                           const Identity& identity, const GovernanceBook& book, const Clock& clock, const Home* home) {
  const absl::StatusOr<std::string> known = store.GetSetting(kIncarnationSetting);
  if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
  Home::Finding finding = Home::Finding::kHere;
  if (home != nullptr) {
    ASSIGN_OR_RETURN(finding, home->Look());
  }
  ASSIGN_OR_RETURN(bool restored, IsElsewhere(finding, once));
  const bool other_store = !known.ok() || *known != AsText(once.incarnation());
  // Not to be done twice when the program ended between the two stores.
  if (other_store && once.restore_time_us() == 0) {
    ASSIGN_OR_RETURN(const bool is_new, IsNew(store, once, identity));
    restored |= known.ok() || !is_new;
  }
  if (restored) {
    RETURN_IF_ERROR(Restore(store, once, keys, book, clock));
    LogWarning("restore", "this node was restored, copied or moved: it sits out the periods that had begun");
  }
  const std::string own(AsText(once.incarnation()));
  if (restored || other_store) {
    RETURN_IF_ERROR(
        store.SubmitAndWait(NoteChange{Action::kSecondStoreMade, "node", "node", kIncarnationSetting, own}).status());
  }
  // Last: until then a start on this disk does all of it again.
  return home == nullptr ? absl::OkStatus() : Settle(*home, once, finding);
}

absl::StatusOr<absl::Time> ConfirmRestore(storage::node::NodeStore& store, OnceStore& once, const GovernanceBook& book,
                                          const Clock& clock, std::optional<model::Day> later,
                                          const std::string& actor) {
  if (once.restore_time_us() == 0) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This node was not restored, so there is no day to confirm.");
  }
  const absl::Time noted = absl::FromUnixMicros(once.restore_time_us());
  absl::Time moment = noted;
  if (later && *later < model::DayInIndia(noted)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "The day of a restore never moves back: what the node may have done by then is not known.")
        .Field("day", "must be the day that the status shows, or a later one");
  }
  if (later && *later > model::DayInIndia(noted)) {
    moment = model::StartOfDayInIndia(*later + 1) - absl::Microseconds(1);
    if (moment > clock.Now() + kAheadMax) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                     "The day lies more than 400 days ahead of this computer's clock. Is the clock right?")
          .Field("day", "must be at most 400 days ahead of this computer's clock");
    }
  }
  const auto quarter = [](absl::Time time) { return model::QuarterOf(model::DayInIndia(time)).index(); };
  // In full: what a second copy did until then is in no ledger here.
  RETURN_IF_ERROR(
      once.ConfirmRestore(absl::ToUnixMicros(moment), DebitsOf(quarter(noted) + 1, quarter(moment), book, {})));
  const Action action = moment == noted ? Action::kRestoreConfirmed : Action::kRestoreMoved;
  RETURN_IF_ERROR(store.SubmitAndWait(NoteChange{action, actor, "node", "", ""}).status());
  return moment;
}

absl::Status CountByLog(OnceStore& once, absl::Span<const federation::v1::LogEntry> entries) {
  if (once.restore_time_us() == 0) return absl::OkStatus();
  int64_t largest = 0;
  for (const federation::v1::LogEntry& entry : entries) {
    if (entry.kind() == federation::v1::LOG_ENTRY_KIND_CATALOGUE) largest = std::max(largest, entry.charge_nano_rho());
  }
  largest = std::min(largest, model::kNanoRhoCapMax);  // more than that is in nobody's power to charge
  ASSIGN_OR_RETURN(const std::vector<LedgerEntry> ledger, once.Ledger());
  std::vector<OnceStore::PriorDebit> more;
  for (const LedgerEntry& entry : ledger) {
    if (entry.round_id != Digest{}) continue;
    const int64_t counted = CountedFor(entry.period, ledger);
    const bool listed =
        std::any_of(more.begin(), more.end(), [&](const auto& one) { return one.period == entry.period; });
    if (counted < largest && !listed) more.push_back({entry.period, largest - counted});
  }
  return more.empty() ? absl::OkStatus() : once.AddPriorDebits(more);
}

}  // namespace aangan::node

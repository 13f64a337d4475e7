// SPDX-License-Identifier: Apache-2.0
// A node's metrics.
#include "server/node/node_metrics.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/files.h"
#include "server/shared/certificate.h"
#include "storage/node/backup_notes.h"

namespace aangan::node {
namespace {

using storage::node::Stage;

constexpr size_t kCertificateBytesMax = 64 << 10;
struct StageWord {
  Stage stage;
  Literal word;
};
constexpr StageWord kStages[] = {{Stage::kAnnounced, "announced"}, {Stage::kProposed, "proposed"},
                                 {Stage::kApproved, "approved"},   {Stage::kSent, "sent"},
                                 {Stage::kReceived, "received"},   {Stage::kRefused, "refused"},
                                 {Stage::kVoid, "void"},           {Stage::kLeftOut, "left_out"}};

void AddStore(server::MetricsPage& page, const storage::node::NodeStore& store) {
  page.Counter("commits_total", "Commits that the store holds.", static_cast<int64_t>(store.durable_sequence()));
  page.Gauge("commit_queue_changes", "Changes that wait for the writer.",
             static_cast<int64_t>(store.changes_waiting()));
  page.Gauge("store_size_bytes", "About how much the store holds.", static_cast<int64_t>(store.estimated_bytes()));
  page.Gauge("disk_free_bytes", "Free space on the disk of the store.", store.disk_free_bytes());
  const auto notes = storage::node::ReadBackupNotes(*store.TakeSnapshot());
  if (!notes.ok()) return;
  int64_t newest_us = 0;
  for (const storage::node::BackupNote& note : *notes) {
    if (note.bytes > 0) newest_us = std::max(newest_us, note.time_us);
  }
  if (newest_us > 0) {
    page.Time("last_backup_timestamp_seconds", "The state that the newest backup holds.",
              absl::FromUnixMicros(newest_us));
  }
}

void AddCertificates(server::MetricsPage& page, const MetricRooms& rooms) {
  std::vector<server::MetricsPage::LabelledTime> ends;
  const auto add = [&ends](Literal which, absl::string_view pem) {
    const auto times = server::TimesOf(pem);
    if (times.ok()) ends.push_back({which, times->until});
  };
  if (const auto membership = rooms.identity->membership()) add("federation", membership->certificate_pem);
  if (const auto pem = ReadFile(rooms.port_certificate_path, kCertificateBytesMax); pem.ok()) add("port", *pem);
  page.Times("certificate_expiry_timestamp_seconds", "When the certificate ends.", "certificate", ends);
}

void AddRounds(server::MetricsPage& page, const storage::node::OnceStore& once) {
  if (const auto ledger = once.Ledger(); ledger.ok()) {
    int64_t spent = 0;
    for (const storage::node::LedgerEntry& entry : *ledger) spent += entry.nano_rho;
    page.Counter("ledger_spent_nano_rho_total", "Privacy budget that the ledger has debited.", spent);
  }
  const auto rounds = once.ListRounds();
  if (!rounds.ok()) return;
  std::vector<server::MetricsPage::Labelled> by_state;
  for (const auto& [stage, word] : kStages) {
    const auto in_stage = [stage = stage](const auto& round) { return round.stage == stage; };
    by_state.push_back({word, std::count_if(rounds->begin(), rounds->end(), in_stage)});
  }
  page.Gauges("rounds", "Rounds that this node knows, by where it stands in them.", "state", by_state);
}

}  // namespace

void AddNodeMetrics(server::Metrics& metrics, const MetricRooms& rooms) {
  metrics.Add([rooms](server::MetricsPage& page) {
    page.Calls({rooms.door});
    AddStore(page, *rooms.store);
    AddCertificates(page, rooms);
    AddRounds(page, *rooms.once);
    if (const auto contact = rooms.sync->last_contact())
      page.Time("last_sync_timestamp_seconds", "The last contact with the federation that worked.", *contact);
  });
}

}  // namespace aangan::node

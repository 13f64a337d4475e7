// SPDX-License-Identifier: Apache-2.0
// The federation's metrics.
#include "server/federation/federation_metrics.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "server/shared/certificate.h"
#include "storage/engine/disk_reserve.h"

namespace aangan::federation {
namespace {

constexpr size_t kCertificateBytesMax = 64 << 10;
struct StateWord {
  v1::RoundState state;
  Literal word;
};
constexpr StateWord kStates[] = {{v1::ROUND_STATE_ANNOUNCED, "announced"},
                                 {v1::ROUND_STATE_FROZEN, "frozen"},
                                 {v1::ROUND_STATE_PROVISIONAL, "provisional"},
                                 {v1::ROUND_STATE_CONFIRMED, "confirmed"},
                                 {v1::ROUND_STATE_VOID, "void"},
                                 {v1::ROUND_STATE_CORRECTED, "corrected"},
                                 {v1::ROUND_STATE_DISPUTED, "disputed"}};

// Files come and go while they are counted; those are left out.
int64_t BytesBelow(const std::string& folder) {
  int64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += static_cast<int64_t>(size);
  }
  return bytes;
}

void AddRounds(server::MetricsPage& page, const RoundBook& book) {
  const auto all = book.List();
  if (!all.ok()) return;
  std::vector<server::MetricsPage::Labelled> rounds, contributions;
  for (const auto& [state, word] : kStates) {
    int64_t in_state = 0, their_contributions = 0;
    for (const StoredRound& round : *all) {
      if (round.value.state() != state) continue;
      ++in_state;
      their_contributions += round.value.contributions_size();
    }
    rounds.push_back({word, in_state});
    contributions.push_back({word, their_contributions});
  }
  page.Gauges("rounds", "Rounds, by their state.", "state", rounds);
  page.Gauges("contributions", "Contributions that are in, by the state of their round.", "state", contributions);
}

}  // namespace

void AddFederationMetrics(server::Metrics& metrics, const MetricRooms& rooms) {
  metrics.Add([rooms](server::MetricsPage& page) {
    page.Build("aangan-federation", server::kVersion);
    page.Calls(rooms.doors);
    AddRounds(page, *rooms.rounds);
    page.Gauge("store_size_bytes", "How much the store's files hold.", BytesBelow(absl::StrCat(rooms.data, "/main")));
    if (const auto space = storage::MeasureDisk(rooms.data); space.ok()) {
      page.Gauge("disk_free_bytes", "Free space on the disk of the store.", static_cast<int64_t>(space->free_bytes));
    }
    const auto pem = ReadFile(rooms.port_certificate_path, kCertificateBytesMax);
    if (!pem.ok()) return;
    if (const auto times = server::TimesOf(*pem); times.ok()) {
      page.Times("certificate_expiry_timestamp_seconds", "When the certificate ends.", "certificate",
                 {{"port", times->until}});
    }
  });
}

}  // namespace aangan::federation

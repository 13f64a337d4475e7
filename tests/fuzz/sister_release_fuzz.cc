// SPDX-License-Identifier: Apache-2.0
// Releases of other rosters as files: as they come, changed on their way, and signed by a federation that means harm.
// Whatever is taken is read again as the same, adds up over all rosters, and is taken once more.
#include "server/federation/sister_book.h"

#include <cstring>

#include "base/check.h"
#include "model/published.h"
#include "model/roster.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/fuzz/fuzz_ground.h"
#include "tests/fuzz/fuzz_store.h"

using namespace aangan;              // NOLINT: a fuzz target is one function
using namespace aangan::federation;  // NOLINT

namespace {

void SignRelease(v1::ReleaseFile& file) {
  v1::NationalRelease& release = *file.mutable_national_release();
  const auto canonical = model::CanonicalRelease(release);
  if (!canonical.ok()) return;
  release.set_signature(std::string(AsText(tests::TheGround().federation.Sign(model::kReleaseLabel, *canonical))));
}

v1::ReleaseFile HonestFile() {
  const tests::FuzzGround& ground = tests::TheGround();
  v1::ReleaseFile file;
  *file.mutable_roster() = ground.roster;
  *file.mutable_catalogue() = ground.catalogue;
  v1::NationalRelease& release = *file.mutable_national_release();
  release.set_name("rosters/india/releases/" + model::PeriodText(ground.quarter));
  release.set_number(4);
  *release.mutable_round_descriptor() = ground.descriptor;
  release.set_round_id(std::string(AsText(privacy::RoundId(*privacy::CanonicalDescriptor(ground.descriptor)))));
  release.set_freeze_digest(std::string(32, 'f'));
  release.set_state(v1::RELEASE_STATE_PROVISIONAL);
  for (uint32_t i = 0; i < ground.compiled->RoundCellCount(ground.quarter); ++i) release.add_sums(1000);
  for (const v1::Collective& each : ground.roster.collectives()) release.add_contributors(each.id());
  SignRelease(file);
  return file;
}

void CheckTaken(const v1::NationalRelease& release, const SisterBook& book) {
  AANGAN_CHECK(release.state() >= v1::RELEASE_STATE_PROVISIONAL && release.state() <= v1::RELEASE_STATE_DISPUTED);
  const std::string& period = release.round_descriptor().period();
  AANGAN_CHECK(release.name() == "rosters/" + release.round_descriptor().roster() + "/releases/" + period);
  const auto quarter = model::ParsePeriod(period, "period");
  AANGAN_CHECK(quarter.ok() && *book.Newest() >= *quarter);
  const auto rosters = book.Of(*quarter);
  AANGAN_CHECK(rosters.ok() && rosters->size() == 1 && rosters->front().said != nullptr);
  // Twice, as if two federations had said it.
  const std::vector<RosterFigures> two = {rosters->front(), rosters->front()};
  (void)SumOverRosters(two, &PeriodFigures::figures).ok();
  (void)SumOverRosters(two, &PeriodFigures::totals).ok();
  (void)CoverageOver(two);
}

// `before`: what had been taken from the same federation.
void Try(const v1::ReleaseFile& file, const v1::ReleaseFile* before) {
  const std::string phrase = model::FingerprintPhrase(tests::TheGround().federation.public_key());
  tests::MemoryStore store;
  const SisterBook book(&store, "nepal");
  if (before != nullptr) AANGAN_CHECK(book.Import(*before, phrase).ok());
  const auto rows = store.rows();
  const auto taken = book.Import(file, phrase);
  if (!taken.ok()) {
    AANGAN_CHECK(store.rows() == rows);
    return;
  }
  CheckTaken(*taken, book);
  const auto now = store.rows();
  AANGAN_CHECK(book.Import(file, "").ok() && store.rows() == now);
  AANGAN_CHECK(!SisterBook(&store, file.roster().roster()).Import(file, phrase).ok());
}

}  // namespace

// The first byte says which way the file goes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const v1::ReleaseFile honest = HonestFile();
  static const std::string honest_bytes = honest.SerializeAsString();
  static const std::string release_bytes = honest.national_release().SerializeAsString();
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  v1::ReleaseFile file = honest;
  v1::NationalRelease& release = *file.mutable_national_release();
  switch (data[0] % 5) {
    case 0:
      if (!file.ParseFromArray(input.data(), static_cast<int>(input.size()))) return 0;
      break;
    case 1:
      if (!file.ParseFromString(tests::Over(honest_bytes, input))) return 0;
      break;
    case 2:
      if (!file.ParseFromString(tests::Over(honest_bytes, input))) return 0;
      SignRelease(file);
      break;
    case 3:
      if (!release.ParseFromString(tests::Over(release_bytes, input))) return 0;
      SignRelease(file);
      break;
    default:  // sums of a size that no lint bounds: eight bytes each, as they come
      for (int i = 0; i < release.sums_size() && input.size() >= static_cast<size_t>(i + 1) * sizeof(int64_t); ++i) {
        int64_t sum = 0;
        std::memcpy(&sum, input.data() + static_cast<size_t>(i) * sizeof(sum), sizeof(sum));
        release.set_sums(i, sum);
      }
      SignRelease(file);
  }
  Try(file, data[0] >= 128 ? &honest : nullptr);
  return 0;
}

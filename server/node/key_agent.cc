// SPDX-License-Identifier: Apache-2.0
// Publishes recipient keys.
#include "server/node/key_agent.h"

#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/rounds.pb.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/status.h"
#include "privacy/recipient_keys.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr int kKeptQuarters = 4;    // behind the end of a quarter
constexpr int kSweptQuarters = 12;  // older ones were destroyed by earlier sweeps

const std::string& NoKey() {
  static const auto* const zeros = new std::string(sizeof(privacy::RecipientKey), '\0');
  return *zeros;
}

}  // namespace

absl::StatusOr<fed::KeyBatch> KeyAgent::MakeBatch(const Membership& membership, const model::Period& first) {
  fed::KeyBatch batch;
  batch.set_roster(membership.roster);
  batch.set_collective(membership.collective);
  batch.set_first_period(model::PeriodText(first));
  for (int i = 0; i < privacy::kBatchPeriods; ++i) {
    ASSIGN_OR_RETURN(const auto key, rooms_.keys->FindOrMake(model::QuarterFromIndex(first.index() + i)));
    batch.add_keys(key ? std::string(AsText(privacy::RecipientKeyOf(*key))) : NoKey());
  }
  return batch;
}

bool KeyAgent::IsPublished(const fed::KeyBatch& batch, const SigningKey& signing) const {
  const LogEntries entries = rooms_.watch->entries();
  for (int i = 0; i < batch.keys_size(); ++i) {
    if (batch.keys(i) == NoKey()) continue;  // nothing to publish; that it is gone is nobody's business
    const model::Period quarter = model::QuarterFromIndex(model::ParsePeriod(batch.first_period(), "")->index() + i);
    std::string newest;
    for (const fed::LogEntry& entry : *entries) {
      if (entry.kind() != fed::LOG_ENTRY_KIND_KEY_BATCH || entry.key_batch().collective() != batch.collective())
        continue;
      const absl::string_view key = privacy::KeyInBatch(entry.key_batch(), quarter);
      if (key.empty() ||
          !privacy::CheckKeyBatch(entry.key_batch(), entry.signature(), batch.roster(), signing.public_key()).ok())
        continue;
      newest = std::string(key);
    }
    if (newest != batch.keys(i)) return false;
  }
  return true;
}

std::vector<const SigningKey*> KeyAgent::Signing() const {
  const SigningKey* newest = &rooms_.identity->key();
  const auto roster = rooms_.book->roster_in_force();
  const SigningKey* in_force = roster ? rooms_.identity->KeyIn(*roster) : nullptr;
  if (in_force == nullptr || in_force == newest) return {newest};
  // The federation knows of a new key when it offers a roster with it.
  const auto offered = rooms_.book->offered_roster();
  if (offered.ok() && rooms_.identity->KeyIn(offered->signed_roster.roster()) == newest) return {in_force, newest};
  return {in_force};
}

absl::Status KeyAgent::DestroyReplaced(const std::vector<storage::node::RoundEntry>& rounds) {
  std::vector<const SigningKey*> needed = Signing();
  for (const storage::node::RoundEntry& round : rounds) {
    fed::RoundDescriptor descriptor;
    if (!descriptor.ParseFromString(round.descriptor)) continue;
    const auto roster = rooms_.book->RosterOfEpoch(descriptor.epoch());
    ASSIGN_OR_RETURN(const auto key, rooms_.keys->Find(round.period));
    if (roster.ok() && key) needed.push_back(rooms_.identity->KeyIn(*roster));
  }
  return rooms_.identity->DestroyKeysBut(needed);
}

absl::Status KeyAgent::Publish(FederationLink& link) {
  const auto membership = rooms_.identity->membership();
  if (!membership) return absl::OkStatus();
  const model::Period running = model::QuarterOf(model::DayInIndia(rooms_.clock->Now()));
  std::vector<model::Period> firsts = {running};
  if (rooms_.accepts_rehearsals) firsts.push_back(model::QuarterFromIndex(running.index() - privacy::kBatchPeriods));
  bool published = false;
  for (const model::Period& first : firsts) {
    ASSIGN_OR_RETURN(const fed::KeyBatch batch, MakeBatch(*membership, first));
    for (const SigningKey* signing : Signing()) {
      if (IsPublished(batch, *signing)) continue;
      ASSIGN_OR_RETURN(const Signature signature, privacy::SignKeyBatch(batch, *signing));
      RETURN_IF_ERROR(link.PublishKeyBatch(batch, AsText(signature)));
      LogInfo("keys", "published").Name("period", batch.first_period());
      published = true;
    }
  }
  return published ? rooms_.watch->Follow(link) : absl::OkStatus();
}

absl::Status KeyAgent::DestroyOld() {
  const model::Period running = model::QuarterOf(model::DayInIndia(rooms_.clock->Now()));
  for (int back = kKeptQuarters + 1; back <= kSweptQuarters; ++back) {
    const model::Period quarter = model::QuarterFromIndex(running.index() - back);
    ASSIGN_OR_RETURN(const auto key, rooms_.keys->Find(quarter));
    if (key) RETURN_IF_ERROR(rooms_.keys->Destroy(quarter));
  }
  return absl::OkStatus();
}

}  // namespace aangan::node

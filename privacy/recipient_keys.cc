// SPDX-License-Identifier: Apache-2.0
// Keys of holders: see recipient_keys.h.
#include "privacy/recipient_keys.h"

#include <algorithm>

#include "base/problem.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "model/roster.h"

namespace aangan::privacy {
namespace {

namespace fed = ::aangan::federation::v1;

std::optional<RecipientKey> ParseRecipientKey(absl::string_view bytes) {
  if (bytes.size() != sizeof(RecipientKey)) return std::nullopt;
  RecipientKey key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

}  // namespace

absl::StatusOr<Signature> SignKeyBatch(const fed::KeyBatch& batch, const SigningKey& key) {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(batch));
  return key.Sign(kKeyBatchLabel, canonical);
}

absl::Status CheckKeyBatch(const fed::KeyBatch& batch, absl::string_view signature, absl::string_view roster,
                           const PublicKey& key) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The batch of keys can not be taken.");
  if (batch.roster() != roster) problem.Field("key_batch.roster", "must be this federation's roster");
  if (batch.keys_size() != kBatchPeriods) problem.Field("key_batch.keys", "must be four");
  for (const std::string& each : batch.keys()) {
    if (each.size() != sizeof(RecipientKey)) problem.Field("key_batch.keys", "must have 32 bytes each");
  }
  const auto first = model::ParsePeriod(batch.first_period(), "key_batch.first_period");
  if (!first.ok() || first->is_year()) problem.Field("key_batch.first_period", "must be a quarter, as 2026Q3");
  if (problem.has_fields()) return problem;
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(batch));
  return VerifySignature(key, kKeyBatchLabel, canonical, AsBytes(signature));
}

absl::string_view KeyInBatch(const fed::KeyBatch& batch, const model::Period& quarter) {
  const auto first = model::ParsePeriod(batch.first_period(), "key_batch.first_period");
  if (!first.ok() || first->is_year()) return {};
  const int at = quarter.index() - first->index();
  return at >= 0 && at < batch.keys_size() ? absl::string_view(batch.keys(at)) : absl::string_view();
}

PublishedKeys KeysAfter(absl::Span<const fed::LogEntry> entries, const fed::Roster& roster,
                        const model::Period& quarter) {
  PublishedKeys published;
  published.log_size = static_cast<int64_t>(entries.size());
  published.keys.resize(static_cast<size_t>(roster.collectives_size()));
  for (const fed::LogEntry& entry : entries) {
    const fed::KeyBatch& batch = entry.key_batch();
    if (entry.kind() != fed::LOG_ENTRY_KIND_KEY_BATCH || KeyInBatch(batch, quarter).empty()) continue;
    const std::optional<int> place = model::PlaceInRoster(roster, batch.collective());
    if (!place) continue;
    const auto signer = model::ParseKey(roster.collectives(*place).signing_key(), "signing_key");
    if (!signer.ok() || !CheckKeyBatch(batch, entry.signature(), roster.roster(), *signer).ok()) continue;
    const std::optional<RecipientKey> key = ParseRecipientKey(KeyInBatch(batch, quarter));
    published.keys[static_cast<size_t>(*place)] = key && CanSealTo(*key) ? key : std::nullopt;
  }
  return published;
}

absl::StatusOr<Holders> HoldersOf(const fed::RoundDescriptor& descriptor, const fed::Roster& roster,
                                  const Digest& round_id, size_t cells) {
  if (descriptor.n() != roster.collectives_size() || descriptor.recipient_keys_size() != descriptor.n()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "The round's keys are not those of its roster.")
        .Field("round_descriptor.recipient_keys", "must be one entry a collective of the roster");
  }
  Holders holders;
  holders.round_id = round_id;
  holders.numbers = NumbersOf(descriptor.n());
  holders.cells = cells;
  for (int place = 0; place < descriptor.n(); ++place) {
    ASSIGN_OR_RETURN(holders.signing_keys.emplace_back(),
                     model::ParseKey(roster.collectives(place).signing_key(), "signing_key"));
    holders.recipient_keys.push_back(ParseRecipientKey(descriptor.recipient_keys(place)));
  }
  return holders;
}

}  // namespace aangan::privacy

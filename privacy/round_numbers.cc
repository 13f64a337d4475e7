// SPDX-License-Identifier: Apache-2.0
// Numbers and descriptors of rounds: see round_numbers.h.
#include "privacy/round_numbers.h"

#include <algorithm>

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "model/roster.h"
#include "privacy/accounting.h"

namespace aangan::privacy {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
  out->set_nanos(0);
}

}  // namespace

RoundNumbers NumbersOf(int n) {
  AANGAN_CHECK(n >= 1 && n <= 14);
  RoundNumbers numbers;
  numbers.n = n;
  numbers.f = model::ColludersMax(n);
  numbers.k = model::DecidingCount(n);
  numbers.m = std::min((3 * n + 3) / 4, n - numbers.f);
  numbers.h = numbers.m - numbers.f;
  return numbers;
}

absl::StatusOr<federation::v1::RoundDescriptor> MakeDescriptor(const federation::v1::Roster& roster,
                                                               const model::CompiledCatalogue& catalogue,
                                                               const model::Period& quarter,
                                                               const PublishedKeys& keys) {
  const int n = roster.collectives_size();
  if (n < 1 || n > 14 || (catalogue.summed() && n < 5)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                   "a round has 1 to 14 collectives, a summed one at least 5; sign a direct catalogue for fewer");
  }
  if (catalogue.source.roster() != roster.roster() || !catalogue.ValidFor(quarter)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                   "the catalogue is of another roster, or not valid for this period");
  }
  const RoundNumbers numbers = NumbersOf(n);
  ASSIGN_OR_RETURN(Digest roster_digest, model::RosterDigest(roster));
  federation::v1::RoundDescriptor descriptor;
  descriptor.set_roster(roster.roster());
  descriptor.set_epoch(roster.epoch());
  descriptor.set_roster_digest(std::string(AsText(roster_digest)));
  descriptor.set_catalogue_version(catalogue.source.version());
  descriptor.set_catalogue_digest(std::string(AsText(catalogue.digest)));
  descriptor.set_period(model::PeriodText(quarter));
  descriptor.set_form(catalogue.source.form());
  SetTime(quarter.end() + absl::Hours(24) * catalogue.source.contribute_days(), descriptor.mutable_contribute_until());
  SetTime(quarter.end() + absl::Hours(24) * catalogue.source.extend_days(), descriptor.mutable_extend_until());
  for (const TableVariance& variance : RoundVariances(catalogue, quarter, numbers)) {
    auto* out = descriptor.add_variances();
    out->set_table(catalogue.tables[variance.table].id);
    out->set_numerator(static_cast<int64_t>(variance.sigma_squared.numerator));
    out->set_denominator(static_cast<int64_t>(variance.sigma_squared.denominator));
  }
  descriptor.set_n(numbers.n);
  descriptor.set_f(numbers.f);
  descriptor.set_k(numbers.k);
  descriptor.set_m(numbers.m);
  descriptor.set_h(numbers.h);
  descriptor.set_rehearsal(catalogue.rehearsal());
  if (!catalogue.summed()) return descriptor;
  descriptor.set_log_size(keys.log_size);
  int known = 0;
  for (const std::optional<RecipientKey>& key : keys.keys) {
    descriptor.add_recipient_keys(key ? std::string(AsText(*key)) : "");
    if (key) ++known;
  }
  if (known < numbers.k || descriptor.recipient_keys_size() != n) {
    return Problem(
               absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughKeys,
               "a summed round needs the keys of at least k collectives for its period; each node publishes its own "
               "with a contact")
        .Number("needed", numbers.k)
        .Number("known", known);
  }
  return descriptor;
}

absl::StatusOr<std::string> CanonicalDescriptor(const federation::v1::RoundDescriptor& descriptor) {
  return model::CanonicalMessage(descriptor);
}

Digest RoundId(absl::string_view canonical_descriptor) { return Sha256({"sc-agg/v1/round", canonical_descriptor}); }

}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// Two signed objects and one node: see twins.h.
#include "privacy/twins.h"

#include <string>

namespace aangan::privacy {
namespace {

namespace fed = ::aangan::federation::v1;

template <typename Header>
fed::SeenObject Seen(fed::LogEntryKind kind, const Header& header, absl::string_view period, const Digest& digest) {
  fed::SeenObject seen;
  seen.set_kind(kind);
  seen.set_period(std::string(period));
  seen.set_incarnation(std::string(AsText(header.incarnation)));
  // Larger numbers than a node can reach stay what they are: other ones, to be compared.
  seen.set_counter(static_cast<int64_t>(header.counter));
  seen.set_log_size(static_cast<int64_t>(header.log.size));
  seen.set_digest(std::string(AsText(digest)));
  return seen;
}

}  // namespace

fed::SeenObject SeenContribution(const ContributionHeader& header, absl::string_view period, const Digest& name) {
  return Seen(fed::LOG_ENTRY_KIND_CONTRIBUTION, header, period, name);
}

fed::SeenObject SeenAnswer(const AnswerHeader& header, absl::string_view period, const Digest& digest) {
  return Seen(fed::LOG_ENTRY_KIND_ANSWER, header, period, digest);
}

bool SameObject(const fed::SeenObject& a, const fed::SeenObject& b) {
  return a.kind() == b.kind() && a.digest() == b.digest();
}

fed::TwinKind TwinKindOf(const fed::SeenObject& a, const fed::SeenObject& b) {
  if (SameObject(a, b)) return fed::TWIN_KIND_UNSPECIFIED;
  const bool one_incarnation = a.incarnation() == b.incarnation();
  if (one_incarnation && a.counter() == b.counter()) return fed::TWIN_KIND_SAME_COUNTER;
  if (a.kind() == b.kind() && a.period() == b.period()) return fed::TWIN_KIND_SAME_PERIOD;
  const bool fell = a.counter() < b.counter() ? a.log_size() > b.log_size() : a.log_size() < b.log_size();
  return one_incarnation && fell ? fed::TWIN_KIND_COUNTER_FELL : fed::TWIN_KIND_UNSPECIFIED;
}

}  // namespace aangan::privacy

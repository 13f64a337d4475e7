// SPDX-License-Identifier: Apache-2.0
// What a caller says of a member or a consent, checked: coded facts out, or every problem at once.
//
// The inputs are plain values, so that this room knows no wire form; texts are checked by their length alone and are
// not looked at. Paths in errors are proto names ("member.birth_year"). Threads: pure. Errors: INVALID_ARGUMENT, reason
// UNKNOWN_CODE when the only faults are codes, else INVALID_FIELD; each fault is a field violation, and no value that
// was sent is repeated.
#ifndef AANGAN_MODEL_CHECK_MEMBER_H_
#define AANGAN_MODEL_CHECK_MEMBER_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/facts.h"
#include "model/period.h"

namespace aangan::model {

struct MemberInput {
  int64_t birth_year = 0;
  absl::string_view gender;             // empty: unknown
  absl::string_view exploitation_type;  // empty: unknown
  absl::string_view enrolment_quarter;
  absl::string_view home_state;  // empty: unknown
  absl::string_view home_district;
  absl::string_view full_name;
  std::vector<absl::string_view> other_names;
  absl::string_view contact;
  absl::string_view address;
  absl::string_view notes;
};

// Facts without id, consent and records. `today` is the day in India by the caller's clock.
absl::StatusOr<MemberFacts> CheckMember(const MemberInput& input, Day today);

struct ConsentInput {
  int purpose = 0;   // number of aangan.node.v1.ConsentPurpose
  int decision = 0;  // number of aangan.node.v1.ConsentDecision
  std::optional<CivilDay> decision_date;
  std::optional<CivilDay> until_date;
  absl::string_view notice_version;
  absl::string_view language;
};

struct CheckedConsent {
  int purpose = 0;
  bool given = false;
  Day decision_day = kNoDay;
  Day until_day = kNoDay;  // kNoDay: no end
  bool operator==(const CheckedConsent&) const = default;
};

// `path` goes before the names of fields: "consent", or "consents[1]".
absl::StatusOr<CheckedConsent> CheckConsent(const ConsentInput& input, Day today, absl::string_view path);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CHECK_MEMBER_H_

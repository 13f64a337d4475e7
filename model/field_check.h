// SPDX-License-Identifier: Apache-2.0
// Collects the faults of one input, field by field, for the rooms that check what callers say.
//
// Threads: one thread an object. Errors: as in check_member.h.
#ifndef AANGAN_MODEL_FIELD_CHECK_H_
#define AANGAN_MODEL_FIELD_CHECK_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/literal.h"
#include "model/codes.h"
#include "model/period.h"

namespace aangan::model {

enum class Need { kOptional, kRequired };

class FieldCheck {
 public:
  // `prefix` goes before each field with a dot: "service"; an empty one goes before none.
  FieldCheck(absl::string_view prefix, Day today);

  void Fault(absl::string_view field, Literal what);
  // The code, kUnknownCode when it is empty and optional, or a fault.
  Code CodeOf(absl::string_view field, ListId list, absl::string_view text, Need need);
  // The day; kNoDay when it is not given and optional, or a fault. Days before 1900 and after `today` are faults.
  Day PastDay(absl::string_view field, const std::optional<CivilDay>& date, Need need);
  // The day, which may lie in the future; otherwise as PastDay.
  Day AnyDay(absl::string_view field, const std::optional<CivilDay>& date, Need need);
  // Characters are Unicode code points.
  void TextWithin(absl::string_view field, absl::string_view text, size_t characters_max, Need need);

  Day today() const { return today_; }
  absl::Status ToStatus() const;

 private:
  std::string prefix_;
  Day today_;
  std::vector<std::pair<std::string, Literal>> faults_;
  bool codes_alone_ = true;
};

}  // namespace aangan::model

#endif  // AANGAN_MODEL_FIELD_CHECK_H_

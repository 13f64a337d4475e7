// SPDX-License-Identifier: Apache-2.0
// Ids and resource names: what they look like and how to read them.
//
// An id is 128 random bits, written as 26 characters of lower-case base32 (RFC 4648 alphabet a-z2-7, no padding, the
// two bits left over are zero). A caller may supply one of exactly this form. Names follow AIP-122: "members/{m}",
// "members/{m}/services/{s}", "rosters/{r}/rounds/2026Q3".
// Threads: pure. Errors: INVALID_ARGUMENT, reason INVALID_FIELD, naming the field that the caller passes.
#ifndef AANGAN_MODEL_NAMES_H_
#define AANGAN_MODEL_NAMES_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/random.h"

namespace aangan::model {

struct Id {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Id&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.bytes);
  }
};

Id RandomId(RandomSource& random);
std::string IdText(const Id& id);
absl::StatusOr<Id> ParseId(absl::string_view text, absl::string_view field);

// Kinds of record that belong to one member. The number is part of keys on disk.
enum class RecordKind : uint8_t {
  kMember = 1,
  kConsent = 2,
  kService = 3,
  kAssessment = 4,
  kGrievance = 5,
  kSealedState = 15,  // she is sealed: last of hers on disk
};

// members/{m}, members/{m}/{consents,services,assessments,grievances}/{id}, or members/{m}/sealedState. A member has
// one record of her own and at most one sealed state: of both `id` equals `member`.
struct RecordName {
  RecordKind kind = RecordKind::kMember;
  Id member;
  Id id;
  auto operator<=>(const RecordName&) const = default;
};

std::string RecordNameText(const RecordName& name);
absl::StatusOr<RecordName> ParseRecordName(RecordKind kind, absl::string_view text, absl::string_view field);

// Slugs of rosters, collectives, tables, indicators and codes: [a-z][a-z0-9_-]{0,62}.
bool IsSlug(absl::string_view text);
// The last part of "rosters/{roster}/collectives/{c}" and the like; both parts checked to be slugs.
// `collection` is for example "collectives". Returns {roster, id}.
absl::StatusOr<std::pair<std::string, std::string>> ParseRosterChild(absl::string_view name,
                                                                     absl::string_view collection,
                                                                     absl::string_view field);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_NAMES_H_

// SPDX-License-Identifier: Apache-2.0
// Ids and resource names: see names.h.
#include "model/names.h"

#include "absl/strings/str_cat.h"
#include "base/problem.h"

namespace aangan::model {
namespace {

constexpr absl::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, lower case
constexpr size_t kIdCharacters = 26;
constexpr size_t kSlugBytesMax = 63;
constexpr absl::string_view kMembers = "members/";
constexpr absl::string_view kSealedState = "sealedState";

int ValueOf(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

absl::Status BadName(absl::string_view field) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not a resource name.")
      .Field(field, "must be a resource name of the form that the field's comment says");
}

absl::string_view CollectionOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kConsent:
      return "consents";
    case RecordKind::kService:
      return "services";
    case RecordKind::kAssessment:
      return "assessments";
    case RecordKind::kGrievance:
      return "grievances";
    case RecordKind::kSealedState:
    case RecordKind::kMember:
      break;
  }
  return "";
}

}  // namespace

Id RandomId(RandomSource& random) { return Id{random.Bytes<16>()}; }

std::string IdText(const Id& id) {
  std::string text;
  text.reserve(kIdCharacters);
  uint32_t bits = 0;
  int bit_count = 0;
  for (uint8_t byte : id.bytes) {
    bits = (bits << 8) | byte;
    bit_count += 8;
    while (bit_count >= 5) {
      bit_count -= 5;
      text.push_back(kAlphabet[(bits >> bit_count) & 31]);
    }
    bits &= 31;  // what is left over is less than five bits
  }
  text.push_back(kAlphabet[(bits << (5 - bit_count)) & 31]);
  return text;
}

absl::StatusOr<Id> ParseId(absl::string_view text, absl::string_view field) {
  Id id;
  bool well_formed = text.size() == kIdCharacters;
  uint32_t bits = 0;
  int bit_count = 0;
  size_t filled = 0;
  for (size_t i = 0; well_formed && i < text.size(); ++i) {
    int value = ValueOf(text[i]);
    well_formed = value >= 0;
    bits = ((bits << 5) | static_cast<uint32_t>(value & 31)) & 0xfff;
    bit_count += 5;
    if (bit_count >= 8) {
      bit_count -= 8;
      id.bytes[filled++] = static_cast<uint8_t>(bits >> bit_count);
    }
  }
  // 26 * 5 = 130 bits: the last two must be zero, so that an id has one text.
  if (!well_formed || (bits & 3) != 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not an id.")
        .Field(field, "must be 26 characters of lower-case base32 (a-z, 2-7), the last one of a, e, i, m, q, u, y, 4")
        .ToStatus();
  }
  return id;
}

std::string RecordNameText(const RecordName& name) {
  if (name.kind == RecordKind::kMember) return absl::StrCat(kMembers, IdText(name.member));
  if (name.kind == RecordKind::kSealedState) return absl::StrCat(kMembers, IdText(name.member), "/", kSealedState);
  return absl::StrCat(kMembers, IdText(name.member), "/", CollectionOf(name.kind), "/", IdText(name.id));
}

absl::StatusOr<RecordName> ParseRecordName(RecordKind kind, absl::string_view text, absl::string_view field) {
  RecordName name;
  name.kind = kind;
  if (text.substr(0, kMembers.size()) != kMembers) return BadName(field);
  text.remove_prefix(kMembers.size());
  size_t slash = text.find('/');
  absl::StatusOr<Id> member = ParseId(text.substr(0, slash), field);
  if (!member.ok()) return BadName(field);
  name.member = *member;
  if (kind == RecordKind::kMember) {
    if (slash != absl::string_view::npos) return BadName(field);
    name.id = name.member;
    return name;
  }
  if (slash == absl::string_view::npos) return BadName(field);
  const std::string collection = absl::StrCat(CollectionOf(kind), "/");
  text.remove_prefix(slash + 1);
  if (kind == RecordKind::kSealedState) {
    if (text != kSealedState) return BadName(field);
    name.id = name.member;
    return name;
  }
  if (text.substr(0, collection.size()) != collection) return BadName(field);
  absl::StatusOr<Id> id = ParseId(text.substr(collection.size()), field);
  if (!id.ok()) return BadName(field);
  name.id = *id;
  return name;
}

bool IsSlug(absl::string_view text) {
  if (text.empty() || text.size() > kSlugBytesMax || text[0] < 'a' || text[0] > 'z') return false;
  for (char c : text) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
  }
  return true;
}

absl::StatusOr<std::pair<std::string, std::string>> ParseRosterChild(absl::string_view name,
                                                                     absl::string_view collection,
                                                                     absl::string_view field) {
  constexpr absl::string_view kRosters = "rosters/";
  if (name.substr(0, kRosters.size()) != kRosters) return BadName(field);
  name.remove_prefix(kRosters.size());
  size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return BadName(field);
  const absl::string_view roster = name.substr(0, slash);
  const std::string middle = absl::StrCat(collection, "/");
  name.remove_prefix(slash + 1);
  if (name.substr(0, middle.size()) != middle) return BadName(field);
  name.remove_prefix(middle.size());
  if (!IsSlug(roster) || !IsSlug(name)) return BadName(field);
  return std::make_pair(std::string(roster), std::string(name));
}

}  // namespace aangan::model

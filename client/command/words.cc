// SPDX-License-Identifier: Apache-2.0
// Small translations.
#include "client/command/words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/problem.h"

namespace aangan::client {
namespace {

// ServiceStage -> "SERVICE_STAGE_".
std::string PrefixOf(const google::protobuf::EnumDescriptor* type) {
  std::string prefix;
  for (const char c : type->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

absl::Status Wrong(absl::string_view option, Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "an option has a value that can not be")
      .Field(option, what);
}

}  // namespace

std::string WordOf(const google::protobuf::EnumDescriptor* type, int number) {
  const google::protobuf::EnumValueDescriptor* value = type->FindValueByNumber(number);
  if (value == nullptr || number == 0) return "";
  return absl::AsciiStrToLower(value->name().substr(PrefixOf(type).size()));
}

std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> words;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0) words.push_back(WordOf(type, type->value(i)->number()));
  }
  return words;
}

absl::StatusOr<int> NumberOf(const google::protobuf::EnumDescriptor* type, absl::string_view word,
                             absl::string_view option) {
  for (int i = 0; i < type->value_count(); ++i) {
    const int number = type->value(i)->number();
    if (number != 0 && WordOf(type, number) == word) return number;
  }
  return Wrong(option, "must be one of the words that --help lists");
}

std::string DayText(const google::type::Date& day) {
  if (day.year() == 0) return "";
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::StatusOr<google::type::Date> ParseDay(absl::string_view text, absl::string_view option) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  google::type::Date day;
  int32_t year = 0, month = 0, number = 0;
  if (text.size() != 10 || parts.size() != 3 || !absl::SimpleAtoi(parts[0], &year) ||
      !absl::SimpleAtoi(parts[1], &month) || !absl::SimpleAtoi(parts[2], &number)) {
    return Wrong(option, "must be a day as 2026-08-03");
  }
  day.set_year(year);
  day.set_month(month);
  day.set_day(number);
  return day;
}

absl::StatusOr<google::protobuf::Timestamp> ParseMoment(absl::string_view text, absl::string_view option) {
  constexpr absl::string_view kFirstMoment = "T00:00:00+05:30";  // in India
  const bool is_day = text.find('T') == absl::string_view::npos;
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, absl::StrCat(text, is_day ? kFirstMoment : ""), &time, nullptr))
    return Wrong(option, "must be a day as 2026-08-03, or a time as 2026-08-03T18:30:00+05:30");
  google::protobuf::Timestamp moment;
  moment.set_seconds(absl::ToUnixSeconds(time));
  moment.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(moment.seconds()))));
  return moment;
}

Value TimeValue(bool is_set, const google::protobuf::Timestamp& time) {
  if (!is_set) return std::monostate();
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

absl::StatusOr<std::string> ParseDigest(absl::string_view hex, absl::string_view option) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    uint32_t byte = 0;
    if (!absl::SimpleHexAtoi(hex.substr(i, 2), &byte)) return Wrong(option, "must be 64 hexadecimal digits");
    bytes += static_cast<char>(byte);
  }
  if (hex.size() != 64 || absl::StartsWith(hex, "0x")) return Wrong(option, "must be 64 hexadecimal digits");
  return bytes;
}

std::string Hex(absl::string_view bytes) { return ToHex(AsBytes(bytes)); }

Value TextOrNothing(absl::string_view text) {
  if (text.empty()) return std::monostate();
  return std::string(text);
}

}  // namespace aangan::client

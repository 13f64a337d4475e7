// SPDX-License-Identifier: Apache-2.0
// Small translations between messages and what people read and type: enum words, days, times, hexadecimal digests.
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) naming the option.
#ifndef AANGAN_CLIENT_COMMAND_WORDS_H_
#define AANGAN_CLIENT_COMMAND_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/command/output.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"

namespace aangan::client {

// SERVICE_STAGE_RECEIVED -> "received"; the prefix is the enum's own name. Zero gives "".
std::string WordOf(const google::protobuf::EnumDescriptor* type, int number);
// "received" -> its number. The error lists the words.
absl::StatusOr<int> NumberOf(const google::protobuf::EnumDescriptor* type, absl::string_view word,
                             absl::string_view option);
// The words of an enum, for --help and errors.
std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor* type);

// "2026-08-03".
std::string DayText(const google::type::Date& day);  // empty when unset
absl::StatusOr<google::type::Date> ParseDay(absl::string_view text, absl::string_view option);
// "2026-08-03", its first moment in India, or a time of RFC 3339.
absl::StatusOr<google::protobuf::Timestamp> ParseMoment(absl::string_view text, absl::string_view option);
// Seconds in UTC, RFC 3339; nothing when unset.
Value TimeValue(bool is_set, const google::protobuf::Timestamp& time);

// 32 bytes from hexadecimal.
absl::StatusOr<std::string> ParseDigest(absl::string_view hex, absl::string_view option);
std::string Hex(absl::string_view bytes);

// A text value, or nothing when it is empty.
Value TextOrNothing(absl::string_view text);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_WORDS_H_

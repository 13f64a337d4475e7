// SPDX-License-Identifier: Apache-2.0
// Keys that sort as what they hold: see keys.h.
#include "storage/engine/keys.h"

#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

// A zero byte inside text is written as 00 FF; text ends with 00 00, which sorts before both.
constexpr char kEscape = '\0';
constexpr char kEscapedZero = '\xff';
constexpr char kEndOfText = '\0';

absl::Status BadKey() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a key in the store is not one that this program writes; keep a copy of the folder and restore the "
                 "newest backup");
}

template <typename Number>
void PutBigEndian(Number value, std::string& out) {
  for (int shift = (sizeof(Number) - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

template <typename Number>
absl::StatusOr<Number> TakeBigEndian(absl::string_view& rest) {
  if (rest.size() < sizeof(Number)) return BadKey();
  Number value = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) value = static_cast<Number>(value << 8 | static_cast<uint8_t>(rest[i]));
  rest.remove_prefix(sizeof(Number));
  return value;
}

}  // namespace

KeyWriter& KeyWriter::U8(uint8_t value) {
  out_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::U32(uint32_t value) {
  PutBigEndian(value, out_);
  return *this;
}

KeyWriter& KeyWriter::U64(uint64_t value) {
  PutBigEndian(value, out_);
  return *this;
}

KeyWriter& KeyWriter::Id(absl::Span<const uint8_t> id) {
  AANGAN_CHECK(id.size() == KeyId().size());
  return Fixed(id);
}

KeyWriter& KeyWriter::Fixed(absl::Span<const uint8_t> bytes) {
  out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return *this;
}

KeyWriter& KeyWriter::Text(absl::string_view text) {
  for (char c : text) {
    out_.push_back(c);
    if (c == kEscape) out_.push_back(kEscapedZero);
  }
  out_.push_back(kEscape);
  out_.push_back(kEndOfText);
  return *this;
}

absl::StatusOr<uint8_t> KeyReader::U8() { return TakeBigEndian<uint8_t>(rest_); }
absl::StatusOr<uint32_t> KeyReader::U32() { return TakeBigEndian<uint32_t>(rest_); }
absl::StatusOr<uint64_t> KeyReader::U64() { return TakeBigEndian<uint64_t>(rest_); }

absl::StatusOr<KeyId> KeyReader::Id() {
  KeyId id;
  RETURN_IF_ERROR(Fixed(absl::MakeSpan(id)));
  return id;
}

absl::Status KeyReader::Fixed(absl::Span<uint8_t> out) {
  if (rest_.size() < out.size()) return BadKey();
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(rest_[i]);
  rest_.remove_prefix(out.size());
  return absl::OkStatus();
}

absl::StatusOr<std::string> KeyReader::Text() {
  std::string text;
  for (size_t i = 0; i < rest_.size(); ++i) {
    if (rest_[i] != kEscape) {
      text.push_back(rest_[i]);
      continue;
    }
    if (++i == rest_.size()) break;
    if (rest_[i] == kEndOfText) {
      rest_.remove_prefix(i + 1);
      return text;
    }
    if (rest_[i] != kEscapedZero) break;
    text.push_back(kEscape);
  }
  return BadKey();
}

absl::Status KeyReader::End() const { return rest_.empty() ? absl::OkStatus() : BadKey(); }

KeyRange KeyRange::Prefix(absl::string_view prefix) {
  KeyRange range{std::string(prefix), std::string(prefix)};
  while (!range.end.empty() && range.end.back() == '\xff') range.end.pop_back();
  if (!range.end.empty()) range.end.back() = static_cast<char>(range.end.back() + 1);
  return range;
}

KeyRange KeyRange::After(absl::string_view key) const {
  KeyRange rest = *this;
  if (key >= absl::string_view(begin)) {
    rest.begin = std::string(key);
    rest.begin.push_back('\0');  // the smallest key behind it
  }
  return rest;
}

bool KeyRange::Contains(absl::string_view key) const {
  return key >= absl::string_view(begin) && (end.empty() || key < absl::string_view(end));
}

}  // namespace aangan::storage

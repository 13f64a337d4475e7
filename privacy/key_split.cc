// SPDX-License-Identifier: Apache-2.0
// A key in parts: see key_split.h.
#include "privacy/key_split.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "privacy/field.h"
#include "privacy/shamir.h"
#include "privacy/share_vector.h"

namespace aangan::privacy {
namespace {

constexpr size_t kWords = 8;
constexpr size_t kWordBytes = kSplitKeyBytes / kWords;
constexpr uint8_t kFormat = 1;
constexpr size_t kHeadBytes = 12;
constexpr size_t kCheckBytes = 4;
constexpr size_t kLineBytes = 10;
constexpr size_t kPartBytes = kHeadBytes + kWords * kFieldWordBytes + kCheckBytes;
constexpr size_t kDigitsOfLine = 2 * (kLineBytes + 1);
static_assert(kPartBytes == kKeyPartLines * kLineBytes);
constexpr absl::string_view kLineLabel = "aangan/v1/key part line";
constexpr absl::string_view kPartLabel = "aangan/v1/key part";

Problem BadPart(Literal message, int number) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadPart, message).Number("part", number);
}

uint64_t ReadWord(const uint8_t* bytes, size_t size) {
  uint64_t word = 0;
  for (size_t i = size; i-- > 0;) word = word << 8 | bytes[i];
  return word;
}
void WriteWord(uint64_t word, uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(word >> (8 * i));
}

uint8_t LineCheck(size_t line, absl::Span<const uint8_t> bytes) {
  const char number = static_cast<char>('1' + line);
  return Sha256({kLineLabel, absl::string_view(&number, 1), AsText(bytes)})[0];
}

std::string Head(const KeyPart& part) {
  return std::move(CanonicalWriter()
                       .U8(kFormat)
                       .U64(part.deal)
                       .U8(static_cast<uint8_t>(part.needed))
                       .U8(static_cast<uint8_t>(part.of))
                       .U8(static_cast<uint8_t>(part.place)))
      .Take();
}

SecretBytes Encode(const KeyPart& part) {
  SecretBytes bytes(kPartBytes);
  const std::string head = Head(part);
  std::copy(head.begin(), head.end(), bytes.data());
  std::copy(part.words.span().begin(), part.words.span().end(), bytes.data() + kHeadBytes);
  const Digest check = Sha256(AsText(bytes.span().subspan(0, kPartBytes - kCheckBytes)));
  std::copy(check.begin(), check.begin() + kCheckBytes, bytes.data() + kPartBytes - kCheckBytes);
  return bytes;
}

// The value of a hexadecimal digit, or -1.
int DigitOf(uint8_t letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

bool IsBetween(uint8_t letter) {
  return letter == ' ' || letter == '-' || letter == '\n' || letter == '\r' || letter == '\t';
}

// The digits alone, two to a byte.
absl::StatusOr<SecretBytes> ReadDigits(absl::Span<const uint8_t> text, int number) {
  constexpr size_t kDigits = kKeyPartLines * kDigitsOfLine;
  SecretBytes bytes(kDigits / 2);
  size_t digits = 0;
  for (const uint8_t letter : text) {
    if (IsBetween(letter)) continue;
    const int digit = DigitOf(letter);
    if (digit < 0) {
      return BadPart("a part has the digits 0 to 9 and the letters A to F alone; look at the line for a misread letter",
                     number)
          .Number("line", static_cast<int64_t>(digits / kDigitsOfLine + 1));
    }
    if (digits == kDigits) break;
    uint8_t& byte = bytes.data()[digits / 2];
    byte = static_cast<uint8_t>(byte << 4 | digit);
    ++digits;
  }
  if (digits != kDigits)
    return BadPart("a part has eight lines of 22 digits and letters; some are missing", number)
        .Number("lines_read", static_cast<int64_t>(digits / kDigitsOfLine));
  return bytes;
}

absl::Status CheckNumbers(const KeyPart& part, uint8_t format, int number) {
  const bool sane = format == kFormat && part.needed >= 2 && part.needed <= part.of && part.of <= kKeyPartsMax &&
                    part.place >= 1 && part.place <= part.of;
  if (!sane) return BadPart("this is no part that this program made; look whether its sheet is the right one", number);
  for (size_t word = 0; word < kWords; ++word) {
    if (ReadWord(part.words.data() + word * kFieldWordBytes, kFieldWordBytes) >= kFieldPrime)
      return BadPart("this is no part that this program made; look whether its sheet is the right one", number);
  }
  return absl::OkStatus();
}

absl::Status CheckTogether(absl::Span<const KeyPart> parts) {
  if (parts.empty()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughParts, "there is no part");
  }
  const KeyPart& first = parts.front();
  for (size_t i = 0; i < parts.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (parts[i].deal != first.deal || parts[i].needed != first.needed || parts[i].of != first.of)
      return BadPart("this part was printed at another time than the first one; parts of two times do not go together",
                     number);
    for (size_t j = 0; j < i; ++j) {
      if (parts[j].place == parts[i].place)
        return BadPart("this part was given twice; each has to be another person's", number);
    }
  }
  if (parts.size() < static_cast<size_t>(first.needed)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNotEnoughParts,
                   "these are too few parts; ask more of those who keep one")
        .Number("given", static_cast<int64_t>(parts.size()))
        .Number("needed", first.needed);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<KeyPart>> SplitKey(absl::Span<const uint8_t> key, int needed, int of, RandomSource& random) {
  AANGAN_CHECK(key.size() == kSplitKeyBytes);
  if (needed < 2 || needed > of || of > kKeyPartsMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "a key is split among at most 14 people, of whom at least two are needed to bring it back")
        .Field("needed", "must be at least 2 and at most the number of parts")
        .Field("parts", "must be at most 14");
  }
  const uint64_t deal = random.Uint64();
  std::vector<KeyPart> parts;
  for (int place = 1; place <= of; ++place)
    parts.push_back({deal, needed, of, place, SecretBytes(kWords * kFieldWordBytes)});
  for (size_t word = 0; word < kWords; ++word) {
    ShareVector coefficients(static_cast<size_t>(needed));  // wiped when it goes
    coefficients[0] = ReadWord(key.data() + word * kWordBytes, kWordBytes);
    for (size_t power = 1; power < coefficients.size(); ++power) coefficients[power] = random.Below(kFieldPrime);
    for (KeyPart& part : parts) {
      WriteWord(Evaluate<Field64>(coefficients.span(), static_cast<uint64_t>(part.place)),
                part.words.data() + word * kFieldWordBytes, kFieldWordBytes);
    }
  }
  return parts;
}

absl::StatusOr<SecretBytes> JoinKey(absl::Span<const KeyPart> parts) {
  RETURN_IF_ERROR(CheckTogether(parts));
  const auto used = parts.subspan(0, static_cast<size_t>(parts.front().needed));
  std::vector<uint64_t> points;
  for (const KeyPart& part : used) points.push_back(static_cast<uint64_t>(part.place));
  const std::vector<uint64_t> weights = WeightsAt<Field64>(0, points);
  SecretBytes key(kSplitKeyBytes);
  for (size_t word = 0; word < kWords; ++word) {
    ShareVector values(used.size());
    for (size_t i = 0; i < used.size(); ++i)
      values[i] = ReadWord(used[i].words.data() + word * kFieldWordBytes, kFieldWordBytes);
    const uint64_t value = WeightedSum<Field64>(weights, values.span());
    if (value >> (8 * kWordBytes) != 0) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadPart,
                     "these parts do not give a key: one of them was changed. Try with another one in its place");
    }
    WriteWord(value, key.data() + word * kWordBytes, kWordBytes);
  }
  return key;
}

SecretBytes KeyPartText(const KeyPart& part) {
  constexpr char kLetters[] = "0123456789ABCDEF";
  const SecretBytes bytes = Encode(part);
  SecretBytes text(kKeyPartLines * (kDigitsOfLine + kDigitsOfLine / 4 + 1));
  uint8_t* out = text.data();
  for (size_t line = 0; line < kKeyPartLines; ++line) {
    const auto row = bytes.span().subspan(line * kLineBytes, kLineBytes);
    const uint8_t check = LineCheck(line, row);
    for (size_t i = 0; i <= kLineBytes; ++i) {
      const uint8_t byte = i == kLineBytes ? check : row[i];
      if (i != 0 && i % 2 == 0) *out++ = ' ';
      *out++ = static_cast<uint8_t>(kLetters[byte >> 4]);
      *out++ = static_cast<uint8_t>(kLetters[byte & 15]);
    }
    *out++ = '\n';
  }
  AANGAN_CHECK(out == text.data() + text.size());
  return text;
}

absl::StatusOr<KeyPart> ReadKeyPart(absl::Span<const uint8_t> text, int number) {
  ASSIGN_OR_RETURN(const SecretBytes digits, ReadDigits(text, number));
  SecretBytes bytes(kPartBytes);
  for (size_t line = 0; line < kKeyPartLines; ++line) {
    const auto row = digits.span().subspan(line * (kLineBytes + 1), kLineBytes);
    if (digits.data()[line * (kLineBytes + 1) + kLineBytes] != LineCheck(line, row))
      return BadPart("there is a slip in this line of the part; compare it with the sheet", number)
          .Number("line", static_cast<int64_t>(line) + 1);
    std::copy(row.begin(), row.end(), bytes.data() + line * kLineBytes);
  }
  const Digest check = Sha256(AsText(bytes.span().subspan(0, kPartBytes - kCheckBytes)));
  if (!std::equal(check.begin(), check.begin() + kCheckBytes, bytes.data() + kPartBytes - kCheckBytes))
    return BadPart("the lines of this part do not belong together; compare their order with the sheet", number);
  CanonicalReader reader(AsText(bytes.span()));
  KeyPart part;
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  ASSIGN_OR_RETURN(part.deal, reader.U64());
  ASSIGN_OR_RETURN(part.needed, reader.U8());
  ASSIGN_OR_RETURN(part.of, reader.U8());
  ASSIGN_OR_RETURN(part.place, reader.U8());
  part.words = SecretBytes::Copy(bytes.span().subspan(kHeadBytes, kWords * kFieldWordBytes));
  RETURN_IF_ERROR(CheckNumbers(part, format, number));
  return part;
}

Digest KeyPartDigest(const KeyPart& part) { return Sha256({kPartLabel, AsText(Encode(part).span())}); }

}  // namespace aangan::privacy

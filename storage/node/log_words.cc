// SPDX-License-Identifier: Apache-2.0
// Words that wait for the log to grow: see log_words.h.
#include "storage/node/log_words.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage::node {
namespace {

constexpr char kPrefix[] = "log_word/";
constexpr size_t kNameBytesMax = 100;
constexpr size_t kEvidenceBytesMax = 16u << 20;

std::string KeyOf(absl::string_view subject, absl::string_view author) {
  return absl::StrCat(kPrefix, subject, "/", author);
}

absl::StatusOr<LogWord> Parse(absl::string_view bytes) {
  LogWord word;
  CanonicalReader reader(bytes);
  ASSIGN_OR_RETURN(const absl::string_view subject, reader.Bytes(kNameBytesMax));
  ASSIGN_OR_RETURN(const absl::string_view author, reader.Bytes(kNameBytesMax));
  ASSIGN_OR_RETURN(word.size, reader.U64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(word.head)));
  ASSIGN_OR_RETURN(word.contacts, reader.U32());
  ASSIGN_OR_RETURN(const absl::string_view evidence, reader.Bytes(kEvidenceBytesMax));
  RETURN_IF_ERROR(reader.End());
  word.subject = std::string(subject);
  word.author = std::string(author);
  word.evidence = std::string(evidence);
  return word;
}

}  // namespace

absl::StatusOr<std::vector<LogWord>> ListLogWords(const Reader& reader) {
  std::vector<LogWord> words;
  bool whole = true;
  RETURN_IF_ERROR(reader.Scan(Family::kMeta, KeyRange::Prefix(kPrefix), Order::kForward,
                              [&](absl::string_view, absl::string_view value) {
                                absl::StatusOr<LogWord> word = Parse(value);
                                whole = word.ok();
                                if (whole) words.push_back(*std::move(word));
                                return whole;
                              }));
  if (!whole) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "a word about the federation's log does not read; check the disk");
  }
  return words;
}

void PutLogWord(const LogWord& word, Batch& batch) {
  CanonicalWriter writer;
  writer.Bytes(word.subject).Bytes(word.author).U64(word.size).Fixed(word.head).U32(word.contacts);
  batch.Put(Family::kMeta, KeyOf(word.subject, word.author), writer.Bytes(word.evidence).bytes());
}

void DeleteLogWord(absl::string_view subject, absl::string_view author, Batch& batch) {
  batch.Delete(Family::kMeta, KeyOf(subject, author));
}

}  // namespace aangan::storage::node

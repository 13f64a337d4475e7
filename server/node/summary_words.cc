// SPDX-License-Identifier: Apache-2.0
// Words of the summary.
#include "server/node/summary_words.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/problem.h"

namespace aangan::node {

std::map<std::string, std::string> ParseWords(absl::string_view text) {
  std::map<std::string, std::string> words;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    words.emplace(absl::StripAsciiWhitespace(parts.first), absl::StripAsciiWhitespace(parts.second));
  }
  return words;
}

absl::StatusOr<SummaryWords> SummaryWords::For(absl::string_view language) {
  if (language.empty()) language = "en";
  for (const auto& [known, text] : SummaryTexts()) {
    if (language == known) return SummaryWords(ParseWords(text));
  }
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kUnknownCode,
                 "The summary has no words in this language yet.")
      .Field("language", "must be a language of deploy/messages, or empty for English");
}

std::string SummaryWords::Say(absl::string_view key, const std::vector<std::string>& values) const {
  const auto found = words_.find(std::string(key));
  AANGAN_CHECK(found != words_.end());
  // One pass: a value may itself hold what looks like a place.
  std::string said;
  absl::string_view rest = found->second;
  while (!rest.empty()) {
    if (rest.size() >= 3 && rest[0] == '{' && rest[2] == '}' && rest[1] >= '0' &&
        rest[1] < '0' + static_cast<int>(values.size())) {
      said += values[static_cast<size_t>(rest[1] - '0')];
      rest.remove_prefix(3);
    } else {
      said += rest[0];
      rest.remove_prefix(1);
    }
  }
  return said;
}

}  // namespace aangan::node

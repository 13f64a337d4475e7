// SPDX-License-Identifier: Apache-2.0
// The plain words of a member's summary, language by language, from deploy/messages; part of the program.
// Threads: thread-safe. Errors: INVALID_ARGUMENT (UNKNOWN_CODE) for a language without words.
#ifndef AANGAN_SERVER_NODE_SUMMARY_WORDS_H_
#define AANGAN_SERVER_NODE_SUMMARY_WORDS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace aangan::node {

// Language and file, as the build put them in.
const std::vector<std::pair<const char*, const char*>>& SummaryTexts();

// "key = text" lines, # for comments.
std::map<std::string, std::string> ParseWords(absl::string_view text);

class SummaryWords {
 public:
  // Of one language; "en" for an empty one.
  static absl::StatusOr<SummaryWords> For(absl::string_view language);
  // The text of a key, which every language has, with {0}, {1} ... replaced.
  std::string Say(absl::string_view key, const std::vector<std::string>& values = {}) const;

 private:
  explicit SummaryWords(std::map<std::string, std::string> words) : words_(std::move(words)) {}
  std::map<std::string, std::string> words_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_SUMMARY_WORDS_H_

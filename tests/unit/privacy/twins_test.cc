// SPDX-License-Identifier: Apache-2.0
// Which pairs of signed objects one node can not have made, in whatever order they are looked at.
#include "privacy/twins.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aangan::privacy {
namespace {

namespace fed = ::aangan::federation::v1;

struct Made {
  fed::LogEntryKind kind = fed::LOG_ENTRY_KIND_CONTRIBUTION;
  std::string period = "2026Q3";
  uint8_t incarnation = 1;
  uint64_t counter = 5;
  uint64_t log_size = 40;
  std::string bytes = "one";
};

fed::SeenObject Seen(const Made& made) {
  if (made.kind == fed::LOG_ENTRY_KIND_ANSWER) {
    AnswerHeader header;
    header.incarnation.fill(made.incarnation);
    header.counter = made.counter;
    header.log.size = made.log_size;
    return SeenAnswer(header, made.period, Sha256(made.bytes));
  }
  ContributionHeader header;
  header.incarnation.fill(made.incarnation);
  header.counter = made.counter;
  header.log.size = made.log_size;
  return SeenContribution(header, made.period, Sha256(made.bytes));
}

TEST(Twins, EachRuleThatOneNodeKeepsAndEachThatOnlyTwoBreak) {
  const fed::LogEntryKind answer = fed::LOG_ENTRY_KIND_ANSWER;
  const Made first;
  struct Row {
    const char* what;
    Made second;
    fed::TwinKind kind;
  };
  const std::vector<Row> rows = {
      {"the same bytes again", {}, fed::TWIN_KIND_UNSPECIFIED},
      {"other bytes with its counter", {.period = "2026Q4", .bytes = "two"}, fed::TWIN_KIND_SAME_COUNTER},
      {"an answer with its counter", {.kind = answer, .bytes = "two"}, fed::TWIN_KIND_SAME_COUNTER},
      {"that counter of another life", {.kind = answer, .incarnation = 2, .bytes = "two"}, fed::TWIN_KIND_UNSPECIFIED},
      {"a second one of the period", {.counter = 6, .bytes = "two"}, fed::TWIN_KIND_SAME_PERIOD},
      {"and of another life", {.incarnation = 2, .counter = 9, .bytes = "two"}, fed::TWIN_KIND_SAME_PERIOD},
      {"the next one", {.kind = answer, .counter = 6, .bytes = "two"}, fed::TWIN_KIND_UNSPECIFIED},
      {"the next one, when the log had grown",
       {.kind = answer, .counter = 6, .log_size = 41, .bytes = "two"},
       fed::TWIN_KIND_UNSPECIFIED},
      {"one that was made before and sent after",
       {.kind = answer, .counter = 4, .log_size = 39, .bytes = "two"},
       fed::TWIN_KIND_UNSPECIFIED},
      {"one before that has seen more",
       {.kind = answer, .counter = 4, .log_size = 41, .bytes = "two"},
       fed::TWIN_KIND_COUNTER_FELL},
      {"one behind that has seen less",
       {.kind = answer, .counter = 6, .log_size = 39, .bytes = "two"},
       fed::TWIN_KIND_COUNTER_FELL},
      {"a restored node's log is short at first",
       {.kind = answer, .incarnation = 2, .counter = 6, .log_size = 3, .bytes = "two"},
       fed::TWIN_KIND_UNSPECIFIED},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(TwinKindOf(Seen(first), Seen(row.second)), row.kind) << row.what;
    EXPECT_EQ(TwinKindOf(Seen(row.second), Seen(first)), row.kind) << row.what;
  }
}

}  // namespace
}  // namespace aangan::privacy

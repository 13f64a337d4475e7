// SPDX-License-Identifier: Apache-2.0
// Words about the log come back as they were put, one a subject and author, and what does not read is said.
#include "storage/node/log_words.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage::node {
namespace {

LogWord Word(const std::string& author, uint64_t size) {
  return {"2026Q3", author, size, Sha256(author), 1, "signed by " + author};
}

TEST(LogWords, ComeBackAsTheyWerePutAndGo) {
  Batch batch(nullptr);
  PutLogWord(Word("kerala_1", 5), batch);
  PutLogWord(Word("bihar_1", 6), batch);
  PutLogWord(Word("kerala_1", 7), batch);
  const auto words = *ListLogWords(batch);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[1].subject, "2026Q3");
  EXPECT_EQ(words[1].author, "kerala_1");
  EXPECT_EQ(words[1].size, 7u);
  EXPECT_EQ(words[1].head, Sha256("kerala_1"));
  EXPECT_EQ(words[1].contacts, 1u);
  EXPECT_EQ(words[1].evidence, "signed by kerala_1");
  DeleteLogWord("2026Q3", "bihar_1", batch);
  EXPECT_EQ(ListLogWords(batch)->size(), 1u);
}

TEST(LogWords, WhatDoesNotReadIsDamage) {
  Batch batch(nullptr);
  batch.Put(Family::kMeta, "log_word/2026Q3/kerala_1", "abc");
  EXPECT_THAT(ListLogWords(batch).status(), tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

}  // namespace
}  // namespace aangan::storage::node

// SPDX-License-Identifier: Apache-2.0
// The note of a restore comes back as it was put, and what does not read is said.
#include "storage/node/restore_note.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace aangan::storage::node {
namespace {

TEST(RestoreNote, ComesBackAsItWasPut) {
  Batch batch(nullptr);
  EXPECT_EQ(ReadRestoreNote(batch)->time_us, 0);
  EXPECT_FALSE(ReadRestoreNote(batch)->confirmed);
  PutRestoreNote({500, false}, batch);
  EXPECT_EQ(ReadRestoreNote(batch)->time_us, 500);
  EXPECT_FALSE(ReadRestoreNote(batch)->confirmed);
  PutRestoreNote({700, true}, batch);
  EXPECT_EQ(ReadRestoreNote(batch)->time_us, 700);
  EXPECT_TRUE(ReadRestoreNote(batch)->confirmed);
  // The word was about the restore before.
  PutRestoreNote({900, false}, batch);
  EXPECT_FALSE(ReadRestoreNote(batch)->confirmed);
}

TEST(RestoreNote, IncarnationAndPlaceComeBackAsTheyWerePut) {
  Batch batch(nullptr);
  EXPECT_FALSE(ReadIncarnation(batch)->has_value());
  EXPECT_FALSE(*ReadHomeNoted(batch));
  Incarnation incarnation{};
  incarnation.fill(7);
  PutIncarnation(incarnation, batch);
  PutHomeNoted(batch);
  EXPECT_EQ(ReadIncarnation(batch)->value(), incarnation);
  EXPECT_TRUE(*ReadHomeNoted(batch));
}

TEST(RestoreNote, WhatDoesNotReadIsDamage) {
  const auto damaged = tests::HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  Batch alone(nullptr);
  alone.Put(Family::kMeta, "restore_confirmed", "1");
  EXPECT_THAT(ReadRestoreNote(alone).status(), damaged);
  Batch torn(nullptr);
  torn.Put(Family::kMeta, "restore_time", "abc");
  EXPECT_THAT(ReadRestoreNote(torn).status(), damaged);
  Batch shortened(nullptr);
  shortened.Put(Family::kMeta, "incarnation", "abc");
  EXPECT_THAT(ReadIncarnation(shortened).status(), damaged);
}

}  // namespace
}  // namespace aangan::storage::node

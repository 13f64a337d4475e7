// SPDX-License-Identifier: Apache-2.0
// What a node finds in the log about twins, its own and others'.
#include "server/node/twin_watch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/period.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/three_collectives.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::Alarm;
using storage::node::AlarmKind;
using tests::IsOk;

constexpr model::Period kQuarter{2026, 3};
constexpr char kOwn[] = "assam_1";
constexpr char kOther[] = "bihar_1";

class TwinWatch : public ::testing::Test {
 protected:
  TwinWatch() {
    node_.AcceptCatalogue(RehearsalCatalogue());
    node_.AddMember({2026, 8, 1});
    node_.Announce(kQuarter);
  }
  Digest Contribute() {
    EXPECT_THAT(node_.close().Close(kQuarter, "tokens/test"), IsOk());
    const auto seen = node_.close().Look(kQuarter);
    EXPECT_THAT(seen, IsOk());
    const auto entry = node_.close().Approve(kQuarter, AsText(seen->entry.proposal_digest), "tokens/test");
    EXPECT_THAT(entry, IsOk());
    return entry->contribution_name;
  }
  void Log(fed::LogEntryKind kind, const model::Period& period, const std::string& author, const Digest& digest) {
    fed::LogEntry& entry = log_.emplace_back();
    entry.set_number(static_cast<int64_t>(log_.size()));
    entry.set_kind(kind);
    entry.set_subject(model::PeriodText(period));
    entry.set_author(author);
    entry.set_digest(std::string(AsText(digest)));
  }
  // Twice, as at two contacts: it is said once.
  std::vector<Alarm> Looked() {
    EXPECT_THAT(LookForTwins(log_, kOwn, node_.once()), IsOk());
    EXPECT_THAT(LookForTwins(log_, kOwn, node_.once()), IsOk());
    return *node_.once().Alarms();
  }
  ThreeCollectives node_;
  std::vector<fed::LogEntry> log_;
};

TEST_F(TwinWatch, WhatThisNodeMadeAndWhatOthersMadeIsNone) {
  const Digest own = Contribute();
  const std::string answer = "an answer";
  ASSERT_THAT(node_.once().Lock({kQuarter, {}, {}, answer, false}), IsOk());
  Log(fed::LOG_ENTRY_KIND_CONTRIBUTION, kQuarter, kOwn, own);
  Log(fed::LOG_ENTRY_KIND_ANSWER, kQuarter, kOwn, Sha256(answer));
  Log(fed::LOG_ENTRY_KIND_CONTRIBUTION, kQuarter, kOther, Sha256("theirs"));
  Log(fed::LOG_ENTRY_KIND_KEY_BATCH, kQuarter, kOwn, Sha256("keys"));
  EXPECT_TRUE(Looked().empty());
}

TEST_F(TwinWatch, OtherBytesInItsNameAreATwinsWhetherItMadeAnyOrNone) {
  Contribute();
  Log(fed::LOG_ENTRY_KIND_CONTRIBUTION, kQuarter, kOwn, Sha256("a twin's"));
  std::vector<Alarm> alarms = Looked();
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].kind, AlarmKind::kOwnTwin);
  EXPECT_EQ(alarms[0].subject, "2026Q3");
  EXPECT_EQ(alarms[0].evidence, log_[0].SerializeAsString());
  Log(fed::LOG_ENTRY_KIND_ANSWER, kQuarter.Next(), kOwn, Sha256("a twin's"));
  alarms = Looked();
  ASSERT_EQ(alarms.size(), 2u);
  EXPECT_EQ(alarms[1].subject, "2026Q4");
}

TEST_F(TwinWatch, OfWhatARestoreMadeItForgetNothingIsSaid) {
  ASSERT_THAT(node_.once().StartAfterRestore(absl::ToUnixMicros(node_.clock().Now()), {}), IsOk());
  Log(fed::LOG_ENTRY_KIND_CONTRIBUTION, kQuarter, kOwn, Sha256("from before"));
  Log(fed::LOG_ENTRY_KIND_ANSWER, kQuarter, kOwn, Sha256("from before"));
  EXPECT_TRUE(Looked().empty());
  // What comes after it is another's.
  const model::Period after = model::QuarterOf(model::DayInIndia(node_.clock().Now())).Next();
  Log(fed::LOG_ENTRY_KIND_CONTRIBUTION, after, kOwn, Sha256("a twin's"));
  EXPECT_EQ(Looked().size(), 1u);
}

TEST_F(TwinWatch, TheFederationsWordIsShownWithWhoseNodeItIs) {
  Log(fed::LOG_ENTRY_KIND_TWIN, kQuarter, kOther, Sha256("two objects"));
  Log(fed::LOG_ENTRY_KIND_TWIN, kQuarter.Next(), kOther, Sha256("two more"));
  std::vector<Alarm> alarms = Looked();
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].kind, AlarmKind::kTwin);
  EXPECT_EQ(alarms[0].subject, kOther);
  // Of this node also for a period before a restore: the federation saw both.
  ASSERT_THAT(node_.once().StartAfterRestore(absl::ToUnixMicros(node_.clock().Now()), {}), IsOk());
  Log(fed::LOG_ENTRY_KIND_TWIN, kQuarter, kOwn, Sha256("two objects"));
  alarms = Looked();
  ASSERT_EQ(alarms.size(), 2u);
  EXPECT_TRUE(
      std::any_of(alarms.begin(), alarms.end(), [](const Alarm& each) { return each.kind == AlarmKind::kOwnTwin; }));
}

}  // namespace
}  // namespace aangan::node

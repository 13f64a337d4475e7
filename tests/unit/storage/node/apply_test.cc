// SPDX-License-Identifier: Apache-2.0
// Writes as callers see them: versions, request ids, erased ids, imports; one caller's mistake is nobody else's.
#include "storage/node/apply.h"

#include <atomic>
#include <future>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/storage/node/node_store_test_support.h"

namespace aangan::storage::node {
namespace {

using model::RecordKind;

TEST(Apply, ARecordComesBackAsItWasWrittenAlsoAfterReopening) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  test.Close();
  test.Open();
  auto found = test.store->Get({RecordKind::kMember, member, member});
  ASSERT_TRUE(found.ok());
  const auto& record = std::get<store::v1::MemberRecord>(found->record);
  EXPECT_EQ(record.full_name(), kCanary);
  EXPECT_EQ(record.version(), 1u);
  EXPECT_EQ(record.create_time_us(), absl::ToUnixMicros(test.clock.now));
}

TEST(Apply, AStaleVersionIsAbortedAndChangesNothing) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  const model::RecordName name{RecordKind::kMember, member, member};
  auto record = StoreUnderTest::Member();
  record.set_birth_year(1980);
  ASSERT_TRUE(test.Write(WriteKind::kUpdate, name, 1, record).ok());
  record.set_birth_year(1970);
  EXPECT_THAT(test.Write(WriteKind::kUpdate, name, 1, record),
              tests::HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
  EXPECT_THAT(test.Write(WriteKind::kDelete, name, 1, {}),
              tests::HasProblem(absl::StatusCode::kAborted, Reason::kStaleEtag));
  EXPECT_EQ(std::get<store::v1::MemberRecord>(test.store->Get(name)->record).birth_year(), 1980);
}

TEST(Apply, OneStaleWriteAmongManyFailsAlone) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  std::atomic<int> fine{0};
  std::atomic<int> stale{0};
  std::vector<std::promise<void>> ended(200);
  for (int i = 0; i < 200; ++i) {
    RecordsChange change;
    change.actor = "tokens/test";
    if (i % 2 == 0) {
      change.writes.push_back({WriteKind::kCreate,
                               {RecordKind::kService, member, test.NewId()},
                               0,
                               StoreUnderTest::Service(DayOf(2026, 8, 1))});
    } else {
      change.writes.push_back(
          {WriteKind::kUpdate, {RecordKind::kMember, member, member}, 77, StoreUnderTest::Member()});
    }
    test.store->Submit(std::move(change), [&, i](absl::StatusOr<Committed> committed) {
      (committed.ok() ? fine : stale)++;
      ended[static_cast<size_t>(i)].set_value();
    });
  }
  for (auto& each : ended) each.get_future().wait();
  EXPECT_EQ(fine, 100);
  EXPECT_EQ(stale, 100);
  EXPECT_TRUE(test.store->Verify().ok());
}

TEST(Apply, ARepeatedRequestGetsTheFirstAnswerAndOtherContentIsRefused) {
  StoreUnderTest test;
  const model::Id member = test.NewId();
  RecordsChange change;
  change.actor = "tokens/test";
  change.writes.push_back({WriteKind::kCreate, {RecordKind::kMember, member, member}, 0, StoreUnderTest::Member()});
  change.request = RequestKey{"t", "CreateMember", "0190b2c4-0000-4000-8000-000000000001", Sha256("content")};
  auto first = test.store->SubmitAndWait(change);
  ASSERT_TRUE(first.ok());
  test.Close();
  test.Open();
  auto again = test.store->SubmitAndWait(change);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->sequence, first->sequence);
  EXPECT_EQ(again->names, first->names);
  change.request->content = Sha256("other");
  EXPECT_THAT(test.store->SubmitAndWait(change),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kRequestIdReused));
}

TEST(Apply, AnErasedMemberIsGoneAndHerIdStaysRefused) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  const model::RecordName service = test.AddService(member, DayOf(2026, 8, 1));
  const model::RecordName name{RecordKind::kMember, member, member};
  ASSERT_TRUE(test.Write(WriteKind::kDelete, name, 1, {}).ok());
  EXPECT_THAT(test.store->Get(name), tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(test.store->Get(service), tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(test.Write(WriteKind::kCreate, name, 0, StoreUnderTest::Member()),
              tests::HasProblem(absl::StatusCode::kAlreadyExists, Reason::kErasedId));
  EXPECT_THAT(test.Write(WriteKind::kCreate, service, 0, StoreUnderTest::Service(DayOf(2026, 8, 1))),
              tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_TRUE(test.store->Verify().ok());
}

TEST(Apply, ARepeatAfterTheErasureGetsTheFirstAnswerToo) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  RecordsChange service;
  service.actor = "tokens/test";
  service.request = RequestKey{"t", "CreateService", "0190b2c4-0000-4000-8000-000000000001", Sha256("service")};
  service.writes.push_back({WriteKind::kCreate,
                            {RecordKind::kService, member, test.NewId()},
                            0,
                            StoreUnderTest::Service(DayOf(2026, 8, 1))});
  ASSERT_TRUE(test.store->SubmitAndWait(service).ok());
  RecordsChange erase;
  erase.actor = "tokens/test";
  erase.action = Action::kDeleted;
  erase.request = RequestKey{"t", "DeleteMember", "0190b2c4-0000-4000-8000-000000000002", Sha256("erase")};
  erase.writes.push_back({WriteKind::kDelete, {RecordKind::kMember, member, member}, 1, {}});
  const auto first = test.store->SubmitAndWait(erase);
  ASSERT_TRUE(first.ok());
  const auto again = test.store->SubmitAndWait(erase);
  ASSERT_THAT(again.status(), tests::IsOk());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->sequence, first->sequence);
  EXPECT_THAT(test.store->SubmitAndWait(service).status(), tests::IsOk());
  // Without a request id it is another erasure, of nobody.
  erase.request.reset();
  EXPECT_THAT(test.store->SubmitAndWait(erase), tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST(Apply, ALaterDecisionOfTheSameDayHoldsAlsoWhenTheClockWentBack) {
  StoreUnderTest test;
  const model::Id member = test.AddMember(true);
  test.Close();
  test.clock.now -= absl::Hours(5);
  test.Open();
  ASSERT_TRUE(test.Write(WriteKind::kCreate, {RecordKind::kConsent, member, test.NewId()}, 0,
                         StoreUnderTest::Consent(false, DayOf(2026, 1, 1)))
                  .ok());
  const auto closed = test.store->Close(test.catalogue->digest, {2026, 3});
  ASSERT_THAT(closed.status(), tests::IsOk());
  for (int64_t count : closed->counts) EXPECT_EQ(count, 0);
}

TEST(Apply, AnImportedRowIsTakenOnceWhateverOftenItComes) {
  StoreUnderTest test;
  const Digest row = Sha256("row");
  const model::Id member = test.store->ImportId("mapping", row, 0, "member");
  EXPECT_EQ(member, test.store->ImportId("mapping", row, 0, "member"));
  EXPECT_NE(member, test.store->ImportId("mapping", row, 1, "member"));
  RecordsChange change;
  change.actor = "tokens/test";
  change.action = Action::kImported;
  change.skip_if_present = true;
  change.writes.push_back({WriteKind::kCreate, {RecordKind::kMember, member, member}, 0, StoreUnderTest::Member()});
  EXPECT_FALSE(test.store->SubmitAndWait(change)->repeated);
  const uint64_t sequence = test.store->durable_sequence();
  EXPECT_TRUE(test.store->SubmitAndWait(change)->repeated);
  EXPECT_EQ(test.store->durable_sequence(), sequence);
  change.skip_if_present = false;
  EXPECT_THAT(test.store->SubmitAndWait(change),
              tests::HasProblem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists));
}

TEST(Apply, MembersAreListedInPages) {
  StoreUnderTest test;
  for (int i = 0; i < 5; ++i) test.AddMember(false);
  auto page = test.store->List(RecordKind::kMember, {}, std::nullopt, 3);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->size(), 3u);
  auto rest = test.store->List(RecordKind::kMember, {}, page->back().name.id, 3);
  EXPECT_EQ(rest->size(), 2u);
  EXPECT_LT(page->back().name.id, rest->front().name.id);
}

TEST(Apply, SettingsComeWithTheirNote) {
  StoreUnderTest test;
  NoteChange note;
  note.actor = "tokens/test";
  note.resource = "rosters/india";
  note.settings_key = "roster/1";
  note.settings_value = "bytes";
  ASSERT_TRUE(test.store->SubmitAndWait(note).ok());
  EXPECT_EQ(*test.store->GetSetting("roster/1"), "bytes");
  EXPECT_EQ(test.store->ListSettings("roster/", "", 10)->size(), 1u);
  EXPECT_EQ(test.store->ListAudit(std::nullopt, 0, 1)->front().resource, "rosters/india");
  note.settings_value.clear();
  ASSERT_TRUE(test.store->SubmitAndWait(note).ok());
  EXPECT_THAT(test.store->GetSetting("roster/1"), tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

}  // namespace
}  // namespace aangan::storage::node

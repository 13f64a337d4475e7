// SPDX-License-Identifier: Apache-2.0
// The books of who may call, over a store that is closed and opened again: what was given is still there, what was
// ended is not, and what has long been over is swept, but for a glass that no steward has looked at.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "base/random.h"
#include "server/node/access_keeper.h"
#include "server/node/grant_book.h"
#include "server/node/permit_book.h"
#include "server/node/request_rules.h"
#include "server/node/token_book.h"
#include "storage/engine/disk_reserve.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

using server::Role;
using storage::node::NodeStore;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kMember[] = "members/aaaaaaaaaaaaaaaaaaaaaaaaaa";

class AccessBooks : public ::testing::Test {
 protected:
  AccessBooks() { Open(); }

  void Open(uint64_t disk_reserve_bytes = 1 << 20, size_t queue_changes_max = 4096) {
    storage::node::StoreOptions options;
    options.folder = folder_ / "data";
    options.key_lock = &tests::TestKeyLock();
    options.clock = &clock_;
    options.random = &random_;
    options.disk_reserve_bytes = disk_reserve_bytes;
    options.queue_changes_max = queue_changes_max;
    store_ = *NodeStore::Open(options);
    tokens_ = *TokenBook::Open(folder_.path(), store_.get(), &clock_, &random_);
    grants_ = *GrantBook::Open(store_.get(), &clock_, &random_);
    permits_ = *PermitBook::Open(store_.get(), tokens_.get(), &clock_, &random_);
  }
  void Reopen(uint64_t disk_reserve_bytes = 1 << 20, size_t queue_changes_max = 4096) {
    permits_ = nullptr;
    grants_ = nullptr;
    tokens_ = nullptr;
    store_ = nullptr;
    Open(disk_reserve_bytes, queue_changes_max);
  }
  absl::Status Tend() { return AccessKeeper(tokens_.get(), grants_.get(), permits_.get()).TendNow(); }
  server::NewToken Make(Role role, absl::Duration life) {
    return *tokens_->Make({role, "test", "", life}, "tokens/steward");
  }
  bool Opens(const std::string& token) { return tokens_->Identify({}, token).ok(); }
  std::string Give(const std::string& token, const std::string& member) {
    return GrantName(*grants_->Give({token, "health", clock_.Now() + absl::Hours(4), member, 1}, "tokens/steward"));
  }
  bool HasToken(const server::NewToken& token) const {
    for (const server::TokenRecord& record : tokens_->List("", kTokensMax)) {
      if (record.id == token.record.id) return true;
    }
    return false;
  }
  bool HasGrant(const std::string& name) const {
    for (const GrantRecord& grant : grants_->List("", "", kGrantsMax)) {
      if (GrantName(grant) == name) return true;
    }
    return false;
  }
  // Of a permit that the token said yes to; nobody signed in asked for it.
  std::string Approved(const server::NewToken& by) {
    const auto permit = permits_->Ask(need_, ActorOf(call_));
    EXPECT_THAT(permit, tests::IsOk());
    const std::string name = "permits/" + permit->id;
    EXPECT_THAT(permits_->Approve(name, "tokens/" + by.record.id), tests::IsOk());
    return name;
  }
  v1::PermitState StateOf(const std::string& name) const {
    for (const PermitRecord& permit : permits_->List("", "", kPermitsMax)) {
      if ("permits/" + permit.id == name) return permits_->StateOf(permit);
    }
    return v1::PERMIT_STATE_UNSPECIFIED;
  }

  const PermitNeed need_{v1::PERMIT_KIND_EXPORT, kMember, {}};
  const server::Call call_;
  const tests::TempDir folder_;
  tests::FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  SystemRandom random_;
  std::unique_ptr<NodeStore> store_;
  std::unique_ptr<TokenBook> tokens_;
  std::unique_ptr<GrantBook> grants_;
  std::unique_ptr<PermitBook> permits_;
};

TEST_F(AccessBooks, TokensAreWhatTheyWereAfterARestart) {
  const server::NewToken ended = Make(Role::kCaseworker, 100 * kDay);
  const server::NewToken rotated = Make(Role::kCaseworker, 100 * kDay);
  const server::NewToken auditor = Make(Role::kAuditor, 100 * kDay);
  const auto again = tokens_->Rotate(rotated.record.id, absl::Hours(1), "tokens/steward");
  ASSERT_THAT(again, tests::IsOk());
  ASSERT_THAT(tokens_->End(ended.record.id, "tokens/steward"), tests::IsOk());
  ASSERT_THAT(tokens_->End(auditor.record.id, "tokens/steward"), tests::IsOk());
  ASSERT_TRUE(Opens(again->text));
  ASSERT_THAT(Tend(), tests::IsOk());
  Reopen();
  EXPECT_FALSE(Opens(ended.text));
  EXPECT_FALSE(Opens(auditor.text));
  EXPECT_TRUE(Opens(again->text));
  EXPECT_TRUE(Opens(rotated.text)) << "the grace";
  clock_.Advance(absl::Hours(2));
  EXPECT_FALSE(Opens(rotated.text));
  EXPECT_GT(tokens_->Find(rotated.record.id)->last_used_day, 0) << "the day of use was written";
  EXPECT_THAT(tokens_->End(auditor.record.id, "tokens/steward"),
              tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(AccessBooks, ADayOfUseIsWrittenOnceHoweverManyCalls) {
  const server::NewToken token = Make(Role::kCaseworker, 100 * kDay);
  const auto entries = [&] { return store_->ListAudit(std::nullopt, 0, 1000)->size(); };
  const size_t before = entries();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Opens(token.text));
  ASSERT_THAT(Tend(), tests::IsOk());
  ASSERT_TRUE(Opens(token.text));
  ASSERT_THAT(Tend(), tests::IsOk());
  EXPECT_EQ(entries(), before + 1);
}

TEST_F(AccessBooks, WhatHasLongBeenOverIsSweptAndNothingElse) {
  const server::NewToken over = Make(Role::kCaseworker, kDay);
  const server::NewToken lives = Make(Role::kCaseworker, 300 * kDay);
  const std::string of_over = Give(over.record.id, "");
  const std::string of_lives = Give(lives.record.id, "");
  const std::string unseen = Give(over.record.id, kMember);
  const std::string seen = Give(lives.record.id, kMember);
  ASSERT_THAT(grants_->Acknowledge(seen, "tokens/steward"), tests::IsOk());
  ASSERT_THAT(permits_->Ask({v1::PERMIT_KIND_EXPORT, kMember, {}}, "tokens/a"), tests::IsOk());
  clock_.Advance(29 * kDay);
  ASSERT_THAT(Tend(), tests::IsOk());
  EXPECT_THAT(tokens_->Find(over.record.id), tests::IsOk()) << "still to be seen in the list";
  EXPECT_TRUE(HasGrant(of_lives));
  EXPECT_EQ(permits_->List("", "", 10).size(), 1u);
  clock_.Advance(3 * kDay);
  ASSERT_THAT(Tend(), tests::IsOk());
  Reopen();
  EXPECT_FALSE(tokens_->Find(over.record.id).ok());
  EXPECT_TRUE(Opens(lives.text));
  for (const std::string& gone : {of_over, of_lives, seen}) EXPECT_FALSE(HasGrant(gone)) << gone;
  EXPECT_TRUE(HasGrant(unseen));
  EXPECT_TRUE(grants_->HasUnacknowledged());
  EXPECT_TRUE(permits_->List("", "", 10).empty());
}

TEST_F(AccessBooks, PermitsAndGrantsAreWhatTheyWereAfterARestart) {
  const server::NewToken token = Make(Role::kCaseworker, 100 * kDay);
  const std::string grant = Give(token.record.id, "");
  const auto permit = permits_->Ask({v1::PERMIT_KIND_UNSEAL, kMember, {}}, "tokens/a");
  ASSERT_THAT(permit, tests::IsOk());
  const std::string auditor = "tokens/" + Make(Role::kAuditor, 100 * kDay).record.id;
  ASSERT_THAT(permits_->Approve("permits/" + permit->id, auditor), tests::IsOk());
  Reopen();
  EXPECT_TRUE(grants_->IsOpen(token.record.id, "health", kMember));
  const std::vector<PermitRecord> listed = permits_->List("tokens/a", "", 10);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(permits_->StateOf(listed[0]), v1::PERMIT_STATE_APPROVED);
  EXPECT_EQ(listed[0].approved_by, auditor);
  ASSERT_THAT(grants_->Take(grant, "tokens/steward"), tests::IsOk());
  Reopen();
  EXPECT_FALSE(grants_->IsOpen(token.record.id, "health", kMember));
}

// Else they would be back after the next start, and nobody would know. They open nothing meanwhile.
TEST_F(AccessBooks, WhatCouldNotBeTakenAwayOpensNothingAndIsStillThereToBeTakenAway) {
  const server::NewToken caseworker = Make(Role::kCaseworker, 100 * kDay);
  const server::NewToken auditor = Make(Role::kAuditor, 100 * kDay);
  const std::string grant = Give(caseworker.record.id, "");
  const auto refused = tests::HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve);
  Reopen(uint64_t{1} << 60);
  ASSERT_TRUE(Opens(caseworker.text) && Opens(auditor.text));
  ASSERT_TRUE(grants_->IsOpen(caseworker.record.id, "health", kMember));
  const auto look = [&] {
    EXPECT_FALSE(Opens(caseworker.text) || Opens(auditor.text));
    EXPECT_FALSE(tokens_->Find(caseworker.record.id).ok() || tokens_->Find(auditor.record.id).ok());
    EXPECT_FALSE(grants_->IsOpen(caseworker.record.id, "health", kMember));
    EXPECT_FALSE(grants_->HasOpen(caseworker.record.id));
    EXPECT_TRUE(HasToken(caseworker) && HasToken(auditor) && HasGrant(grant));
    EXPECT_TRUE(tokens_->SecondPersonExists("none"));
  };
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(tokens_->End(caseworker.record.id, "tokens/steward"), refused);
    EXPECT_THAT(tokens_->End(auditor.record.id, "tokens/steward"), refused);
    EXPECT_THAT(grants_->Take(grant, "tokens/steward"), refused);
    look();
    EXPECT_THAT(tokens_->Rotate(caseworker.record.id, absl::Hours(1), "tokens/steward"),
                tests::HasProblem(absl::StatusCode::kNotFound, Reason::kNotFound));
    // It is tried again without anybody.
    EXPECT_THAT(tokens_->Tend(), refused);
    EXPECT_THAT(grants_->Tend([](const std::string&) { return true; }), refused);
    clock_.Advance(8 * kDay);
    look();
  }
  Reopen();
  ASSERT_THAT(grants_->Take(grant, "tokens/steward"), tests::IsOk());
  ASSERT_THAT(tokens_->End(caseworker.record.id, "tokens/steward"), tests::IsOk());
  ASSERT_THAT(tokens_->End(auditor.record.id, "tokens/steward"), tests::IsOk());
  Reopen();
  EXPECT_FALSE(HasGrant(grant));
  EXPECT_FALSE(HasToken(caseworker) || HasToken(auditor));
  EXPECT_FALSE(Opens(caseworker.text) || Opens(auditor.text));
}

// Whoever fills the disk is sent away nevertheless.
TEST_F(AccessBooks, AccessIsTakenAwayWhenNothingElseIsWritten) {
  const server::NewToken token = Make(Role::kCaseworker, 100 * kDay);
  const std::string grant = Give(token.record.id, "");
  const auto disk = storage::MeasureDisk(folder_.path());
  ASSERT_THAT(disk, tests::IsOk());
  Reopen(disk->free_bytes / 3 * 4);
  ASSERT_THAT(tokens_->Make({Role::kCaseworker, "test", "", kDay}, "tokens/steward"),
              tests::HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve));
  EXPECT_THAT(grants_->Take(grant, "tokens/steward"), tests::IsOk());
  EXPECT_THAT(tokens_->End(token.record.id, "tokens/steward"), tests::IsOk());
  Reopen();
  EXPECT_FALSE(HasGrant(grant));
  EXPECT_FALSE(Opens(token.text));
}

// A thief who writes without end does not keep what she stole.
TEST_F(AccessBooks, AccessIsTakenAwayWhenTheQueueIsFull) {
  const server::NewToken token = Make(Role::kCaseworker, 100 * kDay);
  const std::string grant = Give(token.record.id, "");
  Reopen(1 << 20, 1);
  absl::Notification held, release;
  const auto write = [&](std::function<void()> told) {
    store_->Submit(storage::node::NoteChange{storage::node::Action::kTokenUsed, "thief", "tokens/a", "", ""},
                   [told = std::move(told)](const auto&) { told(); });
  };
  write([&] {
    held.Notify();
    release.WaitForNotification();
  });
  held.WaitForNotification();
  write([] {});
  EXPECT_THAT(tokens_->Make({Role::kCaseworker, "test", "", kDay}, "tokens/steward"),
              tests::HasProblem(absl::StatusCode::kResourceExhausted, Reason::kBusy));
  auto ended = std::async(std::launch::async, [&] { return tokens_->End(token.record.id, "tokens/steward"); });
  auto taken = std::async(std::launch::async, [&] { return grants_->Take(grant, "tokens/steward"); });
  const auto is_over = [](const std::future<absl::Status>& one) {
    return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  while (store_->changes_waiting() < 4 && !is_over(ended) && !is_over(taken)) std::this_thread::yield();
  EXPECT_FALSE(Opens(token.text));
  EXPECT_FALSE(grants_->IsOpen(token.record.id, "health", kMember));
  release.Notify();
  EXPECT_THAT(ended.get(), tests::IsOk());
  EXPECT_THAT(taken.get(), tests::IsOk());
  Reopen();
  EXPECT_FALSE(Opens(token.text));
  EXPECT_FALSE(HasGrant(grant));
}

// The token may have been ended because somebody had stolen it.
TEST_F(AccessBooks, AYesIsOverWithTheTokenThatSaidIt) {
  const server::NewToken thief = Make(Role::kAuditor, 100 * kDay), other = Make(Role::kAuditor, 100 * kDay);
  const std::string by_thief = Approved(thief), by_other = Approved(other);
  const auto look = [&] {
    EXPECT_EQ(StateOf(by_thief), v1::PERMIT_STATE_EXPIRED);
    EXPECT_EQ(StateOf(by_other), v1::PERMIT_STATE_APPROVED);
  };
  ASSERT_THAT(permits_->Withdraw("tokens/" + thief.record.id, "tokens/steward"), tests::IsOk());
  look();
  Reopen();
  look();
}

TEST_F(AccessBooks, AllThatWasSaidYesToIsOverAlsoWhenTheStoreRefuses) {
  const server::NewToken thief = Make(Role::kAuditor, 100 * kDay);
  const std::vector<std::string> permits = {Approved(thief), Approved(thief), Approved(thief)};
  const auto refused = tests::HasProblem(absl::StatusCode::kResourceExhausted, Reason::kDiskReserve);
  Reopen(uint64_t{1} << 60);
  EXPECT_THAT(permits_->Withdraw("tokens/" + thief.record.id, "tokens/steward"), refused);
  for (const std::string& permit : permits) EXPECT_EQ(StateOf(permit), v1::PERMIT_STATE_EXPIRED);
  EXPECT_THAT(permits_->Tend(), refused) << "it is tried again";
}

// Whatever came between the end of the token and the withdrawal, or kept it from being written.
TEST_F(AccessBooks, AnEndedTokenSaysNoYesAndItsYesDoesNotCount) {
  const server::NewToken thief = Make(Role::kAuditor, 100 * kDay), other = Make(Role::kAuditor, 100 * kDay);
  const std::string by_thief = Approved(thief), by_other = Approved(other);
  const auto asked = permits_->Ask(need_, "tokens/a");
  ASSERT_THAT(asked, tests::IsOk());
  ASSERT_THAT(tokens_->End(thief.record.id, "tokens/steward"), tests::IsOk());
  EXPECT_THAT(permits_->Approve("permits/" + asked->id, "tokens/" + thief.record.id),
              tests::HasProblem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed));
  const auto needed = tests::HasProblem(absl::StatusCode::kPermissionDenied, Reason::kPermitNeeded);
  EXPECT_THAT(permits_->Use(need_, call_, by_thief), needed);
  Reopen();
  EXPECT_THAT(permits_->Use(need_, call_, by_thief), needed);
  EXPECT_THAT(permits_->Use(need_, call_, by_other), tests::IsOk());
}

}  // namespace
}  // namespace aangan::node

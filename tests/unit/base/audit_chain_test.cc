// SPDX-License-Identifier: Apache-2.0
// The audit chain on random logs: an entry removed, changed, reordered, added, or cut off at the end is found, the last
// by a head alone.
#include "base/audit_chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/hex.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using tests::HasProblem;
using tests::IsOk;

struct Entry {
  uint64_t place = 0;
  int64_t time_us = 0;
  uint8_t action = 0;
  std::string actor, resource;
  Digest chain_hash{};
  AuditLine line() const { return {place, time_us, action, actor, resource}; }
};

uint64_t Below(RandomSource& random, uint64_t bound) { return random.Uint64() % bound; }

std::vector<Entry> RandomLog(RandomSource& random, size_t size) {
  std::vector<Entry> log;
  Digest chain{};
  uint64_t commit = 0, number = 0;
  for (size_t i = 0; i < size; ++i) {
    if (commit == 0 || Below(random, 2) == 0) {
      commit += 1 + Below(random, 3);
      number = 0;
    }
    Entry entry{commit << kAuditNumberBits | number++,      static_cast<int64_t>(Below(random, 1000)),
                static_cast<uint8_t>(Below(random, 40)),    absl::StrCat("tokens/", Below(random, 3)),
                absl::StrCat("members/", Below(random, 3)), {}};
    entry.chain_hash = chain = NextAuditHash(chain, entry.line());
    log.push_back(std::move(entry));
  }
  return log;
}

absl::Status Follow(const std::vector<Entry>& log, AuditFollower& follower) {
  for (const Entry& entry : log) {
    if (absl::Status added = follower.Add(entry.line(), entry.chain_hash); !added.ok()) return added;
  }
  return absl::OkStatus();
}

AuditHead HeadOf(const std::vector<Entry>& log) {
  AuditHead head;
  head.entries = static_cast<int64_t>(log.size());
  if (!log.empty()) {
    head.place = log.back().place;
    head.chain_hash = log.back().chain_hash;
  }
  return head;
}

// Against a head of the whole honest log.
absl::Status Check(const std::vector<Entry>& log, const AuditHead& head) {
  AuditFollower follower({head.entries});
  if (absl::Status followed = Follow(log, follower); !followed.ok()) return followed;
  return follower.CheckHead(head);
}

TEST(AuditChain, AHashIsTheOneThatWasOnDiskFromTheBeginning) {
  const AuditLine line{uint64_t{7} << kAuditNumberBits | 2, 1'792'477'800'000'000, 3, "tokens/a", "members/b"};
  const std::string bytes = std::string(32, '\0') +
                            tests::FromHex(
                                "0000000000000007"
                                "00000002"
                                "00065e3fc2896a00"
                                "03") +
                            std::string("\0\0\0\x08tokens/a\0\0\0\x09members/b", 25);
  EXPECT_EQ(NextAuditHash(Digest{}, line), Sha256(bytes));
}

TEST(AuditChain, WhateverIsDoneToARandomLogIsFound) {
  tests::SeededRandom random(15);
  const auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  const auto shortened = HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Entry> honest = RandomLog(random, 3 + Below(random, 30));
    const AuditHead head = HeadOf(honest);
    ASSERT_THAT(Check(honest, head), IsOk());
    const auto after = [&](const auto& change) {
      std::vector<Entry> log = honest;
      change(log);
      return Check(log, head);
    };
    const size_t at = Below(random, honest.size() - 1);  // never the last
    const auto place = static_cast<std::ptrdiff_t>(at);
    EXPECT_THAT(after([&](auto& log) { log.erase(log.begin() + place); }), damaged);
    EXPECT_THAT(after([&](auto& log) { log[at].resource += "x"; }), damaged);
    EXPECT_THAT(after([&](auto& log) { log[at].actor[0] = 'T'; }), damaged);
    EXPECT_THAT(after([&](auto& log) { ++log[at].time_us; }), damaged);
    EXPECT_THAT(after([&](auto& log) { ++log[at].action; }), damaged);
    EXPECT_THAT(after([&](auto& log) { log[at].place += 1u << kAuditNumberBits; }), damaged);
    EXPECT_THAT(after([&](auto& log) { std::swap(log[at], log[at + 1]); }), damaged);
    EXPECT_THAT(after([&](auto& log) { log.insert(log.begin() + place, log[at]); }), damaged);
    EXPECT_THAT(after([&](auto& log) { log.resize(1 + at); }), shortened);
    EXPECT_THAT(after([&](auto& log) { log.clear(); }), shortened);
    // Somebody who knows how chains are made forges all behind the change; the head knows better.
    EXPECT_THAT(after([&](auto& log) {
                  log[at].resource += "x";
                  Digest chain = at == 0 ? Digest{} : log[at - 1].chain_hash;
                  for (size_t i = at; i < log.size(); ++i)
                    chain = log[i].chain_hash = NextAuditHash(chain, log[i].line());
                }),
                damaged);
    EXPECT_THAT(after([&](auto& log) { log = RandomLog(random, log.size() + 2); }), damaged);
  }
}

TEST(AuditChain, AHeadFromBeforeIsInALogThatGrew) {
  tests::SeededRandom random(16);
  const std::vector<Entry> log = RandomLog(random, 20);
  for (size_t size = 0; size <= log.size(); ++size) {
    const AuditHead head = HeadOf({log.begin(), log.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_THAT(Check(log, head), IsOk()) << size;
  }
}

TEST(AuditChain, AHeadIsSignedWithAllThatItSays) {
  tests::SeededRandom random(17);
  const SigningKey key = SigningKey::Generate(random);
  const AuditHead head = HeadOf(RandomLog(random, 5));
  const std::string bytes = CanonicalAuditHead(head, key.public_key());
  for (const auto& change :
       std::vector<void (*)(AuditHead&)>{[](AuditHead& h) { ++h.entries; }, [](AuditHead& h) { ++h.place; },
                                         [](AuditHead& h) { h.chain_hash[0] ^= 1; }, [](AuditHead& h) { ++h.time_us; },
                                         [](AuditHead& h) { h.incarnation[0] ^= 1; }}) {
    AuditHead other = head;
    change(other);
    EXPECT_NE(CanonicalAuditHead(other, key.public_key()), bytes);
  }
  EXPECT_NE(CanonicalAuditHead(head, SigningKey::Generate(random).public_key()), bytes);
}

}  // namespace
}  // namespace aangan

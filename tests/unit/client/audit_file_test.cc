// SPDX-License-Identifier: Apache-2.0
// An export of the audit log is checked without the node: whatever is done to the file is found.
#include "client/command/audit_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

using tests::HasProblem;
using tests::IsOk;

class AuditFileTest : public ::testing::Test {
 protected:
  AuditFileTest() : random_(31), key_(SigningKey::Generate(random_)) {
    Digest chain{};
    for (uint64_t i = 1; i <= 6; ++i) {
      node::v1::AuditEntry entry;
      AuditLine line{i << kAuditNumberBits, static_cast<int64_t>(1'792'477'800'123'456 + i), 30, "tokens/a",
                     "members/b"};
      chain = NextAuditHash(chain, line);
      entry.set_name(absl::StrCat("auditEntries/", line.place));
      entry.mutable_time()->set_seconds(line.time_us / 1'000'000);
      entry.mutable_time()->set_nanos(static_cast<int32_t>(line.time_us % 1'000'000 * 1000));
      entry.set_action(node::v1::AUDIT_ACTION_READ);
      entry.set_actor("tokens/a");
      entry.set_resource("members/b");
      entry.set_chain_hash(std::string(AsText(chain)));
      entries_.push_back(entry);
    }
  }
  node::v1::AuditHead HeadAfter(size_t entries) const {
    AuditHead head;
    head.entries = static_cast<int64_t>(entries);
    head.place = static_cast<uint64_t>(entries) << kAuditNumberBits;
    const std::string& hash = entries_[entries - 1].chain_hash();
    std::copy(hash.begin(), hash.end(), head.chain_hash.begin());
    head.time_us = 1'792'477'900'000'000;
    node::v1::AuditHead message;
    message.set_signing_key(std::string(AsText(key_.public_key())));
    message.set_incarnation(std::string(AsText(head.incarnation)));
    message.set_entries(head.entries);
    message.set_sequence(static_cast<int64_t>(head.place));
    message.set_chain_hash(hash);
    message.mutable_time()->set_seconds(head.time_us / 1'000'000);
    message.set_signature(std::string(AsText(key_.Sign(kAuditHeadLabel, CanonicalAuditHead(head, key_.public_key())))));
    return message;
  }
  absl::Status Write(size_t entries, const node::v1::AuditHead& head) {
    auto file = AuditFileWriter::Open(path());
    if (!file.ok()) return file.status();
    for (size_t i = 0; i < entries; ++i) {
      if (absl::Status added = (*file)->Add(entries_[i]); !added.ok()) return added;
    }
    return (*file)->Finish(head);
  }
  std::string path() const { return folder_ / "audit.jsonl"; }
  std::vector<std::string> Lines() const {
    std::ifstream in(path());
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  // The file's check after its lines were changed.
  absl::Status After(const std::function<void(std::vector<std::string>&)>& change,
                     const std::vector<node::v1::AuditHead>& heads = {}) {
    EXPECT_THAT(Write(6, HeadAfter(6)), IsOk());
    std::vector<std::string> lines = Lines();
    change(lines);
    std::ofstream(path()) << absl::StrJoin(lines, "\n") << "\n";
    return CheckAuditFile(path(), heads, [](int64_t) {}).status();
  }

  const tests::TempDir folder_;
  tests::SeededRandom random_;
  const SigningKey key_;
  std::vector<node::v1::AuditEntry> entries_;
};

TEST_F(AuditFileTest, AWholeFileIsTakenAndHoldsEarlierHeads) {
  EXPECT_THAT(After([](auto&) {}, {HeadAfter(3), HeadAfter(6)}), IsOk());
  EXPECT_EQ(Lines().size(), 7u);
  struct stat facts {};
  ASSERT_EQ(stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
}

TEST_F(AuditFileTest, WhateverIsDoneToItIsFound) {
  const auto damaged = HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged);
  const auto shortened = HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened);
  EXPECT_THAT(After([](auto& lines) { lines.erase(lines.begin() + 2); }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines.erase(lines.begin()); }), damaged);
  EXPECT_THAT(After([](auto& lines) { std::swap(lines[2], lines[3]); }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines.insert(lines.begin(), lines[0]); }), damaged);
  EXPECT_THAT(After([](auto& lines) { absl::StrReplaceAll({{"members/b", "members/c"}}, &lines[4]); }), damaged);
  EXPECT_THAT(After([](auto& lines) {
                absl::StrReplaceAll({{"AUDIT_ACTION_READ", "AUDIT_ACTION_LISTED"}}, &lines[4]);
              }),
              damaged);
  EXPECT_THAT(After([](auto& lines) { absl::StrReplaceAll({{"\"AUDIT_ACTION_READ\"", "286"}}, &lines[4]); }), damaged);
  EXPECT_THAT(After([](auto& lines) { absl::StrReplaceAll({{"Z\"", "001Z\""}}, &lines[4]); }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines[4] = "{}"; }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines[4] = "not JSON"; }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines.push_back(lines[0]); }), damaged);
  EXPECT_THAT(After([](auto& lines) { lines.pop_back(); }), shortened);
  EXPECT_THAT(After([](auto& lines) { lines.erase(lines.begin() + 5); }), shortened);
  EXPECT_THAT(After([](auto& lines) { lines.clear(); }), damaged);  // one empty line
  EXPECT_THAT(After([](auto& lines) {
                absl::StrReplaceAll({{"\"entries\":\"6\"", "\"entries\":\"5\""}}, &lines[6]);
              }),
              HasProblem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature));
}

// Between the entries it was passed over.
TEST_F(AuditFileTest, AHeadThatSaysNothingIsAnEnd) {
  EXPECT_THAT(After([](auto& lines) { lines.insert(lines.begin() + 2, "{\"head\":{}}"); }),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
}

// The phrase stands in the file and under no signature. Beside a shortened log with an older
// head it could have been that of the paper.
TEST_F(AuditFileTest, APhraseInAFileIsNotShown) {
  ASSERT_THAT(After([](auto& lines) {
                absl::StrReplaceAll({{"\"head\":{", "\"head\":{\"phrase\":\"9-aaaa\","}}, &lines[6]);
              }),
              IsOk());
  const auto end = CheckAuditFile(path(), {}, [](int64_t) {});
  ASSERT_THAT(end, IsOk());
  EXPECT_EQ(end->phrase(), "");
  EXPECT_EQ(end->entries(), 6);
}

TEST_F(AuditFileTest, AnOlderExportDoesNotHoldALaterHead) {
  ASSERT_THAT(Write(4, HeadAfter(4)), IsOk());
  EXPECT_THAT(CheckAuditFile(path(), {HeadAfter(6)}, [](int64_t) {}).status(),
              HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
}

TEST_F(AuditFileTest, NothingIsWrittenThatItsHeadDoesNotSay) {
  EXPECT_THAT(Write(5, HeadAfter(6)), HasProblem(absl::StatusCode::kDataLoss, Reason::kLogShortened));
  EXPECT_THAT(Write(6, HeadAfter(5)), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  entries_[2].set_actor("tokens/z");
  EXPECT_THAT(Write(6, HeadAfter(6)), HasProblem(absl::StatusCode::kDataLoss, Reason::kDamaged));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(AuditFileTest, AHeadsFileComesBackAsItWas) {
  const std::string head_path = folder_ / "head.json";
  ASSERT_THAT(WriteHeadFile(head_path, HeadAfter(4)), IsOk());
  const auto read = ReadHeadFile(head_path);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->SerializeAsString(), HeadAfter(4).SerializeAsString());
  EXPECT_THAT(CheckedHead(*read), IsOk());
  std::ofstream(head_path) << "else";
  EXPECT_THAT(ReadHeadFile(head_path), HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
}

}  // namespace
}  // namespace aangan::client

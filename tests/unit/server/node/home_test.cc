// SPDX-License-Identifier: Apache-2.0
// The note of where the second store lies: what changes it, and what does not.
#include "server/node/home.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/random.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

namespace fs = std::filesystem;
using Finding = Home::Finding;
using tests::IsOk;

class HomeTest : public ::testing::Test {
 protected:
  HomeTest() {
    fs::create_directory(once_);
    SetMachine("8f4ac2d1b6e94c0d9a3b5e7f10213243\n");
  }
  void SetMachine(const std::string& id) { std::ofstream(machine_id_) << id; }
  Finding Look(const std::string& folder) {
    const auto found = Home(folder, key_.Clone(), machine_id_).Look();
    EXPECT_THAT(found, IsOk());
    return *found;
  }
  void Settle() { ASSERT_THAT(Home(once_, key_.Clone(), machine_id_).Settle(), IsOk()); }

  // File systems keep times by the kernel's tick: a copy within one has the note's birth time.
  void AwaitNextTick(const std::string& note) const {
    const std::string probe = folder_ / "probe";
    do {
      std::ofstream(probe, std::ios::trunc) << "x";
    } while (fs::last_write_time(probe) <= fs::last_write_time(note));
  }

  const tests::TempDir folder_;
  const std::string once_ = folder_ / "once";
  const std::string machine_id_ = folder_ / "machine-id";
  SystemRandom random_;
  const SecretBytes key_ = SecretBytes::Random(32, random_);
};

TEST_F(HomeTest, IsHereFromStartToStart) {
  EXPECT_EQ(Look(once_), Finding::kNone);
  Settle();
  EXPECT_EQ(Look(once_), Finding::kHere);
  EXPECT_EQ(Look(once_), Finding::kHere);
  Settle();
  EXPECT_EQ(Look(once_), Finding::kHere);
  EXPECT_EQ(std::distance(fs::directory_iterator(once_), fs::directory_iterator()), 1);
}

TEST_F(HomeTest, AnotherNameForTheSameFolderIsNoOtherPlace) {
  Settle();
  fs::rename(once_, folder_ / "renamed");
  EXPECT_EQ(Look(folder_ / "renamed"), Finding::kHere);
}

TEST_F(HomeTest, ACopyLiesElsewhere) {
  Settle();
  AwaitNextTick(once_ + "/home");
  fs::copy(once_, folder_ / "copy", fs::copy_options::recursive);
  EXPECT_EQ(Look(folder_ / "copy"), Finding::kElsewhere);
  // Also where the original has gone and its inode number is free again.
  fs::remove_all(once_);
  fs::copy(folder_ / "copy", once_, fs::copy_options::recursive);
  EXPECT_EQ(Look(once_), Finding::kElsewhere);
  Settle();
  EXPECT_EQ(Look(once_), Finding::kHere);
}

TEST_F(HomeTest, AnotherMachineLiesElsewhereAndSoDoesOneWithoutAnId) {
  Settle();
  SetMachine("00000000000000000000000000000001\n");
  EXPECT_EQ(Look(once_), Finding::kElsewhere);
  fs::remove(machine_id_);
  EXPECT_EQ(Look(once_), Finding::kElsewhere);
  Settle();
  EXPECT_EQ(Look(once_), Finding::kHere);
  SetMachine("8f4ac2d1b6e94c0d9a3b5e7f10213243\n");
  EXPECT_EQ(Look(once_), Finding::kElsewhere);
}

TEST_F(HomeTest, AMachineIdThatCanNotBeReadIsNoWordOfAnotherMachine) {
  Settle();
  fs::remove(machine_id_);
  fs::create_directory(machine_id_);
  EXPECT_FALSE(Home(once_, key_.Clone(), machine_id_).Look().ok());
}

TEST_F(HomeTest, WhatDoesNotReadLiesElsewhere) {
  Settle();
  const std::string note = *ReadFile(once_ + "/home", 256);
  const auto with = [&](const std::string& bytes) {
    std::ofstream(once_ + "/home") << bytes;  // in place
    return Look(once_);
  };
  for (size_t i = 0; i < note.size(); ++i) {
    std::string flipped = note;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_EQ(with(flipped), Finding::kElsewhere) << i;
  }
  EXPECT_EQ(with(""), Finding::kElsewhere);
  EXPECT_EQ(with(note.substr(1)), Finding::kElsewhere);
  EXPECT_EQ(with(note + "x"), Finding::kElsewhere);
  EXPECT_EQ(with(std::string(1000, 'x')), Finding::kElsewhere);
  EXPECT_EQ(with(note), Finding::kHere);
  // Another node's, or one that somebody made without the key.
  EXPECT_EQ(*Home(once_, SecretBytes::Random(32, random_), machine_id_).Look(), Finding::kElsewhere);
}

TEST_F(HomeTest, HoldsNoMachineId) {
  Settle();
  EXPECT_EQ(ReadFile(once_ + "/home", 256)->find("8f4ac2d1"), std::string::npos);
}

// Left by a start that ended between the making of the file and its name.
TEST_F(HomeTest, ATornNoteIsNoNote) {
  std::ofstream(once_ + "/home.new") << "torn";
  EXPECT_EQ(Look(once_), Finding::kNone);
  Settle();
  EXPECT_EQ(Look(once_), Finding::kHere);
}

}  // namespace
}  // namespace aangan::node

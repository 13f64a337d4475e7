// SPDX-License-Identifier: Apache-2.0
// A machine that is copied, or a process that is forked, with the state of its generator (privacy-reference.md 3, row
// 21). Randomness comes from the kernel with each request, so two copies never draw the same; what was drawn is on disk
// before it is used, so one node never draws twice. The control is a generator whose state lives in the process.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "model/roster.h"
#include "tests/support/lying_federation.h"
#include "tests/support/seeded_random.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

using tests::kLiarQuarter;
using tests::LyingFederation;
using Drawn = std::array<uint8_t, 32>;

// What parent and child draw next after a fork.
std::pair<Drawn, Drawn> DrawnAfterFork(RandomSource& random) {
  random.Bytes<32>();
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Drawn drawn = random.Bytes<32>();
    _exit(write(ends[1], drawn.data(), drawn.size()) == static_cast<ssize_t>(drawn.size()) ? 0 : 1);
  }
  const Drawn parents = random.Bytes<32>();
  Drawn childs{};
  EXPECT_EQ(read(ends[0], childs.data(), childs.size()), static_cast<ssize_t>(childs.size()));
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
  return {parents, childs};
}

TEST(DuplicatedState, AForkDrawsSomethingElse) {
  SystemRandom random;
  const auto [parents, childs] = DrawnAfterFork(random);
  EXPECT_NE(parents, childs);
}

TEST(DuplicatedState, ControlAGeneratorInTheProcessDrawsTheSame) {
  tests::SeededRandom random(1);
  const auto [parents, childs] = DrawnAfterFork(random);
  EXPECT_EQ(parents, childs);
}

// The whole data folder copied before the draw, and both copies go on: neither noise nor shares are the same, so their
// difference is no coefficient of the other's.
TEST(DuplicatedState, TwoCopiesOfANodeDrawDifferentNoise) {
  LyingFederation liar(5);
  const tests::TempDir images;
  liar.Announce();
  liar.SaveImage(0, images / "copy");
  liar.Contribute(0);
  const std::vector<int64_t> first = liar.VectorOf(0);
  const std::string sent = liar.contributions().at(0);
  liar.RestoreImage(0, images / "copy", LyingFederation::Image::kWhole);
  liar.Contribute(0);
  EXPECT_NE(liar.VectorOf(0), first);
  EXPECT_NE(liar.contributions().at(0), sent);
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// What a summed round costs its machines, and how that grows with nodes and cells: dealing (a node, once a quarter),
// opening and answering (a node, once a quarter), reconstructing (the federation, and every node again).
//
// The peer beside it is the direct form of the same round: dealing against signing the vector alone, reconstructing
// against adding the vectors up. Prints one line a shape; --smoke runs the smallest alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "privacy/answer.h"
#include "privacy/field.h"
#include "tests/unit/privacy/summed_round.h"

namespace aangan::privacy {
namespace {

constexpr int kRepeats = 5;

// The median of some runs. Unit: milliseconds.
template <typename Work>
double Milliseconds(const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < kRepeats; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
  }
  std::sort(times.begin(), times.end());
  return times[kRepeats / 2];
}

void Shape(int n, size_t cells) {
  SummedRound round(n, cells);
  const std::vector<int> all = Places(n);
  const Holders& holders = round.holders();
  const auto vector = *ProtectedVector::Decode(EncodeWords(round.values(0)));
  const double deal =
      Milliseconds([&] { (void)*BuildSummed(round.Header(0), holders, vector, round.key(0), round.random()); });
  const double sign = Milliseconds([&] { (void)BuildDirect(round.Header(0), vector, round.key(0)); });
  for (const int dealer : all) round.Contribution(dealer);
  const std::vector<bool> nothing(cells, false);
  const double answer = Milliseconds([&] { (void)round.AnswerOf(n - 1, all, nothing); });
  std::vector<PlacedAnswer> answers;
  for (const int place : all) answers.push_back(round.AnswerOf(place, all, nothing));
  const double reconstruct = Milliseconds([&] { (void)*Reconstruct(answers, holders.numbers); });
  std::vector<Contribution> direct;
  for (const int place : all) direct.push_back({round.Header(place), round.values(place)});
  const double add = Milliseconds([&] { (void)*SumDirect(direct); });
  std::printf(
      "n %2d cells %5zu | deal %8.2f ms (%6.1f x signing) | answer %8.2f ms | reconstruct %8.2f ms (%6.1f x adding)"
      " | contribution %7zu bytes\n",
      n, cells, deal, deal / sign, answer, reconstruct, reconstruct / add, round.Contribution(0).size());
}

}  // namespace
}  // namespace aangan::privacy

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--smoke") == 0) {
    aangan::privacy::Shape(5, 100);
    return 0;
  }
  for (const int n : {5, 8, 12, 14}) aangan::privacy::Shape(n, 1000);
  for (const size_t cells : {250u, 4000u, 20000u}) aangan::privacy::Shape(12, cells);
  return 0;
}

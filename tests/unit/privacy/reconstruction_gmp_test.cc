// SPDX-License-Identifier: Apache-2.0
// The arithmetic of summed rounds against GMP, which is not ours: field words, sharing, interpolation, reconstruction
// and the degree check, for every size of roster. Here polynomials are integers of any length with one remainder taken
// at the end, and Lagrange's formula is written from its definition.
#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "privacy/degree_check.h"
#include "privacy/prime_field.h"
#include "privacy/reconstruction.h"
#include "privacy/round_numbers.h"
#include "privacy/shamir.h"
#include "tests/support/seeded_random.h"

namespace aangan::privacy {
namespace {

const mpz_class kPrime("18446744069414584321");
using Polynomial = std::vector<mpz_class>;  // powers rising

mpz_class Big(uint64_t word) { return mpz_class(static_cast<unsigned long>(word)); }  // NOLINT: GMP's type
// The remainder in 0 .. p-1.
uint64_t Word(const mpz_class& value) {
  mpz_class rest;
  mpz_mod(rest.get_mpz_t(), value.get_mpz_t(), kPrime.get_mpz_t());
  return rest.get_ui();
}
mpz_class Inverse(const mpz_class& value) {
  mpz_class inverse;
  EXPECT_NE(mpz_invert(inverse.get_mpz_t(), value.get_mpz_t(), kPrime.get_mpz_t()), 0);
  return inverse;
}
mpz_class ValueAt(const Polynomial& polynomial, uint64_t x) {
  mpz_class value = 0;
  mpz_class power = 1;
  for (const mpz_class& coefficient : polynomial) {
    value += coefficient * power;
    power *= Big(x);
  }
  return value;
}
Polynomial Random(int k, tests::SeededRandom& random) {
  Polynomial polynomial;
  for (int i = 0; i < k; ++i) polynomial.push_back(Big(random.Below(kFieldPrime)));
  return polynomial;
}
// Sum of y_i times the product of (x - x_j) / (x_i - x_j) over all other j.
mpz_class Lagrange(const std::vector<uint64_t>& points, const std::vector<uint64_t>& values, uint64_t x) {
  mpz_class sum = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    mpz_class above = Big(values[i]);
    mpz_class below = 1;
    for (size_t j = 0; j < points.size(); ++j) {
      if (j == i) continue;
      above *= Big(x) - Big(points[j]);
      below *= Big(points[i]) - Big(points[j]);
    }
    sum += above * Inverse(below);
  }
  return sum;
}

// Distinct places of n in an order of the seed's.
std::vector<int> Shuffled(int n, tests::SeededRandom& random) {
  std::vector<int> places;
  for (int place = 0; place < n; ++place) places.push_back(place);
  for (size_t i = places.size(); i > 1; --i) std::swap(places[i - 1], places[random.Below(i)]);
  return places;
}

constexpr uint64_t kEdges[] = {0,
                               1,
                               2,
                               0xFFFFFFFFu,
                               0x100000000u,
                               0x100000001u,
                               kFieldPrime >> 1,
                               (kFieldPrime >> 1) + 1,
                               0xFFFFFFFF00000000u,
                               kFieldPrime - 2};

TEST(GmpOracle, FieldWordsAreThoseOfGmp) {
  const auto check = [](uint64_t a, uint64_t b) {
    EXPECT_EQ(Field64::Add(a, b), Word(Big(a) + Big(b)));
    EXPECT_EQ(Field64::Subtract(a, b), Word(Big(a) - Big(b)));
    EXPECT_EQ(Field64::Multiply(a, b), Word(Big(a) * Big(b)));
    mpz_class power;
    mpz_powm(power.get_mpz_t(), Big(a).get_mpz_t(), Big(b).get_mpz_t(), kPrime.get_mpz_t());
    EXPECT_EQ(Field64::Power(a, b), power.get_ui());
    if (a == 0) return;
    EXPECT_EQ(Field64::Inverse(a), Inverse(Big(a)).get_ui());
  };
  EXPECT_NE(mpz_probab_prime_p(kPrime.get_mpz_t(), 40), 0);
  EXPECT_EQ(kPrime.get_ui(), kFieldPrime);
  for (const uint64_t a : kEdges) {
    for (const uint64_t b : kEdges) check(a, b);
  }
  tests::SeededRandom random(21);
  for (int i = 0; i < 20'000; ++i) check(random.Below(kFieldPrime), random.Below(kFieldPrime));
}

TEST(GmpOracle, SignedValuesAreRemaindersOfGmp) {
  tests::SeededRandom random(22);
  const int64_t most = (int64_t{1} << 62) - 1;
  std::vector<int64_t> values = {0, 1, -1, most, -most};
  for (int i = 0; i < 10'000; ++i)
    values.push_back(static_cast<int64_t>(random.Below(uint64_t{1} << 63)) - (int64_t{1} << 62) + 1);
  for (const int64_t value : values) {
    const uint64_t word = FieldFromSigned(value);
    EXPECT_EQ(word, Word(mpz_class(static_cast<long>(value))));  // NOLINT: GMP's type
    EXPECT_EQ(SignedFromField(word), value);
  }
}

TEST(GmpOracle, SharingIsLagrangesForEveryRoster) {
  tests::SeededRandom random(23);
  for (int n = 5; n <= 14; ++n) {
    const int k = NumbersOf(n).k;
    for (int trial = 0; trial < 20; ++trial) {
      const Polynomial polynomial = Random(k, random);
      const std::vector<int> places = Shuffled(n, random);
      std::vector<uint64_t> points;
      std::vector<uint64_t> values;
      for (int i = 0; i < k; ++i) {
        points.push_back(PointOfPlace(places[static_cast<size_t>(i)]));
        values.push_back(Word(ValueAt(polynomial, points.back())));
      }
      const std::vector<uint64_t> coefficients = Interpolate<Field64>(points, values);
      for (int power = 0; power < k; ++power)
        EXPECT_EQ(coefficients[static_cast<size_t>(power)], Word(polynomial[static_cast<size_t>(power)])) << n;
      for (int at = 0; at <= n; ++at) {
        const auto x = static_cast<uint64_t>(at);  // 0 is the secret, then every holder
        const uint64_t expected = Word(ValueAt(polynomial, x));
        EXPECT_EQ(Word(Lagrange(points, values, x)), expected);
        EXPECT_EQ(WeightedSum<Field64>(WeightsAt<Field64>(x, points), values), expected) << n << " at " << x;
        EXPECT_EQ(Evaluate<Field64>(coefficients, x), expected) << n << " at " << x;
      }
    }
  }
}

// Answers are values of GMP's polynomials with known sums at 0; as many lie as can be named, each in one word.
TEST(GmpOracle, ReconstructionFindsTheSumsAndTheLiars) {
  tests::SeededRandom random(24);
  const int64_t most = (int64_t{1} << 62) - 1;
  const std::vector<int64_t> sums = {0, 1, -1, 199, -40, most, -most};
  for (int n = 5; n <= 14; ++n) {
    const RoundNumbers numbers = NumbersOf(n);
    const std::vector<int> order = Shuffled(n, random);
    std::vector<PlacedAnswer> answers;
    for (const int place : order) answers.push_back({place, {}});
    for (const int64_t sum : sums) {
      Polynomial polynomial = Random(numbers.k, random);
      polynomial[0] = mpz_class(static_cast<long>(sum));  // NOLINT: GMP's type
      for (PlacedAnswer& answer : answers)
        answer.words.push_back(Word(ValueAt(polynomial, PointOfPlace(answer.place))));
    }
    std::vector<int> liars;
    for (int i = 0; i < n - numbers.k - numbers.f; ++i) {
      PlacedAnswer& liar = answers[static_cast<size_t>(i)];
      uint64_t& word = liar.words[random.Below(sums.size())];
      word = Field64::Add(word, 1 + random.Below(kFieldPrime - 1));
      liars.push_back(liar.place);
    }
    std::sort(liars.begin(), liars.end());
    const auto said = Reconstruct(answers, numbers);
    ASSERT_TRUE(said.ok());
    EXPECT_EQ(said->agreement, Agreement::kConfirmed) << n;
    EXPECT_EQ(said->values, sums) << n;
    EXPECT_EQ(said->differing, liars) << n;
  }
}

// C_t = M_t + sum of chi_t^l P_l, coefficient by coefficient.
TEST(GmpOracle, TheDegreeCheckIsThePolynomialOfItsFormula) {
  tests::SeededRandom random(25);
  constexpr size_t kCells = 9;
  for (int n = 5; n <= 14; ++n) {
    const int k = NumbersOf(n).k;
    std::vector<Polynomial> words;
    for (size_t word = 0; word < kCells + kCheckWords; ++word) words.push_back(Random(k, random));
    std::vector<ShareVector> at;  // the secret, then the shares by place
    for (int x = 0; x <= n; ++x) {
      at.emplace_back(words.size());
      for (size_t word = 0; word < words.size(); ++word)
        at.back()[word] = Word(ValueAt(words[word], static_cast<uint64_t>(x)));
    }
    const Challenges challenges = {random.Below(kFieldPrime), kFieldPrime - 1};
    const CheckCoefficients check =
        MakeCheck(at[0], absl::MakeSpan(at).subspan(1, static_cast<size_t>(k) - 1), challenges);
    for (size_t t = 0; t < kCheckWords; ++t) {
      Polynomial expected = words[kCells + t];
      mpz_class power = 1;
      for (size_t cell = 0; cell < kCells; ++cell) {
        power *= Big(challenges[t]);
        for (size_t i = 0; i < expected.size(); ++i) expected[i] += power * words[cell][i];
      }
      ASSERT_EQ(check[t].size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(check[t][i], Word(expected[i])) << n;
    }
    for (int place = 0; place < n; ++place)
      EXPECT_TRUE(PassesCheck(at[static_cast<size_t>(place) + 1], place, check, challenges)) << n;
  }
}

}  // namespace
}  // namespace aangan::privacy

// SPDX-License-Identifier: Apache-2.0
// What the tests of the model share: a small catalogue, a roster with keys, the fields that an error names, a seeded
// source.
#ifndef AANGAN_TESTS_UNIT_MODEL_MODEL_TEST_SUPPORT_H_
#define AANGAN_TESTS_UNIT_MODEL_MODEL_TEST_SUPPORT_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "absl/status/status.h"
#include "base/random.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "model/names.h"
#include "model/period.h"

namespace aangan::model {

// The same bytes for the same seed.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = static_cast<uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

// Paths of the field violations inside a status, in their order.
std::vector<std::string> FieldsOf(const absl::Status& status);

// A day, which must exist.
Day DayOf(int year, int month, int day);
// An id of sixteen equal bytes.
Id IdOf(uint8_t byte);

// Twelve ids, as in the default catalogue.
std::vector<std::string> TwelveCollectives();

// Small and without fault: quarterly tables over places, gender and domain, yearly ones with stocks and a score; C
// is 4.
federation::v1::Catalogue SmallCatalogue();
std::shared_ptr<const CompiledCatalogue> Compile(const federation::v1::Catalogue& catalogue);

struct RosterWithKeys {
  federation::v1::Roster roster;
  std::vector<SigningKey> keys;  // in the roster's order
};
// `count` collectives c01, c02, ... in the states of the list from Andhra Pradesh on, each run by its own operator.
RosterWithKeys MakeRoster(int count, uint64_t seed);

}  // namespace aangan::model

#endif  // AANGAN_TESTS_UNIT_MODEL_MODEL_TEST_SUPPORT_H_

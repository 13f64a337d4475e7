// SPDX-License-Identifier: Apache-2.0
// Catalogues as text: whatever compiles and passes the lint has a cost, variances and cells that no number overflows.
#include "base/check.h"
#include "model/catalogue.h"
#include "privacy/accounting.h"
#include "tests/fuzz/fuzz_round.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::privacy;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto catalogue = model::ParseCatalogueText(std::string(AsInput(data, size)));
  if (!catalogue.ok()) return 0;
  std::vector<std::string> collectives;
  for (const auto& place : catalogue->places())
    collectives.insert(collectives.end(), place.collectives().begin(), place.collectives().end());
  while (collectives.size() < 5) collectives.push_back("collective_" + std::to_string(collectives.size()));
  const auto compiled = model::CompileCatalogue(*catalogue, collectives);
  if (!compiled.ok()) return 0;
  const RoundNumbers numbers = NumbersOf(5);
  if (!LintPrivacy(**compiled, numbers).ok()) return 0;
  for (const int8_t quarter : {3, 4}) {
    const model::Period period{(*compiled)->first_period.year, quarter};
    AANGAN_CHECK(ChargeNanoRho(**compiled, period, numbers) > 0 || RoundVariances(**compiled, period, numbers).empty());
    for (const TableVariance& each : RoundVariances(**compiled, period, numbers))
      AANGAN_CHECK(each.sigma_squared.numerator > 0 && each.sigma_squared.denominator > 0);
  }
  return 0;
}

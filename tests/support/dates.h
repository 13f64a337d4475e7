// SPDX-License-Identifier: Apache-2.0
// Days as messages carry them, for tests.
#ifndef AANGAN_TESTS_SUPPORT_DATES_H_
#define AANGAN_TESTS_SUPPORT_DATES_H_

#include "google/type/date.pb.h"
#include "model/period.h"

namespace aangan::tests {

inline void SetDay(model::Day day, google::type::Date* date) {
  const model::CivilDay civil = model::CivilFromDay(day);
  date->set_year(civil.year);
  date->set_month(civil.month);
  date->set_day(civil.day);
}

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_DATES_H_

// SPDX-License-Identifier: Apache-2.0
// What events and dimensions mean; every value of the schema has a meaning.
#include "model/dimensions.h"

#include "gtest/gtest.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

TEST(Dimensions, EveryEventBelongsToARecord) {
  for (int value = fed::Event_MIN; value <= fed::Event_MAX; ++value) {
    const bool said = value != fed::EVENT_UNSPECIFIED;
    EXPECT_EQ(RecordOf(static_cast<fed::Event>(value)) != EventRecord::kNone, said) << value;
  }
  EXPECT_EQ(RecordOf(static_cast<fed::Event>(99)), EventRecord::kNone);
  EXPECT_EQ(RecordOf(fed::EVENT_STOCK_UNMET), EventRecord::kService);
  EXPECT_EQ(RecordOf(fed::EVENT_STOCK_ENROLLED), EventRecord::kMember);
  EXPECT_EQ(RecordOf(fed::EVENT_INSTRUMENT_FILLED), EventRecord::kAssessment);
}

TEST(Dimensions, EveryDimensionButPlacesHasAList) {
  for (int value = fed::Dimension_MIN; value <= fed::Dimension_MAX; ++value) {
    const bool listed = value != fed::DIMENSION_UNSPECIFIED && value != fed::DIMENSION_PLACE;
    EXPECT_EQ(ListOfDimension(static_cast<fed::Dimension>(value)).has_value(), listed) << value;
  }
  EXPECT_TRUE(IsServiceDimension(fed::DIMENSION_SERVICE_TYPE));
  EXPECT_FALSE(IsServiceDimension(fed::DIMENSION_GENDER));
}

TEST(Dimensions, StocksAreTheTwoStocks) {
  int stocks = 0;
  for (int value = fed::Event_MIN; value <= fed::Event_MAX; ++value) stocks += IsStock(static_cast<fed::Event>(value));
  EXPECT_EQ(stocks, 2);
}

}  // namespace
}  // namespace aangan::model

// SPDX-License-Identifier: Apache-2.0
// What the events and dimensions of the catalogue's schema mean to the rules: which code list a dimension counts by,
// and which records an event belongs to. Threads: pure.
#ifndef AANGAN_MODEL_DIMENSIONS_H_
#define AANGAN_MODEL_DIMENSIONS_H_

#include <optional>

#include "aangan/federation/v1/catalogue.pb.h"
#include "model/codes.h"

namespace aangan::model {

// The code list of a dimension; none for places, whose values are the catalogue's own, and for values that are unknown.
inline std::optional<ListId> ListOfDimension(federation::v1::Dimension dimension) {
  switch (dimension) {
    case federation::v1::DIMENSION_AGE_BAND:
      return ListId::kAgeBand;
    case federation::v1::DIMENSION_GENDER:
      return ListId::kGender;
    case federation::v1::DIMENSION_EXPLOITATION_TYPE:
      return ListId::kExploitationType;
    case federation::v1::DIMENSION_DOMAIN:
      return ListId::kDomain;
    case federation::v1::DIMENSION_SERVICE_TYPE:
      return ListId::kServiceType;
    default:
      return std::nullopt;
  }
}

// A dimension that a service has, and a member has not.
inline bool IsServiceDimension(federation::v1::Dimension dimension) {
  return dimension == federation::v1::DIMENSION_DOMAIN || dimension == federation::v1::DIMENSION_SERVICE_TYPE;
}

inline bool IsStock(federation::v1::Event event) {
  return event == federation::v1::EVENT_STOCK_ENROLLED || event == federation::v1::EVENT_STOCK_UNMET;
}

// What a quarterly and a yearly table would count twice over places: a stock of members is the sum of their enrolments,
// and unmet need that of needs, so they count as the same.
inline federation::v1::Event PlaceTopic(federation::v1::Event event) {
  if (event == federation::v1::EVENT_STOCK_ENROLLED) return federation::v1::EVENT_ENROLLED;
  return event == federation::v1::EVENT_STOCK_UNMET ? federation::v1::EVENT_NEEDED : event;
}

// The record that makes an event happen.
enum class EventRecord { kNone, kMember, kService, kAssessment };

inline EventRecord RecordOf(federation::v1::Event event) {
  switch (event) {
    case federation::v1::EVENT_ENROLLED:
    case federation::v1::EVENT_STOCK_ENROLLED:
      return EventRecord::kMember;
    case federation::v1::EVENT_ASSESSED:
    case federation::v1::EVENT_NEEDED:
    case federation::v1::EVENT_REFERRED:
    case federation::v1::EVENT_RECEIVED:
    case federation::v1::EVENT_COMPLETED:
    case federation::v1::EVENT_SUSTAINED_6_MONTHS:
    case federation::v1::EVENT_SUSTAINED_12_MONTHS:
    case federation::v1::EVENT_SCORED:
    case federation::v1::EVENT_STOCK_UNMET:
      return EventRecord::kService;
    case federation::v1::EVENT_INSTRUMENT_FILLED:
      return EventRecord::kAssessment;
    default:
      return EventRecord::kNone;
  }
}

}  // namespace aangan::model

#endif  // AANGAN_MODEL_DIMENSIONS_H_

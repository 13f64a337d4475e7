// SPDX-License-Identifier: Apache-2.0
// When the days that tallies count by were first written here: what tells a late record from one that was in time.
//
// A record carries, for each day that it gives, the moment from which it has stood there; a day that is changed starts
// again, a day that is taken away is forgotten. A record that was stored without such moments was written as a whole
// when it was made. Threads: pure. Units: microseconds since 1970, UTC, by this node's clock.
#ifndef AANGAN_STORAGE_NODE_DAY_WRITTEN_H_
#define AANGAN_STORAGE_NODE_DAY_WRITTEN_H_

#include <cstdint>

#include "storage/node/change.h"

namespace aangan::storage::node {

// `field` is the number of the day's field in the record.
int64_t TimeWritten(const store::v1::MemberRecord& record, int field);
int64_t TimeWritten(const store::v1::ServiceRecord& record, int field);
int64_t TimeWritten(const store::v1::AssessmentRecord& record, int field);

// Notes `now_us` for each day that does not stand there yet.
void NoteDays(int64_t now_us, store::v1::MemberRecord& record);
void NoteDays(int64_t now_us, store::v1::ServiceRecord& record);
void NoteDays(int64_t now_us, store::v1::AssessmentRecord& record);

// An update's record keeps when the record was made, and since when its days have stood there. The same kind both.
void KeepTimes(const Record& before, Record& after);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_DAY_WRITTEN_H_

// SPDX-License-Identifier: Apache-2.0
// Between the API's messages and the store's records: one function a direction and a kind, nothing else.
//
// To a record: only through the rules of model/check_*, so a record that breaks one can not be made. Codes that were
// not given become "unknown". Name, etag and times of the message are ignored: they are the store's. To a message:
// everything that is set in the record. Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD, UNKNOWN_CODE), every
// fault at once.
#ifndef AANGAN_SERVER_NODE_CONVERT_H_
#define AANGAN_SERVER_NODE_CONVERT_H_

#include <optional>
#include <string>

#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/store/v1/node_store.pb.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "model/period.h"
#include "storage/node/change.h"
#include "storage/node/node_store.h"

namespace aangan::node {

google::protobuf::Timestamp TimestampFromMicros(int64_t micros);
google::protobuf::Timestamp TimestampFromTime(absl::Time time);
absl::Time TimeFromTimestamp(const google::protobuf::Timestamp& timestamp);
google::type::Date DateFromDay(model::Day day);

v1::Member MemberMessage(const storage::node::Found& found);
v1::Consent ConsentMessage(const storage::node::Found& found);
v1::Service ServiceMessage(const storage::node::Found& found);
v1::Assessment AssessmentMessage(const storage::node::Found& found);

// `today` is the day in India by the node's clock; nothing may lie in the future.
absl::StatusOr<store::v1::MemberRecord> MemberRecordFrom(const v1::Member& member, model::Day today);
// `recorded_by` is the id of the caller's token; `path` goes before the names of fields: "consent", "consents.1".
absl::StatusOr<store::v1::ConsentRecord> ConsentRecordFrom(const v1::Consent& consent, model::Day today,
                                                           absl::string_view recorded_by, absl::string_view path);
absl::StatusOr<store::v1::ServiceRecord> ServiceRecordFrom(const v1::Service& service, model::Day today);
absl::StatusOr<store::v1::AssessmentRecord> AssessmentRecordFrom(const v1::Assessment& assessment, model::Day today);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_CONVERT_H_

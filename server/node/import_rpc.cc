// SPDX-License-Identifier: Apache-2.0
// ImportRecords and ImportBatch: rows of a file, pipelined into the store.
#include "server/node/import_rpc.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/problem.h"
#include "base/status.h"
#include "google/rpc/error_details.pb.h"
#include "server/node/convert.h"
#include "server/node/domain_gate.h"
#include "server/node/notice_book.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::Committed;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr size_t kMappingIdMax = 60;
constexpr int kConsentsMax = 4;
constexpr int kRecordsMax = 50;  // services, and assessments, a row

absl::Status RowProblem(Literal message, absl::string_view field, Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kImportRow, message).Field(field, what);
}

// Collects what became of the rows. Shared with callbacks that may outlive a stream that breaks off.
class Outcome {
 public:
  // Waits for a place among the rows in flight.
  void Begin() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Outcome* self)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->in_flight_ < kImportRowsInFlightMax; },
        this));
    ++in_flight_;
  }
  void End(int64_t line, const absl::StatusOr<Committed>& committed) {
    absl::MutexLock lock(&mutex_);
    --in_flight_;
    if (!committed.ok()) return Note(line, committed.status());
    ++(committed->repeated ? repeated_ : added_);
  }
  // A row that never began.
  void Refuse(int64_t line, const absl::Status& status) {
    absl::MutexLock lock(&mutex_);
    Note(line, status);
  }

  v1::ImportRecordsResponse AwaitAll() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Outcome* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->in_flight_ == 0; }, this));
    v1::ImportRecordsResponse response;
    response.set_added_rows(added_);
    response.set_repeated_rows(repeated_);
    std::sort(refused_.begin(), refused_.end(),
              [](const v1::RefusedRow& a, const v1::RefusedRow& b) { return a.line() < b.line(); });
    for (v1::RefusedRow& row : refused_) *response.add_refused_rows() = std::move(row);
    return response;
  }

 private:
  void Note(int64_t line, const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    v1::RefusedRow row;
    row.set_line(line);
    const std::string reason = ReasonOf(status);
    row.set_reason(reason.empty() ? std::string(ReasonName(Reason::kInternal)) : reason);
    google::rpc::BadRequest bad;
    const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
    if (payload.has_value() && bad.ParseFromString(std::string(*payload)) && bad.field_violations_size() > 0) {
      row.set_field(bad.field_violations(0).field());
      row.set_description(bad.field_violations(0).description());
    } else if (!reason.empty()) {
      row.set_description(std::string(status.message()));
    }
    refused_.push_back(std::move(row));
  }

  absl::Mutex mutex_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t added_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t repeated_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<v1::RefusedRow> refused_ ABSL_GUARDED_BY(mutex_);
};

// Makes one change out of a row.
class RowReader {
 public:
  RowReader(const RecordRooms& rooms, const server::Call& call, std::string mapping_id)
      : rooms_(rooms), call_(call), mapping_id_(std::move(mapping_id)), today_(model::DayInIndia(rooms.clock->Now())) {}

  absl::StatusOr<RecordsChange> ChangeOf(const v1::ImportRow& row) const {
    RETURN_IF_ERROR(CheckShape(row));
    RecordsChange change;
    change.actor = ActorOf(call_);
    change.action = Action::kImported;
    change.skip_if_present = true;
    model::Id member = IdOf(row, "member");
    if (row.has_member()) {
      ASSIGN_OR_RETURN(store::v1::MemberRecord record, MemberRecordFrom(row.member(), today_));
      Add(change, {model::RecordKind::kMember, member, member}, std::move(record));
    } else {
      ASSIGN_OR_RETURN(const model::RecordName name,
                       NameFor(call_, model::RecordKind::kMember, row.member_name(), "member_name"));
      member = name.member;
    }
    for (int i = 0; i < row.consents_size(); ++i) {
      const std::string path = absl::StrCat("consents.", i);
      ASSIGN_OR_RETURN(store::v1::ConsentRecord record,
                       ConsentRecordFrom(row.consents(i), today_, call_.caller().id, path));
      RETURN_IF_ERROR(SetNotice(*rooms_.store, path, record));
      Add(change, {model::RecordKind::kConsent, member, IdOf(row, absl::StrCat("consents/", i))}, std::move(record));
    }
    for (int i = 0; i < row.services_size(); ++i) {
      ASSIGN_OR_RETURN(store::v1::ServiceRecord record, ServiceRecordFrom(row.services(i), today_));
      RETURN_IF_ERROR(CheckDomain(member, record));
      Add(change, {model::RecordKind::kService, member, IdOf(row, absl::StrCat("services/", i))}, std::move(record));
    }
    for (int i = 0; i < row.assessments_size(); ++i) {
      ASSIGN_OR_RETURN(store::v1::AssessmentRecord record, AssessmentRecordFrom(row.assessments(i), today_));
      RETURN_IF_ERROR(CheckDomain(member, record));
      Add(change, {model::RecordKind::kAssessment, member, IdOf(row, absl::StrCat("assessments/", i))},
          std::move(record));
    }
    return change;
  }

 private:
  static absl::Status CheckShape(const v1::ImportRow& row) {
    if (row.row_digest().size() != sizeof(Digest))
      return RowProblem("The row has no digest.", "row_digest", "must be 32 bytes");
    if (row.occurrence() < 0) return RowProblem("The row's number is negative.", "occurrence", "must be 0 or more");
    if (row.has_member() == !row.member_name().empty())
      return RowProblem("A row is of a new member or of an existing one.", "member",
                        "must be set, or else member_name, and not both");
    if (row.consents_size() > kConsentsMax) return RowProblem("Too many consents.", "consents", "must be at most 4");
    if (row.services_size() > kRecordsMax) return RowProblem("Too many services.", "services", "must be at most 50");
    if (row.assessments_size() > kRecordsMax)
      return RowProblem("Too many assessments.", "assessments", "must be at most 50");
    if (!row.has_member() && row.consents().empty() && row.services().empty() && row.assessments().empty())
      return RowProblem("The row holds no record.", "services", "must hold at least one record");
    return absl::OkStatus();
  }

  // An operator has the file in hand and can read no record: there is nothing that a grant would keep from her.
  template <typename Record>
  absl::Status CheckDomain(const model::Id& member, const Record& record) const {
    if (call_.caller().role == server::Role::kOperator) return absl::OkStatus();
    return rooms_.gate->Check(call_, member, record);
  }

  model::Id IdOf(const v1::ImportRow& row, absl::string_view part) const {
    return rooms_.store->ImportId(mapping_id_, AsBytes(row.row_digest()), row.occurrence(), part);
  }

  static void Add(RecordsChange& change, const model::RecordName& name, storage::node::Record record) {
    change.writes.push_back({WriteKind::kCreate, name, 0, std::move(record)});
  }

  const RecordRooms& rooms_;
  const server::Call& call_;
  const std::string mapping_id_;
  const model::Day today_;
};

absl::Status CheckMapping(const std::string& mapping_id) {
  if (!mapping_id.empty() && mapping_id.size() <= kMappingIdMax) return absl::OkStatus();
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "An import names its mapping.")
      .Field("mapping_id", "must be 1 to 60 characters; of a stream, in the first message");
}

// Hands a row to the store, or says why not; its end goes to the outcome.
void Take(const RecordRooms& rooms, const RowReader& reader, const v1::ImportRow& row,
          const std::shared_ptr<Outcome>& outcome) {
  const int64_t line = row.line();
  absl::StatusOr<RecordsChange> change = reader.ChangeOf(row);
  if (!change.ok()) return outcome->Refuse(line, change.status());
  outcome->Begin();
  rooms.store->Submit(*std::move(change),
                      [outcome, line](absl::StatusOr<Committed> committed) { outcome->End(line, committed); });
}

}  // namespace

absl::StatusOr<v1::ImportRecordsResponse> ImportRecords(const RecordRooms& rooms, const server::Call& call,
                                                        server::Reader<v1::ImportRecordsRequest>& reader) {
  const auto outcome = std::make_shared<Outcome>();
  std::unique_ptr<RowReader> rows;
  int count = 0;
  v1::ImportRecordsRequest request;
  absl::Status broken;
  while (broken.ok() && reader.Next(&request)) {
    if (rows == nullptr) {
      broken = CheckMapping(request.mapping_id());
      if (!broken.ok()) break;
      rows = std::make_unique<RowReader>(rooms, call, request.mapping_id());
    }
    for (const v1::ImportRow& row : request.rows()) {
      if (++count > kImportRowsMax) {
        broken = Problem(absl::StatusCode::kInvalidArgument, Reason::kTooMany,
                         "A stream takes at most 2000 rows. Those before are taken in; send the rest in another one.")
                     .Field("rows", "must be at most 2000 a stream");
        break;
      }
      Take(rooms, *rows, row, outcome);
    }
    request.Clear();
  }
  v1::ImportRecordsResponse response = outcome->AwaitAll();
  RETURN_IF_ERROR(broken);
  RETURN_IF_ERROR(reader.status());
  if (rows == nullptr) return CheckMapping("");
  return response;
}

absl::StatusOr<v1::ImportRecordsResponse> ImportBatch(const RecordRooms& rooms, const server::Call& call,
                                                      const v1::ImportBatchRequest& request) {
  RETURN_IF_ERROR(CheckMapping(request.mapping_id()));
  if (request.rows_size() > kImportRowsMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooMany, "A batch takes at most 2000 rows.")
        .Field("rows", "must be at most 2000 a call");
  }
  const auto outcome = std::make_shared<Outcome>();
  const RowReader reader(rooms, call, request.mapping_id());
  for (const v1::ImportRow& row : request.rows()) {
    if (!request.validate_only()) {
      Take(rooms, reader, row, outcome);
    } else if (const auto change = reader.ChangeOf(row); !change.ok()) {
      outcome->Refuse(row.line(), change.status());
    }
  }
  return outcome->AwaitAll();
}

}  // namespace aangan::node

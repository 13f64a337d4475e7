// SPDX-License-Identifier: Apache-2.0
// Makes one row of an import.
#include "client/command/row_builder.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "client/command/words.h"
#include "google/rpc/error_details.pb.h"

namespace aangan::client {
namespace {

using google::protobuf::Message;

constexpr char kNoDecision[] =
    "must say her decision; where there is none, leave the other columns of this consent empty too";

std::string FixOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload && bad.ParseFromString(std::string(*payload)) && bad.field_violations_size() > 0)
    return bad.field_violations(0).description();
  return std::string(status.message());
}

// The records of one row by group, "service.2" behind "service.1".
class Records {
 public:
  Message* Of(const std::string& group) {
    std::unique_ptr<Message>& record = records_[KeyOf(group)];
    if (record == nullptr) record = New(group);
    return record.get();
  }

  // Into the row, without the groups of whose columns nothing is recorded.
  void MoveTo(const std::set<std::string>& left_out, node::v1::ImportRow* row) {
    for (auto& [key, record] : records_) {
      if (left_out.contains(key.second)) continue;
      if (auto* member = dynamic_cast<node::v1::Member*>(record.get())) *row->mutable_member() = std::move(*member);
      if (auto* consent = dynamic_cast<node::v1::Consent*>(record.get())) *row->add_consents() = std::move(*consent);
      if (auto* service = dynamic_cast<node::v1::Service*>(record.get())) *row->add_services() = std::move(*service);
      if (auto* filled = dynamic_cast<node::v1::Assessment*>(record.get()))
        *row->add_assessments() = std::move(*filled);
    }
  }

 private:
  // By length first, so that the tenth comes behind the ninth.
  static std::pair<size_t, std::string> KeyOf(const std::string& group) { return {group.size(), group}; }

  static std::unique_ptr<Message> New(const std::string& group) {
    const std::vector<std::string> parts = absl::StrSplit(group, '.');
    if (parts[0] == "member") return std::make_unique<node::v1::Member>();
    if (parts[0] == "service") return std::make_unique<node::v1::Service>();
    if (parts[0] == "assessment") return std::make_unique<node::v1::Assessment>();
    auto consent = std::make_unique<node::v1::Consent>();
    const absl::StatusOr<int> purpose = NumberOf(node::v1::ConsentPurpose_descriptor(), parts[1], "field");
    AANGAN_CHECK(purpose.ok());
    consent->set_purpose(static_cast<node::v1::ConsentPurpose>(*purpose));
    // Unless a default says otherwise, or a column: an empty cell of that one is no yes (see Undecided).
    consent->set_decision(node::v1::CONSENT_DECISION_GIVEN);
    return consent;
  }

  std::map<std::pair<size_t, std::string>, std::unique_ptr<Message>> records_;
};

// A column that says whether she consented.
bool IsDecision(const FieldPath& field) { return field.text() == field.group() + ".decision"; }

// The column of a decision that a row leaves empty though it records more of that consent: she would be taken to have
// said yes. Null when there is none.
const MappedColumn* Undecided(const CsvMapping& mapping, const std::set<std::string>& recorded,
                              const std::set<std::string>& decided) {
  for (const MappedColumn& column : mapping.columns()) {
    const std::string& group = column.field.group();
    if (IsDecision(column.field) && recorded.contains(group) && !decided.contains(group)) return &column;
  }
  return nullptr;
}

}  // namespace

std::optional<RowFault> RowBuilder::Fill(const CsvRow& row, node::v1::ImportRow* out) const {
  Records records;
  for (const DefaultValue& each : mapping_->defaults()) {
    if (each.field.group().empty()) {
      out->set_member_name(each.value);
      continue;
    }
    const absl::Status set = each.field.Set(records.Of(each.field.group()), each.value);
    if (!set.ok()) return RowFault{row.line, "[defaults] " + each.field.text(), "IMPORT_ROW", FixOf(set)};
  }
  std::set<std::string> mapped, recorded, decided;
  for (const MappedColumn& column : mapping_->columns()) {
    const std::string& group = column.field.group();
    const absl::StatusOr<std::optional<std::string>> value = ValueFor(column, row.fields[column.index]);
    if (!value.ok()) return RowFault{row.line, column.name, "IMPORT_ROW", FixOf(value.status())};
    if (group.empty()) {
      if (value->has_value()) out->set_member_name(**value);
      continue;
    }
    mapped.insert(group);
    if (!value->has_value()) continue;
    recorded.insert(group);
    if (IsDecision(column.field)) decided.insert(group);
    const absl::Status set = column.field.Set(records.Of(group), **value);
    if (!set.ok()) return RowFault{row.line, column.name, "IMPORT_ROW", FixOf(set)};
  }
  if (const MappedColumn* column = Undecided(*mapping_, recorded, decided); column != nullptr)
    return RowFault{row.line, column->name, "IMPORT_ROW", kNoDecision};
  // A new member is a member also when nothing of her is recorded.
  if (out->member_name().empty()) (void)records.Of("member");
  std::set<std::string> left_out;
  for (const std::string& group : mapped) {
    if (!recorded.contains(group) && (group != "member" || !out->member_name().empty())) left_out.insert(group);
  }
  records.MoveTo(left_out, out);
  if (!out->member_name().empty()) out->clear_member();
  return std::nullopt;
}

std::optional<RowFault> RowBuilder::Build(const CsvRow& row, node::v1::ImportRow* out) {
  out->Clear();
  if (!row.fault.empty()) return RowFault{row.line, "", "IMPORT_ROW", std::string(row.fault)};
  CanonicalWriter canonical;
  canonical.Bytes(source_);
  for (const std::string& field : row.fields) canonical.Bytes(field);
  const Digest digest = Sha256(canonical.bytes());
  out->set_line(row.line);
  out->set_row_digest(std::string(AsText(digest)));
  out->set_occurrence(seen_[digest]++);
  return Fill(row, out);
}

std::string RowBuilder::ColumnOf(const std::string& field) const {
  const std::string leaf = field.substr(field.find_last_of('.') + 1);
  std::string found;
  for (const MappedColumn& column : mapping_->columns()) {
    if (column.field.text() != field && !absl::EndsWith(column.field.text(), "." + leaf)) continue;
    if (!found.empty() && found != column.name) return field;
    found = column.name;
  }
  return found.empty() ? field : found;
}

}  // namespace aangan::client

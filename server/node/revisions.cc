// SPDX-License-Identifier: Apache-2.0
// Earlier forms of records: see revisions.h.
#include "server/node/revisions.h"

#include <algorithm>
#include <memory>
#include <set>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/node/convert.h"
#include "server/node/record_walk.h"

namespace aangan::node {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using storage::node::Found;
using storage::node::NodeStore;

uint64_t VersionOf(const Found& found) {
  return std::visit([](const auto& record) { return record.version(); }, found.record);
}

bool IsOurs(const FieldDescriptor& field) {
  return field.message_type() != nullptr && !field.is_repeated() &&
         field.message_type()->file()->package() == field.file()->package();
}

void AddChanged(const Message& before, const Message& after, const std::string& prefix,
                std::vector<std::string>& paths) {
  static const auto& in_each = *new std::set<std::string>{"etag", "update_time"};
  const auto* type = before.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (prefix.empty() && in_each.contains(field->name())) continue;
    if (IsOurs(*field)) {
      AddChanged(before.GetReflection()->GetMessage(before, field), after.GetReflection()->GetMessage(after, field),
                 absl::StrCat(field->name(), "."), paths);
      continue;
    }
    google::protobuf::util::MessageDifferencer differencer;
    if (!differencer.CompareWithFields(before, after, {field}, {field}))
      paths.push_back(absl::StrCat(prefix, field->name()));
  }
}

// In the form that the API gives a record; null for a kind that nobody corrects.
std::unique_ptr<Message> MessageOf(const Found& found) {
  switch (found.name.kind) {
    case model::RecordKind::kMember:
      return std::make_unique<v1::Member>(MemberMessage(found));
    case model::RecordKind::kService:
      return std::make_unique<v1::Service>(ServiceMessage(found));
    case model::RecordKind::kAssessment:
      return std::make_unique<v1::Assessment>(AssessmentMessage(found));
    default:
      return nullptr;
  }
}

absl::Status AddCorrections(const NodeStore& store, const Found& record, size_t limit,
                            std::vector<v1::Correction>& corrections) {
  ASSIGN_OR_RETURN(const std::vector<Replaced> forms, ReplacedForms(store, record.name, "", limit));
  for (const Replaced& form : forms) {
    v1::Correction correction;
    correction.set_name(model::RecordNameText(record.name));
    *correction.mutable_time() = TimestampFromMicros(UpdateTimeMicros(form.after));
    for (std::string& path : ChangedPaths(*MessageOf(form.before), *MessageOf(form.after)))
      correction.add_paths(std::move(path));
    if (correction.paths_size() > 0) corrections.push_back(std::move(correction));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> ChangedPaths(const Message& before, const Message& after) {
  std::vector<std::string> paths;
  AddChanged(before, after, "", paths);
  return paths;
}

std::string VersionText(const Found& found) { return absl::StrCat(VersionOf(found)); }

int64_t UpdateTimeMicros(const Found& found) {
  return std::visit(
      [](const auto& record) -> int64_t {
        if constexpr (requires { record.update_time_us(); }) return record.update_time_us();
        return record.create_time_us();
      },
      found.record);
}

absl::StatusOr<std::vector<Replaced>> ReplacedForms(const NodeStore& store, const model::RecordName& name,
                                                    const std::string& after, size_t limit) {
  // What follows the newest of the page: the record as it stands, or the last that the page before showed.
  ASSIGN_OR_RETURN(Found next, store.Get(name));
  uint64_t shown = 0;
  if (absl::SimpleAtoi(after, &shown)) {
    ASSIGN_OR_RETURN(std::vector<Found> last, store.ListRevisions(name, shown + 1, 1));
    if (!last.empty()) next = std::move(last.front());
  }
  ASSIGN_OR_RETURN(std::vector<Found> forms, store.ListRevisions(name, VersionOf(next), limit));
  std::vector<Replaced> replaced;
  for (Found& form : forms) {
    replaced.push_back({form, std::move(next)});
    next = std::move(form);
  }
  return replaced;
}

absl::StatusOr<std::vector<v1::Correction>> CorrectionsOf(const NodeStore& store, const Found& member, size_t limit) {
  std::vector<v1::Correction> corrections;
  RETURN_IF_ERROR(AddCorrections(store, member, limit, corrections));
  for (const model::RecordKind kind : {model::RecordKind::kService, model::RecordKind::kAssessment}) {
    RETURN_IF_ERROR(ForEachRecord(store, kind, member.name.member, [&](const Found& found) {
      return AddCorrections(store, found, limit, corrections);
    }));
  }
  std::stable_sort(corrections.begin(), corrections.end(), [](const v1::Correction& a, const v1::Correction& b) {
    return std::pair(a.time().seconds(), a.time().nanos()) > std::pair(b.time().seconds(), b.time().nanos());
  });
  if (corrections.size() > limit) corrections.resize(limit);
  return corrections;
}

}  // namespace aangan::node

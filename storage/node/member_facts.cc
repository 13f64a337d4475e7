// SPDX-License-Identifier: Apache-2.0
// Loading facts: see member_facts.h.
#include "storage/node/member_facts.h"

#include <utility>

#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/node/facts_of.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {

absl::StatusOr<WorkingKey> MemberFactsLoader::KeyOf(const Reader& reader, const model::Id& member) const {
  return keyring_->MemberKey(member.bytes, [&]() -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::optional<std::string> wrapped, reader.Get(Family::kMemberKeys, AsText(member.bytes)));
    if (!wrapped.has_value()) return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "there is no such member");
    return *std::move(wrapped);
  });
}

absl::Status MemberFactsLoader::ForEachRecord(
    const Reader& reader, const model::Id& member,
    absl::FunctionRef<void(const model::RecordName&, const Record&)> visit) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, reader.Get(Family::kMemberKeys, AsText(member.bytes)));
  if (!wrapped.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const WorkingKey key, KeyOf(reader, member));
  absl::Status status;
  RETURN_IF_ERROR(reader.Scan(Family::kRecords, MemberRange(member), Order::kForward,
                              [&](absl::string_view stored_key, absl::string_view value) {
                                absl::StatusOr<model::RecordName> name = NameOfKey(stored_key);
                                absl::StatusOr<Record> record =
                                    name.ok() ? OpenRecord(key.span(), *name, value) : name.status();
                                if (record.ok()) {
                                  visit(*name, *record);
                                } else {
                                  status = record.status();
                                }
                                return status.ok();
                              }));
  return status;
}

absl::StatusOr<std::optional<model::MemberFacts>> MemberFactsLoader::Load(const Reader& reader,
                                                                          const model::Id& member) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, reader.Get(Family::kMemberKeys, AsText(member.bytes)));
  if (!wrapped.has_value()) return std::optional<model::MemberFacts>();
  FactsGatherer gatherer(member);
  RETURN_IF_ERROR(ForEachRecord(
      reader, member, [&](const model::RecordName& name, const Record& record) { gatherer.Add(name, record); }));
  return std::optional<model::MemberFacts>(std::move(gatherer).Take());
}

absl::StatusOr<model::MemberFacts> MemberFactsLoader::LoadAfter(const Reader& reader, model::MemberFacts before,
                                                                absl::Span<const RecordWrite> writes) const {
  ASSIGN_OR_RETURN(const WorkingKey key, KeyOf(reader, before.id));
  FactsGatherer gatherer(std::move(before));
  for (const RecordWrite& write : writes) {
    gatherer.Drop(write.name);
    ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kRecords, RecordKey(write.name)));
    if (!value.has_value()) continue;  // it was deleted
    ASSIGN_OR_RETURN(const Record record, OpenRecord(key.span(), write.name, *value));
    gatherer.Add(write.name, record);
  }
  return std::move(gatherer).Take();
}

absl::Status MemberFactsLoader::ForEachId(const Reader& reader,
                                          absl::FunctionRef<absl::Status(const model::Id&)> visit) const {
  absl::Status status;
  RETURN_IF_ERROR(reader.Scan(Family::kMemberKeys, KeyRange::All(), Order::kForward,
                              [&](absl::string_view stored_key, absl::string_view) {
                                KeyReader reader_of_key(stored_key);
                                absl::StatusOr<KeyId> id = reader_of_key.Id();
                                if (!id.ok()) return status = id.status(), false;
                                status = visit(model::Id{*id});
                                return status.ok();
                              }));
  return status;
}

absl::Status MemberFactsLoader::ForEach(const Reader& reader,
                                        absl::FunctionRef<absl::Status(const model::MemberFacts&)> visit) const {
  return ForEachId(reader, [&](const model::Id& id) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<model::MemberFacts> facts, Load(reader, id));
    return facts.has_value() ? visit(*facts) : absl::OkStatus();
  });
}

}  // namespace aangan::storage::node

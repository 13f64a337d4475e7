// SPDX-License-Identifier: Apache-2.0
// Remembered requests: see request_ids.h.
#include "storage/node/request_ids.h"

#include <set>
#include <string>
#include <vector>

#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/node/record_codec.h"

namespace aangan::storage::node {
namespace {

std::string KeyOf(const RequestKey& request) {
  const Digest digest = Sha256(CanonicalWriter().Bytes(request.caller).Bytes(request.rpc).Bytes(request.id).bytes());
  return std::string(AsText(digest));
}

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "a remembered request does not read; check the disk");
}

// Form: i64 time, content 32, u64 sequence, u32 records, each a record key and u64 version.
absl::StatusOr<RememberedRequest> Parse(absl::string_view value) {
  RememberedRequest request;
  CanonicalReader reader(value);
  RETURN_IF_ERROR(reader.I64().status());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(request.content)));
  ASSIGN_OR_RETURN(request.result.sequence, reader.U64());
  ASSIGN_OR_RETURN(const uint32_t records, reader.U32());
  for (uint32_t i = 0; i < records; ++i) {
    ASSIGN_OR_RETURN(absl::string_view key, reader.Bytes(64));
    ASSIGN_OR_RETURN(model::RecordName name, NameOfKey(key));
    ASSIGN_OR_RETURN(const uint64_t version, reader.U64());
    request.result.names.push_back(name);
    request.result.versions.push_back(version);
  }
  RETURN_IF_ERROR(reader.End());
  return request;
}

// A deletion has no versions.
bool WroteAbout(const Committed& result, const std::set<model::Id>& members) {
  for (size_t i = 0; i < result.names.size(); ++i) {
    if (result.versions[i] != 0 && members.contains(result.names[i].member)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::optional<RememberedRequest>> FindRequest(const Reader& reader, const RequestKey& request) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, reader.Get(Family::kRequestIds, KeyOf(request)));
  if (!value.has_value()) return std::optional<RememberedRequest>();
  absl::StatusOr<RememberedRequest> remembered = Parse(*value);
  if (!remembered.ok()) return Damaged();
  return std::optional<RememberedRequest>(*std::move(remembered));
}

void RememberRequest(const RequestKey& request, const Committed& result, int64_t now_us, Batch& batch) {
  CanonicalWriter writer;
  writer.I64(now_us).Fixed(request.content).U64(result.sequence).U32(static_cast<uint32_t>(result.names.size()));
  for (size_t i = 0; i < result.names.size(); ++i) writer.Bytes(RecordKey(result.names[i])).U64(result.versions[i]);
  batch.Put(Family::kRequestIds, KeyOf(request), writer.bytes());
}

absl::StatusOr<int64_t> ForgetOldRequests(int64_t now_us, int64_t limit, Batch& batch) {
  std::vector<std::string> old;
  const int64_t kept_from_us = now_us - absl::ToInt64Microseconds(kRequestIdLife);
  RETURN_IF_ERROR(batch.Scan(Family::kRequestIds, KeyRange::All(), Order::kForward,
                             [&](absl::string_view key, absl::string_view value) {
                               const absl::StatusOr<int64_t> time = CanonicalReader(value).I64();
                               if (time.ok() && *time < kept_from_us) old.emplace_back(key);
                               return static_cast<int64_t>(old.size()) < limit;
                             }));
  for (const std::string& key : old) batch.Delete(Family::kRequestIds, key);
  return static_cast<int64_t>(old.size());
}

absl::Status ForgetRequestsAbout(const std::vector<model::Id>& members, Batch& batch) {
  const std::set<model::Id> erased(members.begin(), members.end());
  std::vector<std::string> about;
  bool damaged = false;
  RETURN_IF_ERROR(batch.Scan(Family::kRequestIds, KeyRange::All(), Order::kForward,
                             [&](absl::string_view key, absl::string_view value) {
                               const absl::StatusOr<RememberedRequest> request = Parse(value);
                               damaged = !request.ok();
                               if (!damaged && WroteAbout(request->result, erased)) about.emplace_back(key);
                               return !damaged;
                             }));
  if (damaged) return Damaged();
  for (const std::string& key : about) batch.Delete(Family::kRequestIds, key);
  return absl::OkStatus();
}

}  // namespace aangan::storage::node

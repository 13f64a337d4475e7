// SPDX-License-Identifier: Apache-2.0
// The one table of what is kept where: every column family of every store, its key and its value.
//
// A new row is free: missing families are made when a store is opened. Taking a row away, or changing the meaning of a
// key or value, needs a step in a migration plan. Keys are written with keys.h; "id" is 16 bytes.
// Source of the values: proto/aangan/store/v1. "sealed" values are bytes of sealing.h and do not compress.
#ifndef AANGAN_STORAGE_ENGINE_COLUMN_FAMILIES_H_
#define AANGAN_STORAGE_ENGINE_COLUMN_FAMILIES_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace aangan::storage {

enum class Family : uint8_t {
  kMeta,
  kRecords,
  kMemberKeys,
  kErasedIds,
  kTallies,
  kAudit,
  kAuditByMember,
  kRequestIds,
  kSettings,
  kLedger,
  kLocks,
  kDraws,
  kRounds,
  kContributions,
  kReleases,
  kLog,
  kUploads,
  kAnswers,
  kComplaints,
  kRevisions,
};
inline constexpr size_t kFamilyCount = static_cast<size_t>(Family::kRevisions) + 1;

// How a family is read and what it holds decides its options.
enum class Shape : uint8_t {
  kSmall,   // few small values
  kSealed,  // sealed values, looked up by key: a filter, no compression
  kLookup,  // plain values, looked up by key: a filter, compression
  kSeries,  // plain values, written and read in key order: no filter, compression
};

struct FamilyRow {
  Family family;
  absl::string_view name;   // on disk, never changed
  absl::string_view key;    // how the key is made
  absl::string_view value;  // what the value is
  Shape shape;
};

inline constexpr FamilyRow kMetaRow = {
    Family::kMeta, "meta", "text",
    "format: u32; families: text; last_commit: mark; master_key_id: bytes; consent_order: u64", Shape::kSmall};

// The node's main store.
inline constexpr std::array<FamilyRow, 10> kNodeMainFamilies = {{
    kMetaRow,
    {Family::kRecords, "records", "member id, kind u8, record id", "sealed record", Shape::kSealed},
    {Family::kRevisions, "revisions", "member id, kind u8, record id, version u64",
     "a record as it was sealed before it was changed", Shape::kSealed},
    {Family::kMemberKeys, "member_keys", "member id", "the member's key, sealed under the master key", Shape::kSealed},
    {Family::kErasedIds, "erased_ids", "member id", "empty: the id stays refused", Shape::kLookup},
    {Family::kTallies, "tallies", "kind u8 (1 checkpoint, 2 entry), sequence u64", "sealed counts", Shape::kSealed},
    {Family::kAudit, "audit", "sequence u64, number u32", "audit entry with its chain hash", Shape::kSeries},
    {Family::kAuditByMember, "audit_by_member", "member id, sequence u64, number u32", "empty", Shape::kSeries},
    {Family::kRequestIds, "request_ids", "digest of caller, rpc and id", "what the change became", Shape::kLookup},
    {Family::kSettings, "settings", "text", "roster, catalogue, token, release as sent", Shape::kLookup},
}};

// The node's second store, which is in no backup.
inline constexpr std::array<FamilyRow, 6> kNodeOnceFamilies = {{
    kMetaRow,
    {Family::kLedger, "ledger", "number u64", "debit with its chain head", Shape::kSmall},
    {Family::kLocks, "locks", "period", "the one answer of a period", Shape::kSmall},
    {Family::kDraws, "draws", "round id", "sealed draw", Shape::kSealed},
    {Family::kRounds, "rounds", "period", "state of a round", Shape::kLookup},
    {Family::kLog, "log", "number u64", "time of receipt and entry of the federation's log", Shape::kSeries},
}};

// The federation's store.
inline constexpr std::array<FamilyRow, 10> kFederationFamilies = {{
    kMetaRow,
    {Family::kSettings, "settings", "text", "rosters, catalogues, collectives, tokens", Shape::kLookup},
    {Family::kRounds, "rounds", "text", "state of a round", Shape::kLookup},
    {Family::kContributions, "contributions", "text", "a contribution, byte for byte", Shape::kLookup},
    {Family::kReleases, "releases", "text", "a signed release", Shape::kLookup},
    {Family::kLog, "log", "number, ten digits", "entry of the Merkle log", Shape::kSeries},
    {Family::kLocks, "locks", "text", "what may happen only once", Shape::kSmall},
    {Family::kUploads, "uploads", "text", "parts of uploads that are not whole yet", Shape::kLookup},
    {Family::kAnswers, "answers", "text", "an answer, byte for byte", Shape::kLookup},
    {Family::kComplaints, "complaints", "text", "a complaint with its verdict", Shape::kLookup},
}};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_COLUMN_FAMILIES_H_

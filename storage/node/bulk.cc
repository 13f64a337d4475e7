// SPDX-License-Identifier: Apache-2.0
// A generation from a snapshot: see bulk.h.
#include "storage/node/bulk.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "model/names.h"
#include "storage/engine/durable_head.h"

namespace aangan::storage::node {
namespace {

constexpr size_t kPieceBytesMin = 256u << 10;
constexpr size_t kPieceBytesMax = 4u << 20;
constexpr size_t kEntryBytesMax = 64u << 20;
constexpr size_t kFileBytesMax = 64u << 20;

absl::string_view NameOf(Family family) {
  const auto* row = std::find_if(kNodeMainFamilies.begin(), kNodeMainFamilies.end(),
                                 [family](const FamilyRow& each) { return each.family == family; });
  return row->name;
}

// One key in 256 is the last of a piece, whatever was added or taken away before it.
bool EndsPiece(absl::string_view key) { return Sha256(key)[0] == 0; }

// Cuts one family into pieces and adds them.
class Cutter {
 public:
  Cutter(Family family, BackupFolder* folder, Generation* generation)
      : what_(absl::StrCat(kFamilyPart, NameOf(family))), folder_(folder), generation_(generation) {}

  absl::Status Take(absl::string_view key, absl::string_view value) {
    CanonicalWriter entry;
    entry.Bytes(key).Bytes(value);
    piece_ += entry.bytes();
    const bool full = piece_.size() >= kPieceBytesMax || (piece_.size() >= kPieceBytesMin && EndsPiece(key));
    return full ? Cut() : absl::OkStatus();
  }
  absl::Status Cut() {
    if (piece_.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(BackupPart part, folder_->Add(what_, piece_));
    generation_->parts.push_back(std::move(part));
    piece_.clear();
    return absl::OkStatus();
  }

 private:
  const std::string what_;
  BackupFolder* const folder_;
  Generation* const generation_;
  std::string piece_;
};

absl::StatusOr<BulkFacts> FactsOf(const Reader& snapshot) {
  ASSIGN_OR_RETURN(const LastCommits commits, ReadLastCommits(snapshot));
  ASSIGN_OR_RETURN(const std::optional<std::string> incarnation, snapshot.Get(Family::kSettings, kIncarnationSetting));
  return BulkFacts{commits.last.sequence, commits.last.hash, incarnation.value_or("")};
}

}  // namespace

std::string EncodeBulkFacts(const BulkFacts& facts) {
  return CanonicalWriter().U64(facts.sequence).Fixed(facts.audit_head).Bytes(facts.incarnation).bytes();
}

absl::StatusOr<BulkFacts> DecodeBulkFacts(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  BulkFacts facts;
  ASSIGN_OR_RETURN(facts.sequence, reader.U64());
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(facts.audit_head)));
  ASSIGN_OR_RETURN(const absl::string_view incarnation, reader.Bytes(bytes.size()));
  facts.incarnation = std::string(incarnation);
  RETURN_IF_ERROR(reader.End());
  return facts;
}

bool IsFileInBulk(absl::string_view path) {
  if (absl::EndsWith(path, ".new")) return false;  // left by a crash
  if (absl::ConsumePrefix(&path, "tls/")) return !path.empty() && !absl::StrContains(path, '/');
  return path == "signing_key" || path == "membership" || path == "offers" || path == "recovery" ||
         (absl::StartsWith(path, "signing_key.") && !absl::StrContains(path, '/'));
}

absl::StatusOr<std::vector<std::string>> FilesInBulk(const std::string& data_folder) {
  std::vector<std::string> paths;
  for (const char* below : {"", "tls/"}) {
    std::error_code error;
    std::filesystem::directory_iterator each(absl::StrCat(data_folder, "/", below), error);
    for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
      std::string path = absl::StrCat(below, each->path().filename().string());
      std::error_code ignored;
      if (each->is_regular_file(ignored) && IsFileInBulk(path)) paths.push_back(std::move(path));
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      return Problem(absl::StatusCode::kUnavailable, Reason::kInternal, "the data folder can not be read")
          .Number("errno", error.value());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<Generation> WriteBulk(const Reader& snapshot, const std::string& data_folder, uint64_t number,
                                     int64_t time_us, BackupFolder& folder, absl::FunctionRef<bool(uint64_t)> go_on) {
  Generation generation;
  generation.number = number;
  generation.time_us = time_us;
  ASSIGN_OR_RETURN(const BulkFacts facts, FactsOf(snapshot));
  generation.facts = EncodeBulkFacts(facts);
  uint64_t done = 0;
  for (const Family family : kFamiliesInBulk) {
    Cutter cutter(family, &folder, &generation);
    absl::Status status;
    RETURN_IF_ERROR(
        snapshot.Scan(family, KeyRange::All(), Order::kForward, [&](absl::string_view key, absl::string_view value) {
          status = cutter.Take(key, value);
          done += key.size() + value.size();
          if (status.ok() && !go_on(done)) status = absl::CancelledError("");
          return status.ok();
        }));
    RETURN_IF_ERROR(status);
    RETURN_IF_ERROR(cutter.Cut());
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesInBulk(data_folder));
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(absl::StrCat(data_folder, "/", path), kFileBytesMax));
    absl::StatusOr<BackupPart> part = folder.Add(absl::StrCat(kFilePart, path), bytes);
    Wipe(bytes);
    RETURN_IF_ERROR(part.status());
    generation.parts.push_back(*std::move(part));
  }
  RETURN_IF_ERROR(folder.Finish(generation));
  return generation;
}

absl::Status ForEachEntry(absl::string_view piece,
                          absl::FunctionRef<absl::Status(absl::string_view, absl::string_view)> visit) {
  CanonicalReader reader(piece);
  while (reader.remaining() > 0) {
    ASSIGN_OR_RETURN(const absl::string_view key, reader.Bytes(kEntryBytesMax));
    ASSIGN_OR_RETURN(const absl::string_view value, reader.Bytes(kEntryBytesMax));
    RETURN_IF_ERROR(visit(key, value));
  }
  return absl::OkStatus();
}

}  // namespace aangan::storage::node

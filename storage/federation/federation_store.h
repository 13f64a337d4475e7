// SPDX-License-Identifier: Apache-2.0
// What the federation keeps, behind a few operations, so that one machine can hold it embedded and several can share a
// database server.
//
// Values are bytes under a table and a text key. Everything that changes goes through Commit(): all writes or none, and
// only while its conditions hold, so two servers never overwrite each other's step. What Commit() acknowledged is
// durable.
//
// Threads: thread-safe. A store may be used by several processes when its implementation says so.
// Errors: ABORTED (WRONG_STATE) when a condition does not hold, and nothing is written then; UNAVAILABLE when the store
// can not be reached; DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_FEDERATION_FEDERATION_STORE_H_
#define AANGAN_STORAGE_FEDERATION_FEDERATION_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace aangan::storage::federation {

// Names of tables are on disk and never change.
enum class Table : uint8_t {
  kSettings,       // rosters, catalogues, collectives, join tokens, app credentials
  kRounds,         // state of a round, by period
  kUploads,        // parts of contributions that are not whole yet
  kContributions,  // whole contributions, byte for byte
  kReleases,       // signed national releases
  kAnswers,        // holders' answers, byte for byte
  kComplaints,     // complaints about dealers
  kLog,            // entries of the log that everybody keeps
};

struct Entry {
  std::string key;
  std::string value;
};

// One value to write; no value deletes.
struct Write {
  Table table = Table::kSettings;
  std::string key;
  std::optional<std::string> value;
};

// What must be there when the writes happen; no value: nothing must be there.
struct Condition {
  Table table = Table::kSettings;
  std::string key;
  std::optional<std::string> value;
};

// Bounds of every implementation.
inline constexpr size_t kKeyBytesMax = 512;
inline constexpr size_t kValueBytesMax = 16 << 20;

class FederationStore {
 public:
  virtual ~FederationStore() = default;

  // None when there is no such key.
  virtual absl::StatusOr<std::optional<std::string>> Get(Table table, absl::string_view key) const = 0;
  // Entries whose key begins with `prefix` and sorts behind `after` (byte by byte), in order, at most `limit`.
  virtual absl::StatusOr<std::vector<Entry>> List(Table table, absl::string_view prefix, absl::string_view after,
                                                  size_t limit) const = 0;
  // INVALID_ARGUMENT (TOO_LARGE) when a key or value passes its bound; nothing is written then.
  virtual absl::Status Commit(const std::vector<Write>& writes, const std::vector<Condition>& conditions) = 0;
};

}  // namespace aangan::storage::federation

#endif  // AANGAN_STORAGE_FEDERATION_FEDERATION_STORE_H_

// SPDX-License-Identifier: Apache-2.0
// Typed values over the federation's store: read with the bytes they were read as, so that a change can be made on the
// condition that nobody else was quicker.
//
// Threads: as the store. Errors: those of the store; DATA_LOSS (DAMAGED) for a value that does not parse.
#ifndef AANGAN_SERVER_FEDERATION_STORED_H_
#define AANGAN_SERVER_FEDERATION_STORED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/problem.h"
#include "base/status.h"
#include "storage/federation/federation_store.h"

namespace aangan::federation {

using storage::federation::Condition;
using storage::federation::Entry;
using storage::federation::FederationStore;
using storage::federation::Table;
using storage::federation::Write;

// More rows of one kind than any federation has; a list that could be longer is read in pages.
inline constexpr size_t kRowsMax = 10'000;
// How often a step is tried again because another caller changed the same row first.
inline constexpr int kTriesMax = 64;

template <typename T>
struct Stored {
  std::string key;
  T value;
  std::string bytes;  // as read
};

template <typename T>
absl::StatusOr<Stored<T>> ParseStored(Entry entry) {
  Stored<T> stored;
  if (!stored.value.ParseFromString(entry.value)) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A stored value of the federation is damaged.")
        .ToStatus();
  }
  stored.key = std::move(entry.key);
  stored.bytes = std::move(entry.value);
  return stored;
}

// None when there is no such key.
template <typename T>
absl::StatusOr<std::optional<Stored<T>>> ReadStored(const FederationStore& store, Table table, const std::string& key) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes, store.Get(table, key));
  if (!bytes) return std::optional<Stored<T>>();
  ASSIGN_OR_RETURN(Stored<T> stored, ParseStored<T>({key, *std::move(bytes)}));
  return std::optional<Stored<T>>(std::move(stored));
}

template <typename T>
absl::StatusOr<std::vector<Stored<T>>> ListStored(const FederationStore& store, Table table, absl::string_view prefix) {
  ASSIGN_OR_RETURN(std::vector<Entry> entries, store.List(table, prefix, "", kRowsMax));
  std::vector<Stored<T>> all;
  for (Entry& entry : entries) {
    ASSIGN_OR_RETURN(Stored<T> stored, ParseStored<T>(std::move(entry)));
    all.push_back(std::move(stored));
  }
  return all;
}

// The row is as it was read; with none, it is not there.
template <typename T>
Condition Unchanged(Table table, std::string key, const std::optional<Stored<T>>& stored) {
  return {table, std::move(key), stored ? std::optional<std::string>(stored->bytes) : std::nullopt};
}
template <typename T>
Condition Unchanged(Table table, const Stored<T>& stored) {
  return {table, stored.key, stored.bytes};
}

// Repeats a step that reads, decides and commits, for as long as somebody else was quicker.
template <typename Step>
auto UntilUncontested(Step step) -> decltype(step()) {
  for (int i = 1; i < kTriesMax; ++i) {
    auto result = step();
    const absl::Status status = [](const auto& r) -> absl::Status {
      if constexpr (std::is_same_v<std::decay_t<decltype(r)>, absl::Status>) {
        return r;
      } else {
        return r.status();
      }
    }(result);
    if (!absl::IsAborted(status)) return result;
  }
  return step();
}

// Numbers as keys that sort as they count.
inline std::string NumberKey(absl::string_view prefix, int32_t number) {
  return absl::StrCat(prefix, absl::StrFormat("%010d", number));
}

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_STORED_H_

// SPDX-License-Identifier: Apache-2.0
// One place to read from: the database as it is, a snapshot of it, or a batch that is being filled.
#ifndef AANGAN_STORAGE_ENGINE_READER_H_
#define AANGAN_STORAGE_ENGINE_READER_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/engine/column_families.h"
#include "storage/engine/keys.h"

namespace aangan::storage {

enum class Order : uint8_t { kForward, kBackward };

// Called with one key and its value; both views end with the call. False stops the scan.
using Visit = absl::FunctionRef<bool(absl::string_view key, absl::string_view value)>;

// Threads: as the class that implements it says.
// Errors: DATA_LOSS (DAMAGED); UNAVAILABLE (INTERNAL) when the disk refuses.
class Reader {
 public:
  virtual ~Reader() = default;
  // nullopt when there is no such key.
  virtual absl::StatusOr<std::optional<std::string>> Get(Family family, absl::string_view key) const = 0;
  // Visits the keys of the range in order.
  virtual absl::Status Scan(Family family, const KeyRange& range, Order order, Visit visit) const = 0;
};

}  // namespace aangan::storage

#endif  // AANGAN_STORAGE_ENGINE_READER_H_

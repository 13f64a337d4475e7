// SPDX-License-Identifier: Apache-2.0
// Records as they lie on disk: the key, and the version in clear before the sealed value, so that the sequencer checks
// an etag without a key. Threads: pure, if the RandomSource is thread-safe. Errors: DATA_LOSS (DAMAGED).
#ifndef AANGAN_STORAGE_NODE_RECORD_CODEC_H_
#define AANGAN_STORAGE_NODE_RECORD_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/random.h"
#include "model/names.h"
#include "storage/engine/keys.h"
#include "storage/node/change.h"

namespace aangan::storage::node {

std::string RecordKey(const model::RecordName& name);
// All records of a member; with a kind, those of one kind.
KeyRange MemberRange(const model::Id& member);
KeyRange KindRange(const model::Id& member, model::RecordKind kind);
absl::StatusOr<model::RecordName> NameOfKey(absl::string_view key);

std::string SealRecord(absl::Span<const uint8_t> member_key, const model::RecordName& name, uint64_t version,
                       const Record& record, RandomSource& random);
absl::StatusOr<Record> OpenRecord(absl::Span<const uint8_t> member_key, const model::RecordName& name,
                                  absl::string_view value);
absl::StatusOr<uint64_t> VersionOf(absl::string_view value);

// Sets version and times of a record that is about to be written, those of its days too.
void Stamp(Record& record, WriteKind kind, uint64_t version, int64_t now_us);

}  // namespace aangan::storage::node

#endif  // AANGAN_STORAGE_NODE_RECORD_CODEC_H_

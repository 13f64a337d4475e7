// SPDX-License-Identifier: Apache-2.0
// Update masks: which fields of a resource change. Source: AIP-134, AIP-161.
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) when the mask is empty, too long, or names no field.
#ifndef AANGAN_SERVER_SHARED_FIELD_MASK_H_
#define AANGAN_SERVER_SHARED_FIELD_MASK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace aangan::server {

// Copies what `mask` names from `from` to `to`, both of one type; a field that is unset in `from` becomes unset. "*"
// alone means every field. Fields of `output_only` (top level) never change: by "*" they are skipped, by name they are
// ignored.
absl::Status ApplyMask(const google::protobuf::FieldMask& mask, const google::protobuf::Message& from,
                       absl::Span<const absl::string_view> output_only, google::protobuf::Message* to);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_FIELD_MASK_H_

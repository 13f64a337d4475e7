// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of a protobuf message, computed from its typed fields: what is signed and hashed of rosters and
// catalogues. Re-serialised protobuf is not canonical, so these bytes never come from the wire.
//
// Form: every field of the message's schema in the order of its numbers, also where it is unset. Integers and enums as
// i64, bool as u8, string and bytes with a u32 length; a message as u8 presence and then its fields; `optional` scalars
// as u8 presence and then the value; repeated fields as a u32 count and then the elements. A schema that gains a field
// so gains bytes: signed messages change with a new version of their label alone, and a golden test says when one did.
//
// Threads: pure. Errors: INVALID_ARGUMENT (INVALID_FIELD) when the message or one inside it holds unknown fields: what
// a signer can not see it must not sign.
#ifndef AANGAN_MODEL_CANONICAL_MESSAGE_H_
#define AANGAN_MODEL_CANONICAL_MESSAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace aangan::model {

// Maps, floating point and groups have no canonical form; a schema with one is our own error.
absl::StatusOr<std::string> CanonicalMessage(const google::protobuf::Message& message);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CANONICAL_MESSAGE_H_

// SPDX-License-Identifier: Apache-2.0
// Keys as they lie in a store: what reads is written again as the same bytes, and keys sort as what they hold.
#include "storage/engine/keys.h"

#include "base/check.h"
#include "storage/node/record_codec.h"
#include "tests/fuzz/fuzz_bytes.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::storage;  // NOLINT

namespace {

// Reads one part of the kind asked for and writes it behind what was read before; false when there is none.
bool CopyPart(uint8_t kind, KeyReader& reader, KeyWriter& writer) {
  switch (kind % 5) {
    case 0:
      if (const auto value = reader.U8(); value.ok()) return writer.U8(*value), true;
      return false;
    case 1:
      if (const auto value = reader.U32(); value.ok()) return writer.U32(*value), true;
      return false;
    case 2:
      if (const auto value = reader.U64(); value.ok()) return writer.U64(*value), true;
      return false;
    case 3:
      if (const auto value = reader.Id(); value.ok()) return writer.Id(*value), true;
      return false;
    default:
      if (const auto value = reader.Text(); value.ok()) return writer.Text(*value), true;
      return false;
  }
}

}  // namespace

// The first byte says how many bytes name kinds of parts; the key follows.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  const absl::string_view kinds = input.substr(0, data[0]);
  const absl::string_view key = input.substr(kinds.size());
  KeyReader reader(key);
  KeyWriter writer;
  for (const char kind : kinds) {
    if (!CopyPart(static_cast<uint8_t>(kind), reader, writer)) break;
  }
  const std::string& copied = writer.bytes();
  AANGAN_CHECK(key.substr(0, copied.size()) == copied);
  AANGAN_CHECK(reader.End().ok() == (copied.size() == key.size()));

  if (const auto name = node::NameOfKey(key); name.ok()) {
    AANGAN_CHECK(node::RecordKey(*name) == key && node::MemberRange(name->member).Contains(key));
    AANGAN_CHECK(node::KindRange(name->member, name->kind).Contains(key));
  }
  const std::string one = KeyWriter().Text(kinds).Take();
  const std::string other = KeyWriter().Text(key).Take();
  AANGAN_CHECK((one < other) == (kinds < key));
  const KeyRange range = KeyRange::Prefix(key);
  AANGAN_CHECK(range.Contains(key) && range.Contains(std::string(key) + '\xff') && !range.After(key).Contains(key));
  AANGAN_CHECK(range.Contains(kinds) == (kinds.substr(0, key.size()) == key));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Update masks over a member: what is fixed never changes, and the same update twice is the update once.
#include "server/shared/field_mask.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>

#include "aangan/node/v1/members.pb.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/problem.h"
#include "tests/fuzz/fuzz_bytes.h"

using namespace aangan;  // NOLINT: a fuzz target is one function
using aangan::node::v1::Member;

// Protobuf's own complaints about text that is no UTF-8 would fill the log.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

// The first byte says how long the mask is; its paths are separated by commas, and the member to copy from follows.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  google::protobuf::FieldMask mask;
  for (const absl::string_view path : absl::StrSplit(input.substr(0, data[0]), ',', absl::SkipEmpty()))
    mask.add_paths(std::string(path));
  Member from;
  const absl::string_view rest = input.substr(std::min<size_t>(data[0], input.size()));
  if (!from.ParseFromArray(rest.data(), static_cast<int>(rest.size()))) return 0;
  Member before;
  before.set_name("members/a");
  before.set_birth_year(1990);
  before.mutable_details()->set_full_name("somebody");
  before.mutable_details()->add_other_names("else");
  before.set_etag("v1");

  constexpr std::array<absl::string_view, 2> kFixed = {"name", "etag"};
  Member after = before;
  const absl::Status status = server::ApplyMask(mask, from, kFixed, &after);
  if (!status.ok()) {
    AANGAN_CHECK(HasReason(status, Reason::kInvalidField));
    AANGAN_CHECK(after.SerializeAsString() == before.SerializeAsString());
    return 0;
  }
  AANGAN_CHECK(after.name() == before.name() && after.etag() == before.etag());
  Member again = after;
  AANGAN_CHECK(server::ApplyMask(mask, from, kFixed, &again).ok());
  AANGAN_CHECK(again.SerializeAsString() == after.SerializeAsString());
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Update masks, by protobuf's own merge.
#include "server/shared/field_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/problem.h"
#include "google/protobuf/util/field_mask_util.h"

namespace aangan::server {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;

constexpr int kPathsMax = 100;

absl::Status BadMask(Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                 "The update mask does not say what changes.")
      .Field("update_mask", what);
}

// A path exactly as its fields are joined. Protobuf skips empty parts, so that ".name" would be "name" to it, and
// nothing fixed to us.
bool NamesFields(const google::protobuf::Descriptor& type, const std::string& path) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  if (path.empty() || !FieldMaskUtil::GetFieldDescriptors(&type, path, &fields)) return false;
  return path == absl::StrJoin(fields, ".", [](std::string* out, const google::protobuf::FieldDescriptor* field) {
           out->append(field->name());
         });
}

absl::string_view TopOf(absl::string_view path) { return path.substr(0, path.find('.')); }

}  // namespace

absl::Status ApplyMask(const FieldMask& mask, const google::protobuf::Message& from,
                       absl::Span<const absl::string_view> output_only, google::protobuf::Message* to) {
  if (mask.paths().empty()) return BadMask("is required");
  if (mask.paths_size() > kPathsMax) return BadMask("must have at most 100 paths");
  const google::protobuf::Descriptor& type = *from.GetDescriptor();
  const auto fixed = [&](absl::string_view path) {
    return std::find(output_only.begin(), output_only.end(), TopOf(path)) != output_only.end();
  };
  FieldMask changing;
  if (mask.paths_size() == 1 && mask.paths(0) == "*") {
    for (int i = 0; i < type.field_count(); ++i) {
      if (!fixed(type.field(i)->name())) changing.add_paths(type.field(i)->name());
    }
  } else {
    for (const std::string& path : mask.paths()) {
      if (!NamesFields(type, path)) return BadMask("must name fields, or be \"*\" alone");
      if (!fixed(path)) changing.add_paths(path);
    }
  }
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(from, changing, options, to);
  return absl::OkStatus();
}

}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// A Status with its details as one message.
#include "server/shared/rich_status.h"

#include <string>

#include "absl/strings/cord.h"

namespace aangan::server {

google::rpc::Status RichStatusOf(const absl::Status& status) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(std::string(status.message()));
  status.ForEachPayload([&rich](absl::string_view type, const absl::Cord& payload) {
    auto* detail = rich.add_details();
    detail->set_type_url(std::string(type));
    detail->set_value(std::string(payload));
  });
  while (rich.details_size() > 0 && rich.ByteSizeLong() > kDetailBytesMax) rich.mutable_details()->RemoveLast();
  return rich;
}

}  // namespace aangan::server

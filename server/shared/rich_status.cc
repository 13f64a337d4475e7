// SPDX-License-Identifier: Apache-2.0
// A Status with its details as one message.
#include "server/shared/rich_status.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"

namespace aangan::server {

google::rpc::Status RichStatusOf(const absl::Status& status) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(std::string(status.message()));
  // A status gives its payloads in another order each time. The reason goes first, because the last are left out.
  std::map<std::pair<bool, std::string>, std::string> details;
  status.ForEachPayload([&details](absl::string_view type, const absl::Cord& payload) {
    details[{!absl::EndsWith(type, "/google.rpc.ErrorInfo"), std::string(type)}] = std::string(payload);
  });
  for (auto& [key, value] : details) {
    auto* detail = rich.add_details();
    detail->set_type_url(key.second);
    detail->set_value(std::move(value));
  }
  while (rich.details_size() > 0 && rich.ByteSizeLong() > kDetailBytesMax) rich.mutable_details()->RemoveLast();
  return rich;
}

}  // namespace aangan::server

// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.NoticeService: the words that a member hears before she agrees.
// Threads: thread-safe. Errors: as in notices.proto.
#ifndef AANGAN_SERVER_NODE_NOTICE_RPC_H_
#define AANGAN_SERVER_NODE_NOTICE_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/notices.pb.h"
#include "absl/status/statusor.h"
#include "server/node/member_rpc.h"
#include "server/node/notice_book.h"
#include "server/shared/door.h"

namespace aangan::node {

class NoticeRpc {
 public:
  explicit NoticeRpc(const RecordRooms& rooms) : rooms_(rooms), book_(rooms.store) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::Notice> CreateNotice(const server::Call& call, const v1::CreateNoticeRequest& request);
  absl::StatusOr<v1::Notice> GetNotice(const server::Call& call, const v1::GetNoticeRequest& request);
  absl::StatusOr<v1::ListNoticesResponse> ListNotices(const server::Call& call, const v1::ListNoticesRequest& request);

  const RecordRooms rooms_;
  NoticeBook book_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_NOTICE_RPC_H_

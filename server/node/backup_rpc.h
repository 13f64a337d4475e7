// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.BackupService: backups, copies of the key file, receipts of erasures.
// Threads: thread-safe. Errors: as in backups.proto.
#ifndef AANGAN_SERVER_NODE_BACKUP_RPC_H_
#define AANGAN_SERVER_NODE_BACKUP_RPC_H_

#include <map>
#include <string>

#include "aangan/node/v1/backups.pb.h"
#include "absl/status/statusor.h"
#include "server/node/backup_agent.h"
#include "server/node/identity.h"
#include "server/node/member_rpc.h"
#include "server/shared/door.h"
#include "storage/node/once_store.h"

namespace aangan::node {

// True when the last good backup is older than a week, or there is none of a store that is.
bool WantsBackup(const storage::node::NodeStore& store, absl::Time now);

class BackupRpc {
 public:
  // All outlive it. `data`: the node's folder.
  struct Rooms {
    RecordRooms records;
    BackupAgent* agent = nullptr;
    const Identity* identity = nullptr;
    const storage::node::OnceStore* once = nullptr;
    std::string data;
  };
  explicit BackupRpc(const Rooms& rooms) : rooms_(rooms) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  absl::StatusOr<v1::Backup> CreateBackup(const server::Call& call, const v1::CreateBackupRequest& request);
  absl::StatusOr<v1::Backup> GetBackup(const server::Call& call, const v1::GetBackupRequest& request);
  absl::StatusOr<v1::ListBackupsResponse> ListBackups(const server::Call& call, const v1::ListBackupsRequest& request);
  absl::StatusOr<v1::Backup> VerifyBackup(const server::Call& call, const v1::VerifyBackupRequest& request);
  absl::StatusOr<v1::KeyCopy> CreateKeyCopy(const server::Call& call, const v1::CreateKeyCopyRequest& request);
  absl::StatusOr<v1::ListKeyCopiesResponse> ListKeyCopies(const server::Call& call,
                                                          const v1::ListKeyCopiesRequest& request);
  void GetErasureReceipt(server::CallPtr call, v1::GetErasureReceiptRequest request,
                         server::Done<v1::ErasureReceipt> done);
  void PreviewErasure(server::CallPtr call, v1::PreviewErasureRequest request, server::Done<v1::ErasureReceipt> done);
  absl::StatusOr<v1::ErasureReceipt> SignedReceipt(const model::Id& member) const;
  absl::Status CheckFolder(const std::string& folder) const;

  const Rooms rooms_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_BACKUP_RPC_H_

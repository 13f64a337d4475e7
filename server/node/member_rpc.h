// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.MemberService: members and consents. Check, ask the store, translate.
//
// Writes answer after their commit is on disk, on the store's thread. A repeat with the same request_id gets the record
// that the first one made, as it stands now.
// Threads: thread-safe. Errors: as in members.proto.
#ifndef AANGAN_SERVER_NODE_MEMBER_RPC_H_
#define AANGAN_SERVER_NODE_MEMBER_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/node/v1/members.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "google/protobuf/empty.pb.h"
#include "server/node/name_index.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"
#include "storage/node/node_store.h"

namespace aangan::node {

class DomainGate;

// What the rpcs about records work with; all outlive them.
struct RecordRooms {
  storage::node::NodeStore* store = nullptr;
  const server::PageTokens* page_tokens = nullptr;
  const Clock* clock = nullptr;
  RandomSource* random = nullptr;  // thread-safe
  const DomainGate* gate = nullptr;
  std::function<void()> after_erasure;  // may be empty; on the sequencer's thread
};

class MemberRpc {
 public:
  explicit MemberRpc(const RecordRooms& rooms) : rooms_(rooms), names_(rooms.store, *rooms.random) {}
  std::map<std::string, server::Handler> Handlers();

 private:
  void CreateMember(server::CallPtr call, v1::CreateMemberRequest request, server::Done<v1::Member> done);
  void GetMember(server::CallPtr call, v1::GetMemberRequest request, server::Done<v1::Member> done);
  void ListMembers(server::CallPtr call, v1::ListMembersRequest request, server::Done<v1::ListMembersResponse> done);
  void SearchMembers(server::CallPtr call, v1::SearchMembersRequest request,
                     server::Done<v1::SearchMembersResponse> done);
  void UpdateMember(server::CallPtr call, v1::UpdateMemberRequest request, server::Done<v1::Member> done);
  void ListMemberRevisions(server::CallPtr call, v1::ListMemberRevisionsRequest request,
                           server::Done<v1::ListMemberRevisionsResponse> done);
  void DeleteMember(server::CallPtr call, v1::DeleteMemberRequest request, server::Done<google::protobuf::Empty> done);
  void CreateConsent(server::CallPtr call, v1::CreateConsentRequest request, server::Done<v1::Consent> done);
  void GetConsent(server::CallPtr call, v1::GetConsentRequest request, server::Done<v1::Consent> done);
  void ListConsents(server::CallPtr call, v1::ListConsentsRequest request, server::Done<v1::ListConsentsResponse> done);

  model::Day Today() const { return model::DayInIndia(rooms_.clock->Now()); }

  const RecordRooms rooms_;
  NameIndex names_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_MEMBER_RPC_H_

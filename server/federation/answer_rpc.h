// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.AnswerService and LogService: what holders fetch, answer and complain about, and the log.
// Threads: thread-safe. Errors: as in answers.proto and log.proto.
#ifndef AANGAN_SERVER_FEDERATION_ANSWER_RPC_H_
#define AANGAN_SERVER_FEDERATION_ANSWER_RPC_H_

#include <functional>
#include <map>
#include <string>

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/federation/answer_book.h"
#include "server/federation/complaint_book.h"
#include "server/federation/incarnation_book.h"
#include "server/federation/log_book.h"
#include "server/federation/resource_names.h"
#include "server/federation/roster_book.h"
#include "server/shared/door.h"
#include "server/shared/page_token.h"

namespace aangan::federation {

class AnswerRpc {
 public:
  struct Rooms {
    const ResourceNames* names = nullptr;
    const RosterBook* rosters = nullptr;
    const AnswerBook* answers = nullptr;
    const ComplaintBook* complaints = nullptr;
    const LogBook* log = nullptr;
    const IncarnationBook* incarnations = nullptr;
    const server::PageTokens* page_tokens = nullptr;
    const Clock* clock = nullptr;
    std::function<void()> something_in;  // a round may be due for its next step
  };
  explicit AnswerRpc(Rooms rooms) : rooms_(std::move(rooms)) {}
  std::map<std::string, server::Handler> AnswerHandlers();
  std::map<std::string, server::Handler> LogHandlers();

 private:
  absl::StatusOr<v1::ListSharesResponse> ListShares(const server::Call& call, const v1::ListSharesRequest& request);
  absl::StatusOr<v1::CreateAnswerResponse> CreateAnswer(const server::Call& call,
                                                        const v1::CreateAnswerRequest& request);
  absl::StatusOr<v1::ListAnswersResponse> ListAnswers(const server::Call& call, const v1::ListAnswersRequest& request);
  absl::StatusOr<v1::CreateComplaintResponse> CreateComplaint(const server::Call& call,
                                                              const v1::CreateComplaintRequest& request);
  absl::StatusOr<v1::ListComplaintsResponse> ListComplaints(const server::Call& call,
                                                            const v1::ListComplaintsRequest& request);
  absl::StatusOr<v1::ListLogEntriesResponse> ListLogEntries(const server::Call& call,
                                                            const v1::ListLogEntriesRequest& request);
  absl::StatusOr<v1::PublishKeyBatchResponse> PublishKeyBatch(const server::Call& call,
                                                              const v1::PublishKeyBatchRequest& request);
  absl::StatusOr<v1::ListIncarnationsResponse> ListIncarnations(const server::Call& call,
                                                                const v1::ListIncarnationsRequest& request);

  const Rooms rooms_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_ANSWER_RPC_H_

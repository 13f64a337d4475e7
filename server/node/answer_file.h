// SPDX-License-Identifier: Apache-2.0
// Answers as files that people carry: this node's own, and the sum of several, without the federation.
//
// Threads: pure but for reading the store. Errors: FAILED_PRECONDITION (WRONG_STATE) where nothing was answered;
// INVALID_ARGUMENT (BAD_SIGNATURE, WRONG_LENGTH, WRONG_STATE, INVALID_FIELD) for files that do not go together.
#ifndef AANGAN_SERVER_NODE_ANSWER_FILE_H_
#define AANGAN_SERVER_NODE_ANSWER_FILE_H_

#include "aangan/node/v1/releases.pb.h"
#include "absl/status/statusor.h"
#include "server/node/identity.h"
#include "server/node/round_check.h"
#include "storage/node/once_store.h"

namespace aangan::node {

absl::StatusOr<v1::AnswerFile> ExportAnswer(const storage::node::OnceStore& once, const Identity& identity,
                                            const model::Period& quarter);
// Of files that anybody may have changed on their way.
absl::StatusOr<v1::SumAnswersResponse> SumAnswers(const RoundGround& ground, const v1::SumAnswersRequest& request);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ANSWER_FILE_H_

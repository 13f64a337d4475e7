// SPDX-License-Identifier: Apache-2.0
// Complaints of holders about dealers, judged when they come and kept for all to judge again.
//
// Before the freeze a complaint that proves itself takes the dealer's contribution out, and so do complaints of more
// than f different holders that its shares do not open. After it a complaint changes nothing but what is known of the
// dealer; the complaining holder is silent. A false one excludes nobody. Source: protocol.md 5.6.
// Threads: thread-safe. Errors: as AnswerService says.
#ifndef AANGAN_SERVER_FEDERATION_COMPLAINT_BOOK_H_
#define AANGAN_SERVER_FEDERATION_COMPLAINT_BOOK_H_

#include <string>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "absl/status/statusor.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

class ComplaintBook {
 public:
  // All outlive it.
  ComplaintBook(FederationStore* store, const RoundBook* rounds) : store_(store), rounds_(rounds) {}

  absl::StatusOr<v1::ComplaintVerdict> Take(const model::Period& quarter, const std::string& complainer,
                                            const std::string& dealer, const std::string& complaint) const;
  // By complainer and dealer, behind key `after`, at most `limit`.
  absl::StatusOr<std::vector<v1::Complaint>> List(const model::Period& quarter, const std::string& after,
                                                  size_t limit) const;
  static std::string After(const v1::Complaint& complaint) {
    return absl::StrCat(complaint.complainer(), "/", complaint.dealer());
  }

 private:
  absl::StatusOr<v1::ComplaintVerdict> TakeOnce(const model::Period& quarter, const std::string& complainer,
                                                const std::string& dealer, const std::string& complaint) const;
  absl::StatusOr<v1::ComplaintVerdict> Judge(const RoundGround& ground, const std::string& complainer,
                                             const std::string& dealer, const std::string& complaint) const;
  absl::StatusOr<bool> IsNamedByMany(const model::Period& quarter, const std::string& dealer, int f) const;

  FederationStore* const store_;
  const RoundBook* const rounds_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_COMPLAINT_BOOK_H_

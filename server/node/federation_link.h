// SPDX-License-Identifier: Apache-2.0
// The node's only connection outwards: typed calls to the federation's gRPC port over mutual TLS.
//
// What can leave is what these few methods take: a signature, public keys, a position in an upload, bytes of a
// contribution that the collective approved, a sum of shares that others dealt, and a complaint about one of those.
// Messages are those of aangan.federation.v1, which can not express a person.
//
// Threads: thread-safe; each call blocks at most its deadline. Errors: UNAVAILABLE (NO_LINK) when the federation can
// not be reached or its certificate is not of the authority that was joined; else what the federation answered, with
// its details.
#ifndef AANGAN_SERVER_NODE_FEDERATION_LINK_H_
#define AANGAN_SERVER_NODE_FEDERATION_LINK_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace aangan::node {

// Entries of the log behind a number, and the head over all that there were.
struct LogPage {
  std::vector<federation::v1::LogEntry> entries;
  federation::v1::LogHead head;
  std::string head_signature;
  std::optional<absl::Time> clock_time;  // what the federation's clock said; none of an older federation
};

class FederationLink {
 public:
  struct Options {
    std::string address;          // "host:7411"
    std::string roster;           // slug
    std::string collective;       // slug
    std::string authority_pem;    // the federation's own, from enrolment
    std::string certificate_pem;  // this node's; empty for enrolment
    std::string key_pem;
    absl::Duration call_deadline = absl::Seconds(20);
  };
  static std::unique_ptr<FederationLink> Open(const Options& options);
  virtual ~FederationLink() = default;

  // Ends the calls under way and refuses new ones: the program is stopping.
  virtual void Cancel() = 0;

  // --- of this node's certificate: a renewal in PEM; that the one of this link is in use from here on
  virtual absl::StatusOr<std::string> RenewCertificate(absl::string_view request_der) = 0;
  virtual absl::Status ConfirmCertificate() = 0;

  virtual absl::StatusOr<federation::v1::SignedRoster> NewestRoster() = 0;
  virtual absl::StatusOr<federation::v1::SignedRoster> GetRoster(int32_t epoch) = 0;
  virtual absl::StatusOr<federation::v1::SignedRoster> SignRoster(int32_t epoch, absl::string_view signature) = 0;
  virtual absl::StatusOr<std::vector<federation::v1::SignedCatalogue>> ListCatalogues() = 0;
  virtual absl::StatusOr<federation::v1::SignedCatalogue> SignCatalogue(int32_t version,
                                                                        absl::string_view signature) = 0;
  virtual absl::StatusOr<std::vector<federation::v1::Round>> ListRounds() = 0;
  // `period` is text, "2026Q3"; the collective is always this node's.
  virtual absl::StatusOr<federation::v1::Upload> GetUpload(const std::string& period) = 0;
  virtual absl::StatusOr<federation::v1::Upload> UploadChunk(const std::string& period, absl::string_view whole_digest,
                                                             int64_t total_bytes, int64_t offset,
                                                             absl::string_view chunk) = 0;
  // --- of summed rounds
  virtual absl::StatusOr<LogPage> ListLog(int64_t after) = 0;
  virtual absl::Status PublishKeyBatch(const federation::v1::KeyBatch& batch, absl::string_view signature) = 0;
  virtual absl::StatusOr<std::vector<federation::v1::Share>> ListShares(const std::string& period) = 0;
  virtual absl::Status CreateAnswer(const std::string& period, absl::string_view answer) = 0;
  virtual absl::StatusOr<std::vector<federation::v1::Answer>> ListAnswers(const std::string& period) = 0;
  virtual absl::Status CreateComplaint(const std::string& period, const std::string& dealer,
                                       absl::string_view complaint) = 0;

  virtual absl::StatusOr<federation::v1::NationalRelease> GetNationalRelease(const std::string& period) = 0;
};

// Enrolment has a port of its own and no client certificate yet.
absl::StatusOr<federation::v1::EnrolResponse> CallEnrol(const std::string& address, const std::string& authority_pem,
                                                        const federation::v1::EnrolRequest& request,
                                                        absl::Duration deadline);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_FEDERATION_LINK_H_

// SPDX-License-Identifier: Apache-2.0
// Takes contributions in: chunks at an offset, and when the last one is there, the check of the whole (signed, of this
// round, of the right length; in a direct round, in range) and one commit that stores it for good, names it in the
// round and drops the upload. The receipt is signed before that commit and stored in it.
//
// Threads: thread-safe. Errors: as ContributionService says.
#ifndef AANGAN_SERVER_FEDERATION_INGEST_H_
#define AANGAN_SERVER_FEDERATION_INGEST_H_

#include <string>

#include "aangan/federation/v1/contributions.pb.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/signing.h"
#include "privacy/contribution.h"
#include "server/federation/incarnation_book.h"
#include "server/federation/resource_names.h"
#include "server/federation/round_book.h"
#include "server/federation/stored.h"

namespace aangan::federation {

inline constexpr size_t kUploadChunkBytesMax = 256 << 10;

class Ingest {
 public:
  // All outlive it.
  Ingest(FederationStore* store, const ResourceNames* names, const RoundBook* rounds,
         const IncarnationBook* incarnations, const SigningKey* key, const Clock* clock)
      : store_(store), names_(names), rounds_(rounds), incarnations_(incarnations), key_(key), clock_(clock) {}

  absl::StatusOr<v1::Upload> Look(const ResourceNames::ContributionName& name) const;
  absl::StatusOr<v1::Upload> Append(const ResourceNames::ContributionName& name, const v1::UploadChunkRequest& chunk);

  static std::string Key(const model::Period& quarter, absl::string_view collective) {
    return absl::StrCat(model::PeriodText(quarter), "/", collective);
  }

 private:
  v1::Upload Finished(const ResourceNames::ContributionName& name, const store::v1::StoredContribution& stored) const;
  absl::StatusOr<v1::Upload> AppendOnce(const ResourceNames::ContributionName& name,
                                        const v1::UploadChunkRequest& chunk) const;
  absl::StatusOr<privacy::ContributionHeader> Check(const RoundGround& ground, const std::string& collective,
                                                    absl::string_view whole) const;
  // What is refused may show a twin: its signed head is looked at where the first chunk has it.
  void LookAtRefused(const ResourceNames::ContributionName& name, const StoredRound& round,
                     const v1::UploadChunkRequest& chunk) const;
  absl::StatusOr<v1::Upload> Take(const ResourceNames::ContributionName& name, const StoredRound& round,
                                  const RoundGround& ground, absl::string_view claimed, std::string whole) const;
  absl::StatusOr<v1::Receipt> MakeReceipt(const ResourceNames::ContributionName& name, const StoredRound& round,
                                          const Digest& round_id, const Digest& digest) const;

  FederationStore* const store_;
  const ResourceNames* const names_;
  const RoundBook* const rounds_;
  const IncarnationBook* const incarnations_;
  const SigningKey* const key_;
  const Clock* const clock_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_INGEST_H_

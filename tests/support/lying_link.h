// SPDX-License-Identifier: Apache-2.0
// A node's view of a lying federation: what the test holds, changed on its way as the test tells.
#ifndef AANGAN_TESTS_SUPPORT_LYING_LINK_H_
#define AANGAN_TESTS_SUPPORT_LYING_LINK_H_

#include <string>
#include <vector>

#include "server/node/federation_link.h"
#include "tests/support/lying_federation.h"

namespace aangan::tests {

class LyingLink final : public node::FederationLink {
 public:
  LyingLink(LyingFederation* liar, int place) : liar_(liar), place_(place) {}
  // Served are shares of those whom the freeze names, and before a freeze of all.
  void ShowSharesOf(const federation::v1::Round& round);

  void Cancel() override {}
  absl::StatusOr<node::LogPage> ListLog(int64_t after) override;
  absl::Status PublishKeyBatch(const federation::v1::KeyBatch& batch, absl::string_view signature) override;
  absl::StatusOr<std::vector<federation::v1::Share>> ListShares(const std::string& period) override;
  absl::Status CreateAnswer(const std::string& period, absl::string_view answer) override;
  absl::StatusOr<std::vector<federation::v1::Answer>> ListAnswers(const std::string& period) override;
  absl::Status CreateComplaint(const std::string& period, const std::string& dealer, absl::string_view bytes) override;

  // All have the roster and the catalogue already.
  absl::StatusOr<federation::v1::SignedRoster> NewestRoster() override { return absl::NotFoundError(""); }
  absl::StatusOr<std::vector<federation::v1::Round>> ListRounds() override;
  absl::StatusOr<federation::v1::NationalRelease> GetNationalRelease(const std::string& period) override;

  // Not asked by the rooms under test.
  absl::StatusOr<std::string> RenewCertificate(absl::string_view) override { return NotAsked(); }
  absl::Status ConfirmCertificate() override { return NotAsked(); }
  absl::StatusOr<federation::v1::SignedRoster> GetRoster(int32_t) override { return NotAsked(); }
  absl::StatusOr<federation::v1::SignedRoster> SignRoster(int32_t, absl::string_view) override { return NotAsked(); }
  absl::StatusOr<std::vector<federation::v1::SignedCatalogue>> ListCatalogues() override { return NotAsked(); }
  absl::StatusOr<federation::v1::SignedCatalogue> SignCatalogue(int32_t, absl::string_view) override {
    return NotAsked();
  }
  absl::StatusOr<federation::v1::Upload> GetUpload(const std::string&) override { return NotAsked(); }
  absl::StatusOr<federation::v1::Upload> UploadChunk(const std::string&, absl::string_view, int64_t, int64_t,
                                                     absl::string_view) override {
    return NotAsked();
  }

 private:
  static absl::Status NotAsked() { return absl::UnimplementedError(""); }

  LyingFederation* const liar_;
  const int place_;
  std::vector<int> shown_;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_LYING_LINK_H_

// SPDX-License-Identifier: Apache-2.0
// The first credentials of the federation's staff.
#include "server/federation/staff.h"

#include <utility>
#include <vector>

#include "aangan/store/v1/federation_store.pb.h"
#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/status.h"
#include "server/federation/credentials.h"
#include "server/shared/caller.h"
#include "server/shared/certificate.h"

namespace aangan::federation {
namespace {

constexpr char kStaff[] = "staff";
constexpr size_t kTokenBytesMax = 1024;
constexpr size_t kPemBytesMax = 16 << 10;

}  // namespace

absl::Status MakeStaffCredentials(const std::string& folder, absl::string_view roster, FederationStore& store,
                                  const CertificateAuthority& authority, const Clock& clock, RandomSource& random) {
  const std::string staff = absl::StrCat(folder, "/staff");
  const std::string token = absl::StrCat(staff, "/token");
  const absl::Status there = ReadSecretFile(token, kTokenBytesMax).status();
  if (!there.ok() && !absl::IsNotFound(there)) return there;
  if (there.ok()) {
    ASSIGN_OR_RETURN(const std::string certificate, ReadFile(absl::StrCat(staff, "/certificate.pem"), kPemBytesMax));
    ASSIGN_OR_RETURN(const server::CertificateTimes times, server::TimesOf(certificate));
    if (!times.WantsRenewal(clock.Now())) return absl::OkStatus();
    RETURN_IF_ERROR(OverwriteAndUnlink(token));
  }
  RETURN_IF_ERROR(MakeFolders(staff, 0700));
  const CertifiedKey pair = authority.MakeClient(roster, kStaff);
  ASSIGN_OR_RETURN(const server::CertificateIdentity identity, server::IdentityOfCertificate(pair.certificate_pem));
  NewApp app = MakeApp(server::Role::kSteward, kStaff, identity.fingerprint, clock.Now(), random);
  // A set that was begun and not finished goes out of use.
  ASSIGN_OR_RETURN(const auto before, ReadStored<store::v1::EnrolledApp>(store, Table::kSettings, AppKey(kStaff)));
  std::vector<Write> writes;
  if (before) {
    writes.push_back({Table::kSettings, CertificateKey(before->value.certificate_fingerprint()), std::nullopt});
  }
  for (Write& write : app.writes) writes.push_back(std::move(write));
  RETURN_IF_ERROR(store.Commit(writes, {Unchanged(Table::kSettings, AppKey(kStaff), before)}));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(staff, "/authority.pem"), authority.pem(), 0600));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(staff, "/certificate.pem"), pair.certificate_pem, 0600));
  RETURN_IF_ERROR(WriteFileDurably(absl::StrCat(staff, "/key.pem"), pair.key_pem, 0600));
  return WriteFileDurably(token, app.token, 0600);
}

}  // namespace aangan::federation

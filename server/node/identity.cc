// SPDX-License-Identifier: Apache-2.0
// Who this node is: its key file and its membership file.
#include "server/node/identity.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/enrolment.h"

namespace aangan::node {
namespace {

constexpr size_t kSeedBytes = 32;
constexpr size_t kFileBytesMax = 64 << 10;
constexpr size_t kTextBytesMax = 16 << 10;
constexpr uint32_t kFormat = 1;

std::string KeyPath(const std::string& folder) { return absl::StrCat(folder, "/signing_key"); }
std::string MembershipPath(const std::string& folder) { return absl::StrCat(folder, "/membership"); }

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "The file \"membership\" in the data folder is damaged. Bring it back from a copy, or join again.");
}

std::string Encode(const Membership& membership) {
  CanonicalWriter writer;
  writer.U32(kFormat).Bytes(membership.roster).Bytes(membership.collective).Bytes(membership.federation_address);
  writer.Fixed(membership.federation_key).Bytes(membership.authority_pem).Bytes(membership.certificate_pem);
  writer.Bytes(membership.key_pem);
  const Digest digest = Sha256(writer.bytes());
  writer.Fixed(digest);
  return std::move(writer).Take();
}

absl::StatusOr<Membership> Decode(absl::string_view bytes) {
  if (bytes.size() < sizeof(Digest)) return Damaged();
  const absl::string_view body = bytes.substr(0, bytes.size() - sizeof(Digest));
  if (AsText(Sha256(body)) != bytes.substr(body.size())) return Damaged();
  CanonicalReader reader(body);
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "The membership file was written by a newer program. Install that one again.");
  }
  Membership membership;
  const auto text = [&reader](std::string* out) -> absl::Status {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kTextBytesMax));
    *out = std::string(read);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(text(&membership.roster));
  RETURN_IF_ERROR(text(&membership.collective));
  RETURN_IF_ERROR(text(&membership.federation_address));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(membership.federation_key)));
  RETURN_IF_ERROR(text(&membership.authority_pem));
  RETURN_IF_ERROR(text(&membership.certificate_pem));
  RETURN_IF_ERROR(text(&membership.key_pem));
  RETURN_IF_ERROR(reader.End());
  return membership;
}

absl::StatusOr<SigningKey> OpenKey(const std::string& folder, RandomSource& random) {
  absl::StatusOr<SecretBytes> seed = ReadSecretFile(KeyPath(folder), kSeedBytes);
  if (seed.ok()) return SigningKey::FromSeed(seed->span());
  if (!absl::IsNotFound(seed.status())) return seed.status();
  SigningKey key = SigningKey::Generate(random);
  RETURN_IF_ERROR(WriteFileDurably(KeyPath(folder), AsText(key.seed().span()), 0600));
  return key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Identity>> Identity::Open(const std::string& folder, RandomSource& random) {
  ASSIGN_OR_RETURN(SigningKey key, OpenKey(folder, random));
  std::unique_ptr<Identity> identity(new Identity(folder, std::move(key)));
  RETURN_IF_ERROR(identity->Load());
  return identity;
}

absl::Status Identity::Load() {
  absl::StatusOr<SecretBytes> bytes = ReadSecretFile(MembershipPath(folder_), kFileBytesMax);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(Membership membership, Decode(AsText(bytes->span())));
  if (!PairMatches(membership.certificate_pem, membership.key_pem)) return Damaged();
  absl::MutexLock lock(&mutex_);
  membership_ = std::move(membership);
  return absl::OkStatus();
}

std::string Identity::node_id() const {
  return ToHex(absl::MakeConstSpan(Sha256(AsText(key_.public_key()))).subspan(0, 16));
}

std::optional<Membership> Identity::membership() const {
  absl::MutexLock lock(&mutex_);
  return membership_;
}

absl::Status Identity::Join(const Membership& membership) {
  if (!PairMatches(membership.certificate_pem, membership.key_pem)) {
    return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                   "The federation gave a certificate that does not belong to this node's key.");
  }
  absl::MutexLock lock(&mutex_);
  if (membership_.has_value()) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "This node has joined a federation.");
  }
  RETURN_IF_ERROR(WriteFileDurably(MembershipPath(folder_), Encode(membership), 0600));
  membership_ = membership;
  return absl::OkStatus();
}

}  // namespace aangan::node

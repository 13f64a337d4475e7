// SPDX-License-Identifier: Apache-2.0
// Who this node is: its key file and its membership file.
#include "server/node/identity.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/node/checked_bytes.h"
#include "server/shared/certificate.h"
#include "storage/engine/single_key_file.h"

namespace aangan::node {
namespace {

constexpr size_t kFileBytesMax = 64 << 10;
constexpr size_t kTextBytesMax = 16 << 10;
constexpr uint32_t kFormat = 1;

constexpr int kKeysMax = 1000;  // files of signing keys, counted from 1

std::string KeyPath(const std::string& folder, int number) {
  return number == 1 ? absl::StrCat(folder, "/signing_key") : absl::StrCat(folder, "/signing_key.", number);
}
// Of the files that are there, rising; the last one is never destroyed.
std::vector<int> NumbersOfKeys(const std::string& folder) {
  std::vector<int> numbers;
  for (int number = 1; number <= kKeysMax; ++number) {
    std::error_code ignored;
    if (std::filesystem::exists(KeyPath(folder, number), ignored)) numbers.push_back(number);
  }
  return numbers;
}

std::string MembershipPath(const std::string& folder) { return absl::StrCat(folder, "/membership"); }

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "The file \"membership\" in the data folder is damaged. Bring it back from a copy, or join again.");
}

absl::Status KeyGone() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "The newest file of a signing key holds no key. Bring it back from the last backup.");
}

std::string Encode(const Membership& membership) {
  CanonicalWriter writer;
  writer.U32(kFormat).Bytes(membership.roster).Bytes(membership.collective).Bytes(membership.federation_address);
  writer.Fixed(membership.federation_key).Bytes(membership.authority_pem).Bytes(membership.certificate_pem);
  writer.Bytes(membership.key_pem);
  return WithCheck(std::move(writer));
}

absl::StatusOr<Membership> Decode(absl::string_view bytes) {
  const std::optional<absl::string_view> body = BeforeCheck(bytes);
  if (!body) return Damaged();
  CanonicalReader reader(*body);
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

absl::Status CheckPair(const Membership& membership) {
  if (server::PairMatches(membership.certificate_pem, membership.key_pem)) return absl::OkStatus();
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                 "The federation gave a certificate that does not belong to this node's key.");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Identity>> Identity::Open(const std::string& folder, RandomSource& random) {
  std::unique_ptr<Identity> identity(new Identity(folder));
  RETURN_IF_ERROR(identity->Load(random));
  return identity;
}

absl::Status Identity::LoadKeys(RandomSource& random) {
  {
    absl::MutexLock lock(&mutex_);
    const std::vector<int> numbers = NumbersOfKeys(folder_);
    for (const int number : numbers) {
      const std::string path = KeyPath(folder_, number);
      ASSIGN_OR_RETURN(const std::optional<SecretBytes> seed, storage::ReadSingleKey(path));
      // A crash came between overwriting it and taking it away.
      if (!seed && number != numbers.back()) {
        RETURN_IF_ERROR(OverwriteAndUnlink(path));
        continue;
      }
      if (!seed) return KeyGone();
      ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromSeed(seed->span()));
      keys_.push_back(std::make_unique<Key>(Key{std::move(key), path}));
    }
    if (!keys_.empty()) return absl::OkStatus();
  }
  return AddKey(random);
}

absl::Status Identity::Load(RandomSource& random) {
  RETURN_IF_ERROR(LoadKeys(random));
  absl::StatusOr<SecretBytes> bytes = ReadSecretFile(MembershipPath(folder_), kFileBytesMax);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(Membership membership, Decode(AsText(bytes->span())));
  if (!server::PairMatches(membership.certificate_pem, membership.key_pem)) return Damaged();
  absl::MutexLock lock(&mutex_);
  membership_ = std::move(membership);
  return absl::OkStatus();
}

const SigningKey& Identity::key() const {
  absl::MutexLock lock(&mutex_);
  return keys_.back()->key;
}

const SigningKey* Identity::KeyIn(const federation::v1::Roster& roster) const {
  absl::MutexLock lock(&mutex_);
  const auto place = membership_ ? model::PlaceInRoster(roster, membership_->collective) : std::nullopt;
  if (!place) return nullptr;
  for (const std::unique_ptr<Key>& each : keys_) {
    if (!each->destroyed && AsText(each->key.public_key()) == roster.collectives(*place).signing_key())
      return &each->key;
  }
  return nullptr;
}

absl::Status Identity::AddKey(RandomSource& random) {
  const std::vector<int> numbers = NumbersOfKeys(folder_);
  const std::string path = KeyPath(folder_, numbers.empty() ? 1 : numbers.back() + 1);
  absl::MutexLock lock(&mutex_);
  auto made = std::make_unique<Key>(Key{SigningKey::Generate(random), path});
  RETURN_IF_ERROR(storage::WriteSingleKey(path, made->key.seed()));
  keys_.push_back(std::move(made));
  return absl::OkStatus();
}

absl::Status Identity::DestroyKeysBut(const std::vector<const SigningKey*>& needed) {
  absl::MutexLock lock(&mutex_);
  for (const std::unique_ptr<Key>& each : keys_) {
    if (each == keys_.back() || each->destroyed || absl::c_linear_search(needed, &each->key)) continue;
    each->destroyed = true;
    RETURN_IF_ERROR(OverwriteAndUnlink(each->path));
  }
  return absl::OkStatus();
}

std::string Identity::node_id() const {
  return ToHex(absl::MakeConstSpan(Sha256(AsText(key().public_key()))).subspan(0, 16));
}

std::optional<Membership> Identity::membership() const {
  absl::MutexLock lock(&mutex_);
  return membership_;
}

absl::Status Identity::Write(const Membership& membership) {
  RETURN_IF_ERROR(WriteFileDurably(MembershipPath(folder_), Encode(membership), 0600));
  membership_ = membership;
  return absl::OkStatus();
}

absl::Status Identity::Join(const Membership& membership) {
  RETURN_IF_ERROR(CheckPair(membership));
  absl::MutexLock lock(&mutex_);
  if (membership_.has_value()) {
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists, "This node has joined a federation.");
  }
  return Write(membership);
}

absl::Status Identity::Replace(const Membership& membership) {
  RETURN_IF_ERROR(CheckPair(membership));
  absl::MutexLock lock(&mutex_);
  return Write(membership);
}

absl::Status Identity::Renew(const std::string& renewed, const Membership& membership) {
  RETURN_IF_ERROR(CheckPair(membership));
  absl::MutexLock lock(&mutex_);
  if (!membership_ || membership_->certificate_pem != renewed) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "The node got new keys while its certificate was renewed. The new keys count.");
  }
  return Write(membership);
}

}  // namespace aangan::node

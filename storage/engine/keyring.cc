// SPDX-License-Identifier: Apache-2.0
// Master key, derived keys, members' keys: see keyring.h.
#include "storage/engine/keyring.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr uint32_t kFormat = 1;
constexpr absl::string_view kLabelPrefix = "aangan/v1/";
constexpr absl::string_view kMasterKeyIdKey = "master_key_id";
constexpr uint8_t kMemberKeyKind = 1;

SecretBytes DeriveFrom(const SecretBytes& master, absl::string_view purpose) {
  return HkdfSha256(master.span(), "", absl::StrCat(kLabelPrefix, purpose), kSealKeyBytes);
}

SealedPlace PlaceOf(const KeyId& member) { return {kMemberKeyKind, AsText(member), kFormat}; }

}  // namespace

WorkingKey::WorkingKey(absl::Span<const uint8_t> bytes) {
  AANGAN_CHECK(bytes.size() == bytes_.size());
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

WorkingKey::WorkingKey(WorkingKey&& other) noexcept : bytes_(other.bytes_) { Wipe(absl::MakeSpan(other.bytes_)); }

WorkingKey& WorkingKey::operator=(WorkingKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    Wipe(absl::MakeSpan(other.bytes_));
  }
  return *this;
}

WorkingKey::~WorkingKey() { Wipe(absl::MakeSpan(bytes_)); }

Keyring::Keyring(SecretBytes master, size_t cached_keys_max)
    : master_(std::move(master)),
      wrapping_key_(DeriveFrom(master_, "member keys")),
      slots_max_(std::max<size_t>(cached_keys_max, 1)),
      arena_(slots_max_ * kSealKeyBytes) {
  AANGAN_CHECK(master_.size() == kSealKeyBytes);
}

absl::Status Keyring::BindTo(Database& database) const {
  const SecretBytes id = DeriveFrom(master_, "master key id");
  ASSIGN_OR_RETURN(std::optional<std::string> stored, database.Get(Family::kMeta, kMasterKeyIdKey));
  if (!stored.has_value()) {
    Batch batch(nullptr);
    batch.Put(Family::kMeta, kMasterKeyIdKey, AsText(id.span()));
    return database.Write(batch);
  }
  if (id.ConstantTimeEquals(AsBytes(*stored))) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the master key file belongs to another store; put this store's own key file in its place");
}

SecretBytes Keyring::Derive(Literal purpose) const {
  return DeriveFrom(master_, absl::StrCat("purpose/", purpose.text()));
}

Keyring::NewKey Keyring::MakeMemberKey(const KeyId& member, RandomSource& random) {
  // Not into the cache yet: the commit that creates the member may be refused, and then this key is nobody's.
  const SecretBytes key = SecretBytes::Random(kSealKeyBytes, random);
  return {WorkingKey(key.span()), Seal(wrapping_key_.span(), PlaceOf(member), AsText(key.span()), random).bytes()};
}

absl::StatusOr<WorkingKey> Keyring::MemberKey(const KeyId& member,
                                              absl::FunctionRef<absl::StatusOr<std::string>()> load) {
  uint64_t forgotten_before;
  {
    absl::MutexLock lock(&mutex_);
    if (auto slot = slots_.find(member); slot != slots_.end()) {
      recent_.splice(recent_.begin(), recent_, slot->second.used);
      return WorkingKey(arena_.span().subspan(slot->second.number * kSealKeyBytes, kSealKeyBytes));
    }
    forgotten_before = forgotten_;
  }
  ASSIGN_OR_RETURN(std::string wrapped, load());
  ASSIGN_OR_RETURN(SecretBytes key, OpenSecret(wrapping_key_.span(), PlaceOf(member), Sealed::FromStored(wrapped)));
  if (key.size() != kSealKeyBytes) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                   "a member's stored key has a wrong length; keep a copy of the folder and restore the newest backup");
  }
  absl::MutexLock lock(&mutex_);
  if (forgotten_ == forgotten_before && slots_.count(member) == 0) Remember(member, key.span());
  return WorkingKey(key.span());
}

void Keyring::Remember(const KeyId& member, absl::Span<const uint8_t> key) {
  size_t number = free_slots_.empty() ? slots_.size() : free_slots_.back();
  if (!free_slots_.empty()) {
    free_slots_.pop_back();
  } else if (slots_.size() == slots_max_) {
    auto oldest = slots_.find(recent_.back());
    number = oldest->second.number;
    slots_.erase(oldest);
    recent_.pop_back();
  }
  std::copy(key.begin(), key.end(), arena_.data() + number * kSealKeyBytes);
  recent_.push_front(member);
  slots_.emplace(member, Slot{number, recent_.begin()});
}

void Keyring::Forget(const KeyId& member) {
  absl::MutexLock lock(&mutex_);
  ++forgotten_;
  auto slot = slots_.find(member);
  if (slot == slots_.end()) return;
  Wipe(arena_.mutable_span().subspan(slot->second.number * kSealKeyBytes, kSealKeyBytes));
  free_slots_.push_back(slot->second.number);
  recent_.erase(slot->second.used);
  slots_.erase(slot);
}

size_t Keyring::cached_keys() const {
  absl::MutexLock lock(&mutex_);
  return slots_.size();
}

size_t Keyring::IdHash::operator()(const KeyId& id) const {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(id.data()), id.size()});
}

}  // namespace aangan::storage

// SPDX-License-Identifier: Apache-2.0
// XChaCha20-Poly1305 with padding and a bound place: see sealing.h.
#include "storage/engine/sealing.h"

#include <sodium.h>

#include <cstring>

#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kPadBytes = 64;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kHeaderBytes = 1 + kNonceBytes;
static_assert(kSealKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

std::string PlaceBytes(const SealedPlace& place) {
  CanonicalWriter writer;
  writer.Bytes("aangan/v1/sealed").U8(kFormat).U8(place.kind).Bytes(place.name).U64(place.version);
  return std::move(writer).Take();
}

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a stored value can not be opened: it is damaged, was moved, or belongs to another key; check the key "
                 "files, then restore the newest backup");
}

// Decrypts into `out`, which has room for the padded text, and returns the length without padding.
absl::StatusOr<size_t> OpenInto(absl::Span<const uint8_t> key, const SealedPlace& place, const Sealed& sealed,
                                uint8_t* out) {
  AANGAN_CHECK(key.size() == kSealKeyBytes);
  const auto* bytes = reinterpret_cast<const uint8_t*>(sealed.bytes().data());
  const std::string bound = PlaceBytes(place);
  unsigned long long padded = 0;  // NOLINT(google-runtime-int): libsodium's type
  if (bytes[0] != kFormat || crypto_aead_xchacha20poly1305_ietf_decrypt(
                                 out, &padded, nullptr, bytes + kHeaderBytes, sealed.bytes().size() - kHeaderBytes,
                                 AsBytes(bound).data(), bound.size(), bytes + 1, key.data()) != 0) {
    return Damaged();
  }
  size_t size = 0;
  if (sodium_unpad(&size, out, padded, kPadBytes) != 0) return Damaged();
  return size;
}

absl::StatusOr<size_t> PaddedSize(const Sealed& sealed) {
  const size_t size = sealed.bytes().size();
  if (size < kHeaderBytes + kTagBytes + kPadBytes || (size - kHeaderBytes - kTagBytes) % kPadBytes != 0) {
    return Damaged();
  }
  return size - kHeaderBytes - kTagBytes;
}

}  // namespace

Sealed Seal(absl::Span<const uint8_t> key, const SealedPlace& place, absl::string_view plain, RandomSource& random) {
  AANGAN_CHECK(key.size() == kSealKeyBytes);
  const size_t padded = (plain.size() / kPadBytes + 1) * kPadBytes;
  std::string bytes(kHeaderBytes + padded + kTagBytes, '\0');
  auto* out = reinterpret_cast<uint8_t*>(bytes.data());
  out[0] = kFormat;
  random.Fill({out + 1, kNonceBytes});
  // The text is padded where its ciphertext will be, and encrypted in place: no second copy of it is left.
  uint8_t* text = out + kHeaderBytes;
  if (!plain.empty()) std::memcpy(text, plain.data(), plain.size());
  size_t with_padding = 0;
  AANGAN_CHECK(sodium_pad(&with_padding, text, plain.size(), kPadBytes, padded) == 0 && with_padding == padded);
  const std::string bound = PlaceBytes(place);
  AANGAN_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(text, nullptr, text, padded, AsBytes(bound).data(),
                                                          bound.size(), nullptr, out + 1, key.data()) == 0);
  return Sealed(std::move(bytes));
}

absl::StatusOr<std::string> Open(absl::Span<const uint8_t> key, const SealedPlace& place, const Sealed& sealed) {
  ASSIGN_OR_RETURN(size_t padded, PaddedSize(sealed));
  std::string plain(padded, '\0');
  ASSIGN_OR_RETURN(size_t size, OpenInto(key, place, sealed, reinterpret_cast<uint8_t*>(plain.data())));
  plain.resize(size);
  return plain;
}

absl::StatusOr<SecretBytes> OpenSecret(absl::Span<const uint8_t> key, const SealedPlace& place, const Sealed& sealed) {
  ASSIGN_OR_RETURN(size_t padded, PaddedSize(sealed));
  SecretBytes plain(padded);
  ASSIGN_OR_RETURN(size_t size, OpenInto(key, place, sealed, plain.data()));
  return SecretBytes::Copy(plain.span().subspan(0, size));
}

}  // namespace aangan::storage

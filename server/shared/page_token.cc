// SPDX-License-Identifier: Apache-2.0
// Page tokens, sealed by libsodium's XChaCha20-Poly1305 with caller and list as associated data.
#include "server/shared/page_token.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"

namespace aangan::server {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kPositionBytesMax = 1024;
constexpr size_t kTokenBytesMax = 2048;

std::string Bound(absl::string_view caller, absl::string_view list) {
  CanonicalWriter writer;
  writer.Bytes("aangan/v1/page").Bytes(caller).Bytes(list);
  return std::move(writer).Take();
}

absl::Status Bad() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadPageToken,
                 "This page token is not of this list. Begin again without one.")
      .Field("page_token", "must be the next_page_token of the page before");
}

}  // namespace

PageTokens::PageTokens(SecretBytes key, RandomSource* random) : key_(std::move(key)), random_(random) {
  AANGAN_CHECK(key_.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  AANGAN_CHECK(sodium_init() >= 0);
}

std::string PageTokens::Seal(absl::string_view position, absl::string_view caller, absl::string_view list) const {
  AANGAN_CHECK(position.size() <= kPositionBytesMax);
  const auto nonce = random_->Bytes<kNonceBytes>();
  std::string sealed(AsText(nonce));
  sealed.resize(kNonceBytes + position.size() + kTagBytes);
  const std::string bound = Bound(caller, list);
  AANGAN_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                   reinterpret_cast<unsigned char*>(sealed.data()) + kNonceBytes, nullptr, AsBytes(position).data(),
                   position.size(), AsBytes(bound).data(), bound.size(), nullptr, nonce.data(), key_.data()) == 0);
  return absl::WebSafeBase64Escape(sealed);
}

absl::StatusOr<std::string> PageTokens::Open(absl::string_view token, absl::string_view caller,
                                             absl::string_view list) const {
  std::string sealed;
  if (token.size() > kTokenBytesMax || !absl::WebSafeBase64Unescape(token, &sealed)) return Bad();
  if (sealed.size() < kNonceBytes + kTagBytes) return Bad();
  const std::string bound = Bound(caller, list);
  const auto* bytes = reinterpret_cast<const unsigned char*>(sealed.data());
  std::string position(sealed.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(position.data()), nullptr, nullptr,
                                                 bytes + kNonceBytes, sealed.size() - kNonceBytes,
                                                 AsBytes(bound).data(), bound.size(), bytes, key_.data()) != 0)
    return Bad();
  return position;
}

}  // namespace aangan::server

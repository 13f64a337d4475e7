// SPDX-License-Identifier: Apache-2.0
// Encrypted files of a backup: see backup_file.h.
#include "storage/engine/backup_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr absl::string_view kMagic = "AANGANBF";
constexpr uint32_t kFormat = 1;
constexpr size_t kPieceBytes = 64u << 10;
constexpr size_t kSealedPieceBytes = kPieceBytes + crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr size_t kStreamHeadBytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr size_t kHeadBytes = 8 + 4 + kStreamHeadBytes;
constexpr char kPadding = '\x80';
static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == 32 && kStreamHeadBytes == 24);

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a file of the backup is cut, changed or from elsewhere; take another generation or another medium");
}

std::string Head() { return std::move(CanonicalWriter().Fixed(AsBytes(kMagic)).U32(kFormat)).Take(); }

const unsigned char* Data(absl::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

absl::Status NotTheSame() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "what was written to the backup's medium can not be read back; use another medium");
}

}  // namespace

std::string SealBackupFile(const SecretBytes& key, absl::string_view place, absl::string_view plain) {
  AANGAN_CHECK(key.size() == 32 && sodium_init() >= 0);
  const size_t pieces = plain.size() / kPieceBytes + 1;  // the padding is at least one byte
  std::string sealed = Head();
  sealed.resize(kHeadBytes + pieces * kSealedPieceBytes);
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_secretstream_xchacha20poly1305_state state;
  AANGAN_CHECK(
      crypto_secretstream_xchacha20poly1305_init_push(&state, out + kHeadBytes - kStreamHeadBytes, key.data()) == 0);
  std::string last(plain.substr((pieces - 1) * kPieceBytes));
  last.push_back(kPadding);
  last.resize(kPieceBytes);
  for (size_t i = 0; i < pieces; ++i) {
    const bool is_last = i + 1 == pieces;
    const absl::string_view piece = is_last ? absl::string_view(last) : plain.substr(i * kPieceBytes, kPieceBytes);
    const unsigned char tag = is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    AANGAN_CHECK(crypto_secretstream_xchacha20poly1305_push(&state, out + kHeadBytes + i * kSealedPieceBytes, nullptr,
                                                            Data(piece), piece.size(), Data(place), place.size(),
                                                            tag) == 0);
  }
  Wipe(last);
  sodium_memzero(&state, sizeof(state));
  return sealed;
}

absl::StatusOr<std::string> OpenBackupFile(const SecretBytes& key, absl::string_view place, absl::string_view sealed) {
  AANGAN_CHECK(key.size() == 32 && sodium_init() >= 0);
  if (sealed.size() < kHeadBytes + kSealedPieceBytes || (sealed.size() - kHeadBytes) % kSealedPieceBytes != 0)
    return Damaged();
  if (sealed.substr(0, kMagic.size()) == kMagic && sealed.substr(0, kHeadBytes - kStreamHeadBytes) != Head()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "this backup was written by a newer program; install that version");
  }
  if (sealed.substr(0, kMagic.size()) != kMagic) return Damaged();
  crypto_secretstream_xchacha20poly1305_state state;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&state, Data(sealed.substr(kHeadBytes - kStreamHeadBytes)),
                                                      key.data()) != 0)
    return Damaged();
  sealed.remove_prefix(kHeadBytes);
  std::string plain(sealed.size() / kSealedPieceBytes * kPieceBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  bool whole = true;
  for (; whole && !sealed.empty(); sealed.remove_prefix(kSealedPieceBytes), out += kPieceBytes) {
    unsigned char tag = 0;
    const bool opens = crypto_secretstream_xchacha20poly1305_pull(&state, out, nullptr, &tag, Data(sealed),
                                                                  kSealedPieceBytes, Data(place), place.size()) == 0;
    const bool is_last = sealed.size() == kSealedPieceBytes;
    whole = opens && (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) == is_last;
  }
  sodium_memzero(&state, sizeof(state));
  const size_t end = plain.find_last_not_of('\0');
  if (!whole || end == std::string::npos || plain[end] != kPadding) {
    Wipe(plain);
    return Damaged();
  }
  plain.resize(end);
  return plain;
}

absl::StatusOr<std::string> ReadFromMedium(const std::string& path, size_t max_bytes) {
  if (const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC); file >= 0) {
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
  return ReadFile(path, max_bytes);
}

absl::Status WriteCheckedFile(const std::string& path, absl::string_view bytes) {
  const std::string unchecked = absl::StrCat(path, ".unchecked");
  RETURN_IF_ERROR(WriteFileDurably(unchecked, bytes, 0600));
  absl::StatusOr<std::string> back = ReadFromMedium(unchecked, bytes.size());
  if (!back.ok() || *back != bytes) {
    unlink(unchecked.c_str());
    return back.ok() ? NotTheSame() : back.status();
  }
  const int folder = open(path.substr(0, path.find_last_of('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool in_place = rename(unchecked.c_str(), path.c_str()) == 0 && folder >= 0 && fsync(folder) == 0;
  const int why = errno;
  if (folder >= 0) close(folder);
  if (in_place) return absl::OkStatus();
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal, "the backup's medium refuses to keep a file")
      .Number("errno", why);
}

}  // namespace aangan::storage

// SPDX-License-Identifier: Apache-2.0
// A file of one key: see single_key_file.h.
#include "storage/engine/single_key_file.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::storage {
namespace {

constexpr size_t kCheckBytes = 8;
constexpr absl::string_view kLabel = "aangan/v1/key file check";

Digest CheckOf(absl::Span<const uint8_t> key) { return Sha256({kLabel, AsText(key)}); }

}  // namespace

absl::StatusOr<std::optional<SecretBytes>> ReadSingleKey(const std::string& path) {
  ASSIGN_OR_RETURN(const SecretBytes file, ReadSecretFile(path, kSingleKeyBytes + kCheckBytes));
  const auto bytes = file.span();
  if (!bytes.empty() && std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; }))
    return std::optional<SecretBytes>();
  if (bytes.size() == kSingleKeyBytes) return std::optional<SecretBytes>(SecretBytes::Copy(bytes));
  if (bytes.size() == kSingleKeyBytes + kCheckBytes) {
    const auto key = bytes.subspan(0, kSingleKeyBytes);
    const Digest check = CheckOf(key);
    if (std::equal(check.begin(), check.begin() + kCheckBytes, bytes.end() - kCheckBytes))
      return std::optional<SecretBytes>(SecretBytes::Copy(key));
  }
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "a key file in the data folder is damaged; bring it back from the last backup")
      .Name("file", path.substr(path.find_last_of('/') + 1));
}

absl::Status WriteSingleKey(const std::string& path, const SecretBytes& key) {
  AANGAN_CHECK(key.size() == kSingleKeyBytes);
  SecretBytes bytes(kSingleKeyBytes + kCheckBytes);
  std::copy(key.span().begin(), key.span().end(), bytes.data());
  const Digest check = CheckOf(key.span());
  std::copy(check.begin(), check.begin() + kCheckBytes, bytes.data() + kSingleKeyBytes);
  return WriteFileDurably(path, AsText(bytes.span()), 0600);
}

}  // namespace aangan::storage

// SPDX-License-Identifier: Apache-2.0
// The file of a renewal that is under way.
#include "server/node/renewal_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/files.h"
#include "base/status.h"
#include "server/node/checked_bytes.h"

namespace aangan::node {
namespace {

constexpr size_t kFileBytesMax = 64 << 10;
constexpr size_t kTextBytesMax = 16 << 10;
constexpr uint32_t kFormat = 1;

std::string PathIn(const std::string& folder) { return absl::StrCat(folder, "/membership.renewal"); }

absl::StatusOr<Renewal> Decode(absl::string_view bytes) {
  const std::optional<absl::string_view> body = BeforeCheck(bytes);
  if (!body) return absl::DataLossError("renewal");
  CanonicalReader reader(*body);
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat) return absl::DataLossError("renewal");
  Renewal renewal;
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(renewal.renews)));
  for (std::string* text : {&renewal.key_pem, &renewal.request_der, &renewal.certificate_pem}) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kTextBytesMax));
    *text = std::string(read);
  }
  RETURN_IF_ERROR(reader.End());
  return renewal;
}

}  // namespace

absl::StatusOr<std::optional<Renewal>> ReadRenewal(const std::string& folder) {
  const absl::StatusOr<SecretBytes> bytes = ReadSecretFile(PathIn(folder), kFileBytesMax);
  if (absl::IsNotFound(bytes.status())) return std::optional<Renewal>();
  RETURN_IF_ERROR(bytes.status());
  absl::StatusOr<Renewal> renewal = Decode(AsText(bytes->span()));
  if (!renewal.ok()) return std::optional<Renewal>();
  return std::optional<Renewal>(*std::move(renewal));
}

absl::Status WriteRenewal(const std::string& folder, const Renewal& renewal) {
  CanonicalWriter writer;
  writer.U32(kFormat)
      .Fixed(renewal.renews)
      .Bytes(renewal.key_pem)
      .Bytes(renewal.request_der)
      .Bytes(renewal.certificate_pem);
  return WriteFileDurably(PathIn(folder), WithCheck(std::move(writer)), 0600);
}

absl::Status DropRenewal(const std::string& folder) {
  const absl::Status gone = OverwriteAndUnlink(PathIn(folder));
  return absl::IsNotFound(gone) ? absl::OkStatus() : gone;
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Offers as a file.
#include "server/node/offers_file.h"

#include <utility>

#include "base/canonical.h"
#include "base/files.h"
#include "base/status.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr uint32_t kFormat = 3;
constexpr uint32_t kFormatWithoutMoments = 2;
// KnownCatalogues takes in 8 MiB of offers; the rest is rosters, and catalogues that people decided on.
constexpr size_t kOffersBytesMax = 64u << 20;
constexpr size_t kOfferBytesMax = 4u << 20;

absl::StatusOr<std::optional<fed::SignedRoster>> ReadRoster(CanonicalReader& reader) {
  ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
  fed::SignedRoster parsed;
  if (read.empty() || !parsed.ParseFromArray(read.data(), static_cast<int>(read.size())))
    return std::optional<fed::SignedRoster>();
  return std::optional<fed::SignedRoster>(std::move(parsed));
}

}  // namespace

absl::StatusOr<Offers> ReadOffers(const std::string& path) {
  Offers offers;
  const absl::StatusOr<std::string> bytes = ReadFile(path, kOffersBytesMax);
  if (absl::IsNotFound(bytes.status())) return offers;
  RETURN_IF_ERROR(bytes.status());
  CanonicalReader reader(*bytes);
  ASSIGN_OR_RETURN(const uint32_t format, reader.U32());
  if (format != kFormat && format != kFormatWithoutMoments) return offers;
  ASSIGN_OR_RETURN(offers.roster, ReadRoster(reader));
  ASSIGN_OR_RETURN(offers.in_force, ReadRoster(reader));
  ASSIGN_OR_RETURN(uint32_t past, reader.U32());
  for (; past > 0; --past) {
    ASSIGN_OR_RETURN(const std::optional<fed::SignedRoster> old, ReadRoster(reader));
    if (old) offers.past[old->roster().epoch()] = *old;
  }
  if (format == kFormat) {
    ASSIGN_OR_RETURN(uint32_t moments, reader.U32());
    for (; moments > 0; --moments) {
      ASSIGN_OR_RETURN(const uint32_t epoch, reader.U32());
      ASSIGN_OR_RETURN(offers.since_us[static_cast<int32_t>(epoch)], reader.I64());
    }
  }
  while (reader.remaining() > 0) {
    KeptCatalogue kept;
    if (format == kFormat) {
      ASSIGN_OR_RETURN(const uint8_t was_in_force, reader.U8());
      kept.was_in_force = was_in_force != 0;
    }
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    if (kept.signed_catalogue.ParseFromArray(read.data(), static_cast<int>(read.size())))
      offers.catalogues.push_back(std::move(kept));
  }
  return offers;
}

std::string EncodeOffers(const Offers& offers) {
  CanonicalWriter writer;
  writer.U32(kFormat);
  writer.Bytes(offers.roster ? offers.roster->SerializeAsString() : "");
  writer.Bytes(offers.in_force ? offers.in_force->SerializeAsString() : "");
  writer.U32(static_cast<uint32_t>(offers.past.size()));
  for (const auto& [epoch, old] : offers.past) writer.Bytes(old.SerializeAsString());
  writer.U32(static_cast<uint32_t>(offers.since_us.size()));
  for (const auto& [epoch, moment] : offers.since_us) writer.U32(static_cast<uint32_t>(epoch)).I64(moment);
  for (const KeptCatalogue& each : offers.catalogues)
    writer.U8(each.was_in_force ? 1 : 0).Bytes(each.signed_catalogue.SerializeAsString());
  return std::move(writer).Take();
}

}  // namespace aangan::node

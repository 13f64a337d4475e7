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

constexpr uint32_t kFormat = 2;
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
  if (format != kFormat) return offers;
  ASSIGN_OR_RETURN(offers.roster, ReadRoster(reader));
  ASSIGN_OR_RETURN(offers.in_force, ReadRoster(reader));
  ASSIGN_OR_RETURN(uint32_t past, reader.U32());
  for (; past > 0; --past) {
    ASSIGN_OR_RETURN(const std::optional<fed::SignedRoster> old, ReadRoster(reader));
    if (old) offers.past[old->roster().epoch()] = *old;
  }
  while (reader.remaining() > 0) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    fed::SignedCatalogue parsed;
    if (parsed.ParseFromArray(read.data(), static_cast<int>(read.size())))
      offers.catalogues.push_back(std::move(parsed));
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
  for (const fed::SignedCatalogue& each : offers.catalogues) writer.Bytes(each.SerializeAsString());
  return std::move(writer).Take();
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// Offers as a file.
#include "server/node/offers_file.h"

#include <utility>

#include "base/canonical.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/checked_bytes.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr uint32_t kFormat = 4;  // 3 is the same without the digest
constexpr uint32_t kFormatWithoutMoments = 2;
// KnownCatalogues takes in 8 MiB of offers; the rest is rosters, and catalogues that people decided on.
constexpr size_t kOffersBytesMax = 64u << 20;
constexpr size_t kOfferBytesMax = 4u << 20;

absl::Status Damaged() {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged,
                 "The file \"offers\" in the data folder is damaged. Bring it back from the last backup.");
}

// What was put into the file is never empty.
template <typename M>
absl::StatusOr<M> ReadMessage(absl::string_view bytes) {
  M message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || message.ByteSizeLong() == 0)
    return Damaged();
  return message;
}

absl::StatusOr<std::optional<fed::SignedRoster>> ReadRoster(CanonicalReader& reader) {
  ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
  if (read.empty()) return std::optional<fed::SignedRoster>();
  ASSIGN_OR_RETURN(fed::SignedRoster roster, ReadMessage<fed::SignedRoster>(read));
  return std::optional<fed::SignedRoster>(std::move(roster));
}

absl::Status ReadRosters(CanonicalReader& reader, bool with_moments, Offers& offers) {
  ASSIGN_OR_RETURN(offers.roster, ReadRoster(reader));
  ASSIGN_OR_RETURN(offers.in_force, ReadRoster(reader));
  ASSIGN_OR_RETURN(uint32_t past, reader.U32());
  for (; past > 0; --past) {
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    ASSIGN_OR_RETURN(fed::SignedRoster old, ReadMessage<fed::SignedRoster>(read));
    const int32_t epoch = old.roster().epoch();
    offers.past[epoch] = std::move(old);
  }
  if (!with_moments) return absl::OkStatus();
  ASSIGN_OR_RETURN(uint32_t moments, reader.U32());
  for (; moments > 0; --moments) {
    ASSIGN_OR_RETURN(const uint32_t epoch, reader.U32());
    ASSIGN_OR_RETURN(offers.since_us[static_cast<int32_t>(epoch)], reader.I64());
  }
  return absl::OkStatus();
}

absl::StatusOr<Offers> Decode(absl::string_view bytes) {
  Offers offers;
  ASSIGN_OR_RETURN(const uint32_t format, CanonicalReader(bytes).U32());
  if (format > kFormat) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kNewerFormat,
                   "The file \"offers\" in the data folder was written by a newer program. Install that version.");
  }
  if (format < kFormatWithoutMoments) return Damaged();
  if (format == kFormat) {
    const std::optional<absl::string_view> body = BeforeCheck(bytes);
    if (!body) return Damaged();
    bytes = *body;
  }
  CanonicalReader reader(bytes.substr(sizeof(format)));
  const bool with_moments = format != kFormatWithoutMoments;
  RETURN_IF_ERROR(ReadRosters(reader, with_moments, offers));
  while (reader.remaining() > 0) {
    KeptCatalogue& kept = offers.catalogues.emplace_back();
    if (with_moments) {
      ASSIGN_OR_RETURN(const uint8_t was_in_force, reader.U8());
      kept.was_in_force = was_in_force != 0;
    }
    ASSIGN_OR_RETURN(const absl::string_view read, reader.Bytes(kOfferBytesMax));
    ASSIGN_OR_RETURN(kept.signed_catalogue, ReadMessage<fed::SignedCatalogue>(read));
  }
  return offers;
}

}  // namespace

absl::StatusOr<Offers> ReadOffers(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path, kOffersBytesMax);
  if (absl::IsNotFound(bytes.status())) return Offers();
  RETURN_IF_ERROR(bytes.status());
  return DecodeOffers(*bytes);
}

absl::StatusOr<Offers> DecodeOffers(absl::string_view bytes) {
  absl::StatusOr<Offers> offers = Decode(bytes);
  if (absl::IsInvalidArgument(offers.status())) return Damaged();  // it ends too early
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
  return WithCheck(std::move(writer));
}

}  // namespace aangan::node

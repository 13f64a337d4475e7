// SPDX-License-Identifier: Apache-2.0
// A vector as sealed shares: see summed_contribution.h.
#include "privacy/summed_contribution.h"

#include "base/canonical.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "privacy/field.h"
#include "privacy/prime_field.h"
#include "privacy/shamir.h"

namespace aangan::privacy {
namespace {

constexpr absl::string_view kShareLabel = "sc-agg/v1/share";

absl::Status WrongLength() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                 "the contribution has not the length that its round gives it; synchronise and close again");
}

absl::Status WrongHash() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kWrongLength,
                 "a sealed share is not the one that its contribution signed; ask for it again");
}

std::string Info(const Holders& holders, const model::Id& sender, int holder_place) {
  return std::string(kShareLabel) + CanonicalWriter()
                                        .U8(kShareSuite)
                                        .Fixed(holders.round_id)
                                        .Fixed(sender.bytes)
                                        .Fixed(holders.id(holder_place).bytes)
                                        .bytes();
}

// All share vectors of one dealer, by place, and the seeds of the first.
struct Dealt {
  std::vector<SecretBytes> seeds;
  std::vector<ShareVector> shares;
};

// The last two words at 0 are uniform: so are all coefficients of the masks.
ShareVector SecretWords(const ProtectedVector& vector, RandomSource& random) {
  const size_t cells = vector.values().size();
  ShareVector secret(cells + kCheckWords);
  for (size_t i = 0; i < cells; ++i) secret[i] = FieldFromSigned(vector.values()[i]);
  for (size_t t = 0; t < kCheckWords; ++t) secret[cells + t] = random.Below(kFieldPrime);
  return secret;
}

ShareVector Following(const ShareVector& secret, const std::vector<ShareVector>& first, int place) {
  const std::vector<uint64_t> weights = WeightsAt<Field64>(PointOfPlace(place), DealtPoints(first.size()));
  ShareVector share(secret.size());
  ShareVector values(weights.size());
  for (size_t word = 0; word < secret.size(); ++word) {
    values[0] = secret[word];
    for (size_t i = 0; i < first.size(); ++i) values[i + 1] = first[i][word];
    share[word] = WeightedSum<Field64>(weights, values.span());
  }
  return share;
}

Dealt Deal(const ShareVector& secret, const Holders& holders, RandomSource& random) {
  Dealt dealt;
  for (int place = 0; place < holders.numbers.k - 1; ++place) {
    dealt.seeds.push_back(SecretBytes::Random(kSeedBytes, random));
    dealt.shares.push_back(ExpandSeed(dealt.seeds.back().span(), secret.size()));
  }
  std::vector<ShareVector> following;
  for (int place = holders.numbers.k - 1; place < holders.n(); ++place)
    following.push_back(Following(secret, dealt.shares, place));
  for (ShareVector& share : following) dealt.shares.push_back(std::move(share));
  return dealt;
}

SecretBytes Plaintext(const Dealt& dealt, const Holders& holders, int place) {
  const auto at = static_cast<size_t>(place);
  return holders.seeded(place) ? EncodeSeedShare(dealt.seeds[at].span(), holders.cells)
                               : EncodeWordShare(dealt.shares[at]);
}

}  // namespace

model::Id Holders::id(int place) const { return model::NodeId(signing_keys[static_cast<size_t>(place)]); }

size_t SummedHeadBytes(const Holders& holders) {
  return kHeaderBytes + static_cast<size_t>(holders.n()) * sizeof(Digest) +
         kCheckWords * static_cast<size_t>(holders.numbers.k) * kFieldWordBytes + kSignatureBytes;
}

size_t SealedShareBytes(const Holders& holders, int place) {
  if (!holders.recipient_keys[static_cast<size_t>(place)].has_value()) return 0;
  return kEncapsulationBytes + SharePlaintextBytes(holders.seeded(place), holders.cells) + kTagBytes;
}

size_t SummedContributionBytes(const Holders& holders) {
  size_t bytes = SummedHeadBytes(holders);
  for (int place = 0; place < holders.n(); ++place) bytes += SealedShareBytes(holders, place);
  return bytes;
}

absl::StatusOr<std::string> BuildSummed(const ContributionHeader& header, const Holders& holders,
                                        const ProtectedVector& vector, const SigningKey& key, RandomSource& random) {
  AANGAN_CHECK(vector.values().size() == holders.cells);
  const ShareVector secret = SecretWords(vector, random);
  const Dealt dealt = Deal(secret, holders, random);
  std::string head = EncodeHeader(header, ContributionForm::kSummed, holders.cells);
  const Digest aad = Sha256(head);
  const model::Id sender{header.node_id};
  std::string behind;
  std::vector<Digest> hashes;
  for (int place = 0; place < holders.n(); ++place) {
    hashes.emplace_back();
    const auto& recipient = holders.recipient_keys[static_cast<size_t>(place)];
    if (!recipient) continue;
    const SecretBytes plaintext = Plaintext(dealt, holders, place);
    ASSIGN_OR_RETURN(const std::string sealed,
                     SealTo(*recipient, Info(holders, sender, place), AsText(aad), plaintext.span(), random));
    hashes.back() = Sha256(sealed);
    behind += sealed;
  }
  const Challenges challenges = ChallengesOf(holders.round_id, sender, hashes);
  const CheckCoefficients check = MakeCheck(
      secret, absl::MakeSpan(dealt.shares).subspan(0, static_cast<size_t>(holders.numbers.k - 1)), challenges);
  for (int place = 0; place < holders.n(); ++place) {
    // A wrong share would name this collective as a cheat: better to end here than to send it.
    const SecretBytes plaintext = Plaintext(dealt, holders, place);
    ASSIGN_OR_RETURN(const ShareVector share, DecodeShare(plaintext.span(), holders.seeded(place), holders.cells));
    AANGAN_CHECK(PassesCheck(share, place, check, challenges));
  }
  for (const Digest& hash : hashes) head += std::string(AsText(hash));
  for (const std::vector<uint64_t>& coefficients : check) head += EncodeFieldWords(coefficients);
  return WithSignature(key, kContributionLabel, std::move(head)) + behind;
}

absl::StatusOr<SummedHead> ParseHead(absl::string_view head_bytes, const Holders& holders, int place) {
  if (head_bytes.size() != SummedHeadBytes(holders)) return WrongLength();
  const PublicKey& sender = holders.signing_keys[static_cast<size_t>(place)];
  ASSIGN_OR_RETURN(const absl::string_view signed_part, SignedPart(sender, kContributionLabel, head_bytes));
  SummedHead head;
  head.place = place;
  head.digest = Sha256(head_bytes);
  const absl::string_view header = signed_part.substr(0, kHeaderBytes);
  ASSIGN_OR_RETURN(head.header,
                   DecodeHeader(header, ContributionForm::kSummed, holders.cells, holders.round_id, sender));
  head.aad = Sha256(header);
  CanonicalReader reader(signed_part.substr(kHeaderBytes));
  for (int holder = 0; holder < holders.n(); ++holder) {
    head.hashes.emplace_back();
    RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(head.hashes.back())));
    const bool has_key = holders.recipient_keys[static_cast<size_t>(holder)].has_value();
    if (has_key == (head.hashes.back() == Digest{})) return WrongHash();
  }
  const auto k = static_cast<size_t>(holders.numbers.k);
  ASSIGN_OR_RETURN(const std::vector<uint64_t> words,
                   DecodeFieldWords(signed_part.substr(signed_part.size() - kCheckWords * k * kFieldWordBytes)));
  for (size_t t = 0; t < kCheckWords; ++t)
    head.check[t].assign(words.begin() + static_cast<std::ptrdiff_t>(t * k),
                         words.begin() + static_cast<std::ptrdiff_t>((t + 1) * k));
  head.challenges = ChallengesOf(holders.round_id, model::NodeId(sender), head.hashes);
  return head;
}

absl::StatusOr<SummedContribution> ParseSummed(absl::string_view bytes, const Holders& holders, int place) {
  if (bytes.size() != SummedContributionBytes(holders)) return WrongLength();
  SummedContribution contribution;
  ASSIGN_OR_RETURN(contribution.head, ParseHead(bytes.substr(0, SummedHeadBytes(holders)), holders, place));
  size_t at = SummedHeadBytes(holders);
  for (int holder = 0; holder < holders.n(); ++holder) {
    const size_t size = SealedShareBytes(holders, holder);
    contribution.sealed.push_back(bytes.substr(at, size));
    at += size;
    if (size != 0 && Sha256(contribution.sealed.back()) != contribution.head.hashes[static_cast<size_t>(holder)])
      return WrongHash();
  }
  return contribution;
}

absl::StatusOr<OpenedShare> OpenShare(const SummedHead& head, const Holders& holders, int holder_place,
                                      absl::string_view sealed, const SecretBytes& private_key) {
  if (sealed.size() != SealedShareBytes(holders, holder_place) ||
      Sha256(sealed) != head.hashes[static_cast<size_t>(holder_place)])
    return WrongHash();
  const absl::StatusOr<OpeningKey> opening =
      OpeningKeyOf(private_key, sealed, Info(holders, holders.id(head.place), holder_place));
  if (!opening.ok()) return OpenedShare{ShareFault::kDoesNotDecrypt, std::nullopt, {}};
  return CheckOpened(head, holders, holder_place, sealed, *opening);
}

OpenedShare CheckOpened(const SummedHead& head, const Holders& holders, int holder_place, absl::string_view sealed,
                        const OpeningKey& opening) {
  const absl::StatusOr<SecretBytes> plaintext = Open(opening, AsText(head.aad), sealed);
  if (!plaintext.ok()) return {ShareFault::kDoesNotDecrypt, std::nullopt, {}};
  absl::StatusOr<ShareVector> share = DecodeShare(plaintext->span(), holders.seeded(holder_place), holders.cells);
  if (!share.ok() || !PassesCheck(*share, holder_place, head.check, head.challenges))
    return {ShareFault::kBadShare, std::nullopt, opening};
  return {ShareFault::kNone, *std::move(share), {}};
}

}  // namespace aangan::privacy

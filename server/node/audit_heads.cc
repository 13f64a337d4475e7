// SPDX-License-Identifier: Apache-2.0
// Heads of the audit log: see audit_heads.h.
#include "server/node/audit_heads.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/node/audit_ledger.h"
#include "server/node/convert.h"

namespace aangan::node {
namespace {

constexpr int kHeadsMax = 100;

absl::Status NoHead(Literal what) {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no head of an audit log.")
      .Field("heads", what);
}

std::string LettersOf(const Digest& chain_hash) { return model::FingerprintPhrase(chain_hash); }

template <size_t kSize>
absl::Status Take(const std::string& bytes, std::array<uint8_t, kSize>& out, Literal what) {
  if (bytes.size() != kSize) return NoHead(what);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return absl::OkStatus();
}

// With its signature checked against the key in it: a head that a key of this node no longer in use signed counts too.
absl::StatusOr<AuditHead> HeadFrom(const v1::AuditHead& message) {
  AuditHead head;
  PublicKey key{};
  RETURN_IF_ERROR(Take(message.signing_key(), key, "signing_key must be 32 bytes"));
  RETURN_IF_ERROR(Take(message.incarnation(), head.incarnation, "incarnation must be 16 bytes"));
  RETURN_IF_ERROR(Take(message.chain_hash(), head.chain_hash, "chain_hash must be 32 bytes"));
  if (message.entries() < 0 || message.sequence() < 0) return NoHead("entries and sequence must not be negative");
  head.entries = message.entries();
  head.place = static_cast<uint64_t>(message.sequence());
  head.time_us = absl::ToUnixMicros(TimeFromTimestamp(message.time()));
  RETURN_IF_ERROR(VerifySignature(key, kAuditHeadLabel, CanonicalAuditHead(head, key), AsBytes(message.signature())));
  return head;
}

struct PaperHead {
  int64_t entries = 0;
  std::string letters;
};

absl::StatusOr<PaperHead> PaperHeadFrom(const std::string& phrase) {
  PaperHead head;
  const std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(phrase));
  const size_t dash = text.find('-');
  if (dash == std::string::npos || !absl::SimpleAtoi(text.substr(0, dash), &head.entries) || head.entries < 0) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no phrase of an audit log.")
        .Field("phrases", "must be the number of entries, then six groups of four letters, with - between them");
  }
  head.letters = text.substr(dash + 1);
  return head;
}

absl::Status CheckPaper(const PaperHead& head, const AuditFollower& followed) {
  if (head.entries > followed.entries()) return AuditEndsBefore(followed.entries(), head.entries);
  const Digest* const found = followed.HashAfter(head.entries);
  if (found == nullptr || LettersOf(*found) != head.letters) return AuditDiffersFromHead(head.entries);
  return absl::OkStatus();
}

}  // namespace

v1::AuditHead AuditHeads::Signed(const AuditFollower& followed) const {
  const SigningKey& key = rooms_.identity->key();
  const AuditHead head{rooms_.once->incarnation(), followed.entries(), followed.place(), followed.chain_hash(),
                       absl::ToUnixMicros(rooms_.clock->Now())};
  v1::AuditHead message;
  message.set_signing_key(std::string(AsText(key.public_key())));
  message.set_incarnation(std::string(AsText(head.incarnation)));
  message.set_entries(head.entries);
  message.set_sequence(static_cast<int64_t>(head.place));
  message.set_chain_hash(std::string(AsText(head.chain_hash)));
  *message.mutable_time() = TimestampFromMicros(head.time_us);
  message.set_signature(std::string(AsText(key.Sign(kAuditHeadLabel, CanonicalAuditHead(head, key.public_key())))));
  message.set_phrase(absl::StrCat(head.entries, "-", LettersOf(head.chain_hash)));
  return message;
}

absl::StatusOr<v1::AuditHead> AuditHeads::Sign() const {
  ASSIGN_OR_RETURN(const AuditFollower followed, rooms_.store->FollowAudit({}));
  RETURN_IF_ERROR(HoldToLedger(*rooms_.store, *rooms_.once).status());
  return Signed(followed);
}

absl::StatusOr<v1::VerifyAuditResponse> AuditHeads::Verify(const v1::VerifyAuditRequest& request) const {
  if (request.heads_size() > kHeadsMax || request.phrases_size() > kHeadsMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooMany, "At most 100 heads and phrases at once.");
  }
  std::vector<AuditHead> heads;
  std::vector<PaperHead> papers;
  std::set<int64_t> remember;
  for (const v1::AuditHead& message : request.heads()) {
    ASSIGN_OR_RETURN(const AuditHead head, HeadFrom(message));
    remember.insert(head.entries);
    heads.push_back(head);
  }
  for (const std::string& phrase : request.phrases()) {
    ASSIGN_OR_RETURN(PaperHead head, PaperHeadFrom(phrase));
    remember.insert(head.entries);
    papers.push_back(std::move(head));
  }
  ASSIGN_OR_RETURN(const AuditFollower followed, rooms_.store->FollowAudit(std::move(remember)));
  for (const AuditHead& head : heads) RETURN_IF_ERROR(followed.CheckHead(head));
  for (const PaperHead& head : papers) RETURN_IF_ERROR(CheckPaper(head, followed));
  v1::VerifyAuditResponse response;
  ASSIGN_OR_RETURN(const int32_t held, HoldToLedger(*rooms_.store, *rooms_.once));
  response.set_contributions(held);
  *response.mutable_head() = Signed(followed);
  return response;
}

}  // namespace aangan::node

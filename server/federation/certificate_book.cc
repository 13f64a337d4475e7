// SPDX-License-Identifier: Apache-2.0
// Lines of client certificates.
#include "server/federation/certificate_book.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "google/protobuf/util/time_util.h"
#include "server/shared/certificate.h"

namespace aangan::federation {
namespace {

using google::protobuf::util::TimeUtil;
using store::v1::CertificateHolder;

constexpr absl::string_view kPrefix = "certificate/";

absl::Status UnknownCertificate() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadCertificate,
                 "The certificate is not one that this federation has in use: it was replaced, or is of nobody here. "
                 "Join again to get a new one.");
}

absl::Status Revoked(int64_t time_us) {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kCertificateRevoked,
                 "The federation's staff revoked this certificate. Ask them for a token for new keys, then: aangan "
                 "change-keys.")
      .Name("revoke_time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMicros(time_us), absl::UTCTimeZone()));
}

absl::Status NotFound() {
  return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such certificate of a node.");
}

CertificateHolder HolderOf(const SignedCertificate& certificate, absl::string_view id, absl::Time now) {
  CertificateHolder holder;
  holder.set_id(std::string(id));
  holder.set_create_time_us(absl::ToUnixMicros(now));
  const absl::StatusOr<server::CertificateTimes> times = server::TimesOf(certificate.pem);
  AANGAN_CHECK(times.ok());  // this authority has just signed it
  holder.set_expire_time_us(absl::ToUnixMicros(times->until));
  return holder;
}

// The one of its line that is in use; the first of a line does not name itself.
absl::string_view InUse(const CertificateHolder& first, absl::string_view first_fingerprint) {
  return first.in_use().empty() ? first_fingerprint : absl::string_view(first.in_use());
}

bool MayCall(const CertificateHolder& first, absl::string_view first_fingerprint, absl::string_view fingerprint) {
  return fingerprint == InUse(first, first_fingerprint) || (!first.renewed().empty() && fingerprint == first.renewed());
}

std::string FingerprintOf(absl::string_view key) { return FromHex(absl::StripPrefix(key, kPrefix)).value_or(""); }

}  // namespace

std::string CertificateKey(absl::string_view fingerprint) { return absl::StrCat(kPrefix, ToHex(AsBytes(fingerprint))); }

Write NodeCertificate(const SignedCertificate& certificate, absl::string_view collective, absl::Time now) {
  return {Table::kSettings, CertificateKey(AsText(certificate.fingerprint)),
          HolderOf(certificate, collective, now).SerializeAsString()};
}

absl::Status EndLine(const FederationStore& store, absl::string_view first, std::vector<Write>& writes) {
  ASSIGN_OR_RETURN(const auto row, ReadStored<CertificateHolder>(store, Table::kSettings, CertificateKey(first)));
  if (!row) return absl::OkStatus();
  writes.push_back({Table::kSettings, row->key, std::nullopt});
  for (const std::string& each : {row->value.in_use(), row->value.renewed()}) {
    if (!each.empty()) writes.push_back({Table::kSettings, CertificateKey(each), std::nullopt});
  }
  return absl::OkStatus();
}

absl::StatusOr<CertificateHolder> FindHolder(const FederationStore& store, const Digest& fingerprint) {
  const absl::string_view own = AsText(fingerprint);
  ASSIGN_OR_RETURN(auto row, ReadStored<CertificateHolder>(store, Table::kSettings, CertificateKey(own)));
  if (!row) return UnknownCertificate();
  std::string first(own);
  if (!row->value.first().empty()) {
    first = row->value.first();
    ASSIGN_OR_RETURN(row, ReadStored<CertificateHolder>(store, Table::kSettings, CertificateKey(first)));
  }
  if (!row) return UnknownCertificate();
  if (row->value.revoke_time_us() != 0) return Revoked(row->value.revoke_time_us());
  if (!MayCall(row->value, first, own)) return UnknownCertificate();
  return std::move(row->value);
}

absl::StatusOr<std::optional<CertificateBook::Line>> CertificateBook::Find(absl::string_view fingerprint) const {
  ASSIGN_OR_RETURN(auto own, ReadStored<CertificateHolder>(*store_, Table::kSettings, CertificateKey(fingerprint)));
  if (!own) return std::optional<Line>();
  if (own->value.first().empty()) return std::optional<Line>(Line{*own, *own});
  ASSIGN_OR_RETURN(auto first,
                   ReadStored<CertificateHolder>(*store_, Table::kSettings, CertificateKey(own->value.first())));
  if (!first) return std::optional<Line>();
  return std::optional<Line>(Line{*std::move(own), *std::move(first)});
}

v1::Certificate CertificateBook::Describe(absl::string_view fingerprint, const CertificateHolder& own,
                                          const CertificateHolder& first) const {
  v1::Certificate described;
  described.set_name(absl::StrCat("rosters/", roster_, "/certificates/", ToHex(AsBytes(fingerprint))));
  described.set_collective(own.id());
  described.set_state(v1::CERTIFICATE_STATE_IN_USE);
  if (fingerprint == first.renewed()) described.set_state(v1::CERTIFICATE_STATE_RENEWED);
  if (own.create_time_us() != 0)
    *described.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(own.create_time_us());
  if (own.expire_time_us() != 0)
    *described.mutable_expire_time() = TimeUtil::MicrosecondsToTimestamp(own.expire_time_us());
  if (first.revoke_time_us() != 0) {
    described.set_state(v1::CERTIFICATE_STATE_REVOKED);
    *described.mutable_revoke_time() = TimeUtil::MicrosecondsToTimestamp(first.revoke_time_us());
  }
  return described;
}

std::string CertificateBook::After(const v1::Certificate& certificate) {
  return absl::StrCat(certificate.collective(), "/", certificate.name());
}

absl::StatusOr<std::vector<v1::Certificate>> CertificateBook::List(const std::string& after, size_t limit) const {
  ASSIGN_OR_RETURN(const auto rows, ListStored<CertificateHolder>(*store_, Table::kSettings, kPrefix));
  std::map<std::string, const CertificateHolder*> by_fingerprint;
  for (const auto& row : rows) by_fingerprint[FingerprintOf(row.key)] = &row.value;
  std::map<std::string, v1::Certificate> found;
  for (const auto& [fingerprint, own] : by_fingerprint) {
    const std::string& begin = own->first().empty() ? fingerprint : own->first();
    const auto first = by_fingerprint.find(begin);
    // Apps have a list of their own; what may not call any more is left out.
    if (!own->token().empty() || first == by_fingerprint.end() || !MayCall(*first->second, begin, fingerprint))
      continue;
    v1::Certificate described = Describe(fingerprint, *own, *first->second);
    std::string key = After(described);
    if (key > after) found.emplace(std::move(key), std::move(described));
  }
  std::vector<v1::Certificate> page;
  for (auto& [key, certificate] : found) {
    if (page.size() == limit) break;
    page.push_back(std::move(certificate));
  }
  return page;
}

absl::StatusOr<SignedCertificate> CertificateBook::Renew(const Digest& own, absl::string_view request_der) {
  return UntilUncontested([&]() -> absl::StatusOr<SignedCertificate> {
    ASSIGN_OR_RETURN(const std::optional<Line> line, Find(AsText(own)));
    if (!line) return UnknownCertificate();
    CertificateHolder first = line->first.value;
    if (AsText(own) == first.renewed()) {
      return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                     "This certificate is a renewal that was not confirmed yet. Confirm it first.");
    }
    ASSIGN_OR_RETURN(SignedCertificate made, authority_->Sign(request_der, roster_, first.id()));
    CertificateHolder renewal = HolderOf(made, first.id(), clock_->Now());
    renewal.set_first(FingerprintOf(line->first.key));
    std::vector<Write> writes;
    if (!first.renewed().empty()) writes.push_back({Table::kSettings, CertificateKey(first.renewed()), std::nullopt});
    first.set_renewed(std::string(AsText(made.fingerprint)));
    writes.push_back({Table::kSettings, CertificateKey(first.renewed()), renewal.SerializeAsString()});
    writes.push_back({Table::kSettings, line->first.key, first.SerializeAsString()});
    RETURN_IF_ERROR(store_->Commit(writes, {Unchanged(Table::kSettings, line->first)}));
    return made;
  });
}

absl::Status CertificateBook::Confirm(const Digest& own) {
  return UntilUncontested([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<Line> line, Find(AsText(own)));
    if (!line) return UnknownCertificate();
    CertificateHolder first = line->first.value;
    if (AsText(own) != first.renewed()) return absl::OkStatus();
    std::vector<Write> writes;
    // The row of the first one stays: it is the line's.
    if (!first.in_use().empty()) writes.push_back({Table::kSettings, CertificateKey(first.in_use()), std::nullopt});
    first.set_in_use(first.renewed());
    first.clear_renewed();
    writes.push_back({Table::kSettings, line->first.key, first.SerializeAsString()});
    return store_->Commit(writes, {Unchanged(Table::kSettings, line->first)});
  });
}

absl::StatusOr<v1::Certificate> CertificateBook::Revoke(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, absl::StrCat("rosters/", roster_, "/certificates/"))) return NotFound();
  const std::optional<std::string> fingerprint = FromHex(name);
  if (!fingerprint || fingerprint->size() != sizeof(Digest)) return NotFound();
  return UntilUncontested([&]() -> absl::StatusOr<v1::Certificate> {
    ASSIGN_OR_RETURN(const std::optional<Line> line, Find(*fingerprint));
    if (!line || !line->first.value.token().empty()) return NotFound();
    CertificateHolder first = line->first.value;
    if (first.revoke_time_us() == 0) {
      first.set_revoke_time_us(absl::ToUnixMicros(clock_->Now()));
      RETURN_IF_ERROR(store_->Commit({{Table::kSettings, line->first.key, first.SerializeAsString()}},
                                     {Unchanged(Table::kSettings, line->first)}));
    }
    return Describe(*fingerprint, line->own.value, first);
  });
}

}  // namespace aangan::federation

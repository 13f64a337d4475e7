// SPDX-License-Identifier: Apache-2.0
// Tokens of browsers.
#include "server/federation/browser_tokens.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "aangan/store/v1/federation_store.pb.h"
#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/federation/certificate_book.h"
#include "server/federation/credentials.h"

namespace aangan::federation {
namespace {

using server::Role;
using store::v1::BrowserToken;
using store::v1::EnrolledApp;

constexpr char kPrefix[] = "browser/";

absl::Status BadToken() {
  return Problem(absl::StatusCode::kUnauthenticated, Reason::kBadToken,
                 "The token is not known here, or its time is over. Ask for a new one.");
}

// What a token of this role reads as; nobody for those that have no page.
Role ReadingRole(Role role) {
  if (role == Role::kSteward || role == Role::kAnalyst) return Role::kAnalyst;
  return role == Role::kAuditor ? Role::kAuditor : Role::kNobody;
}

struct Living {
  int64_t create_time_us = 0;
  std::string key;
};

}  // namespace

absl::StatusOr<server::NewToken> MakeBrowserToken(FederationStore& store, const server::Caller& app, absl::Time now,
                                                  RandomSource& random) {
  if (app.certificate == Digest{} || ReadingRole(app.role) == Role::kNobody) {
    return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                   "Only an app with its certificate makes tokens for browsers.")
        .ToStatus();
  }
  return UntilUncontested([&]() -> absl::StatusOr<server::NewToken> {
    const std::string app_key = AppKey(app.id);
    ASSIGN_OR_RETURN(const auto enrolled, ReadStored<EnrolledApp>(store, Table::kSettings, app_key));
    if (!enrolled || enrolled->value.certificate_fingerprint() != AsText(app.certificate)) return BadToken();
    ASSIGN_OR_RETURN(const auto rows, ListStored<BrowserToken>(store, Table::kSettings, kPrefix));
    std::vector<Write> writes;
    std::vector<Living> living;
    for (const auto& row : rows) {
      ASSIGN_OR_RETURN(const server::TokenRecord record, server::DecodeToken(row.value.token()));
      if (record.expire_time_us <= absl::ToUnixMicros(now)) {
        writes.push_back({Table::kSettings, row.key, std::nullopt});
      } else if (row.value.app() == app.id) {
        living.push_back({record.create_time_us, row.key});
      }
    }
    std::sort(living.begin(), living.end(),
              [](const Living& a, const Living& b) { return a.create_time_us < b.create_time_us; });
    for (size_t i = 0; i + kBrowserTokensMax <= living.size(); ++i)
      writes.push_back({Table::kSettings, living[i].key, std::nullopt});
    server::NewToken made = server::MakeToken(ReadingRole(app.role), app.id, now, kBrowserTokenLife, random);
    BrowserToken stored;
    stored.set_app(app.id);
    stored.set_certificate_fingerprint(enrolled->value.certificate_fingerprint());
    stored.set_token(server::EncodeToken(made.record));
    writes.push_back({Table::kSettings, absl::StrCat(kPrefix, made.record.id), stored.SerializeAsString()});
    RETURN_IF_ERROR(store.Commit(writes, {Unchanged(Table::kSettings, app_key, enrolled)}));
    return made;
  });
}

absl::Status EndBrowserToken(FederationStore& store, absl::string_view token, absl::Time now) {
  const absl::StatusOr<std::string> id = server::TokenId(token);
  if (!id.ok()) return absl::OkStatus();
  return UntilUncontested([&]() -> absl::Status {
    const std::string key = absl::StrCat(kPrefix, *id);
    ASSIGN_OR_RETURN(const auto row, ReadStored<BrowserToken>(store, Table::kSettings, key));
    if (!row) return absl::OkStatus();
    ASSIGN_OR_RETURN(const server::TokenRecord record, server::DecodeToken(row->value.token()));
    if (!server::CheckToken(token, record, now).ok()) return absl::OkStatus();
    return store.Commit({{Table::kSettings, key, std::nullopt}}, {Unchanged(Table::kSettings, key, row)});
  });
}

absl::StatusOr<server::Caller> CallerOfBrowser(const FederationStore& store, absl::string_view token, absl::Time now) {
  ASSIGN_OR_RETURN(const std::string id, server::TokenId(token));
  ASSIGN_OR_RETURN(const auto row, ReadStored<BrowserToken>(store, Table::kSettings, absl::StrCat(kPrefix, id)));
  if (!row) return BadToken();
  ASSIGN_OR_RETURN(const server::TokenRecord record, server::DecodeToken(row->value.token()));
  RETURN_IF_ERROR(server::CheckToken(token, record, now));
  // Its app is still the one that made it, and may call.
  ASSIGN_OR_RETURN(const auto app, ReadStored<EnrolledApp>(store, Table::kSettings, AppKey(row->value.app())));
  if (!app || app->value.certificate_fingerprint() != row->value.certificate_fingerprint()) return BadToken();
  ASSIGN_OR_RETURN(const auto holder,
                   ReadStored<store::v1::CertificateHolder>(store, Table::kSettings,
                                                            CertificateKey(row->value.certificate_fingerprint())));
  if (!holder) return BadToken();
  ASSIGN_OR_RETURN(const server::TokenRecord own, server::DecodeToken(holder->value.token()));
  if (own.expire_time_us <= absl::ToUnixMicros(now)) return BadToken();
  server::Caller caller;
  caller.id = row->value.app();
  caller.role = record.role;
  return caller;
}

}  // namespace aangan::federation

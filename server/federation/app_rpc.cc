// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.AppService.
#include "server/federation/app_rpc.h"

#include <utility>
#include <vector>

#include "aangan/store/v1/federation_store.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "google/protobuf/util/time_util.h"
#include "model/names.h"
#include "server/federation/browser_tokens.h"
#include "server/federation/credentials.h"
#include "server/shared/paging.h"
#include "server/shared/tokens.h"

namespace aangan::federation {
namespace {

using server::Role;
using store::v1::CertificateHolder;
using store::v1::EnrolledApp;

constexpr absl::string_view kPrefix = "app/";
constexpr server::PageLimits kPages{.size_default = 100, .size_max = 100};

v1::AppRole RoleMessage(Role role) {
  if (role == Role::kSteward) return v1::APP_ROLE_STEWARD;
  if (role == Role::kAnalyst) return v1::APP_ROLE_ANALYST;
  return role == Role::kAuditor ? v1::APP_ROLE_AUDITOR : v1::APP_ROLE_UNSPECIFIED;
}

}  // namespace

std::map<std::string, server::Handler> AppRpc::Handlers() {
  return {{"CreateBrowserToken", server::Handle(this, &AppRpc::CreateBrowserToken)},
          {"ListApps", server::Handle(this, &AppRpc::ListApps)},
          {"DeleteApp", server::Handle(this, &AppRpc::DeleteApp)}};
}

absl::StatusOr<v1::App> AppRpc::AppOf(const Entry& entry) const {
  ASSIGN_OR_RETURN(const Stored<EnrolledApp> app, ParseStored<EnrolledApp>(entry));
  ASSIGN_OR_RETURN(const auto holder,
                   ReadStored<CertificateHolder>(*rooms_.store, Table::kSettings,
                                                 CertificateKey(app.value.certificate_fingerprint())));
  v1::App message;
  message.set_name(absl::StrCat("rosters/", rooms_.names->roster(), "/apps/", absl::StripPrefix(entry.key, kPrefix)));
  if (!holder) return message;
  ASSIGN_OR_RETURN(const server::TokenRecord token, server::DecodeToken(holder->value.token()));
  message.set_role(RoleMessage(token.role));
  *message.mutable_create_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(token.create_time_us);
  *message.mutable_expire_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(token.expire_time_us);
  return message;
}

absl::StatusOr<v1::ListAppsResponse> AppRpc::ListApps(const server::Call& call, const v1::ListAppsRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "apps", request.page_size(),
                                                           request.page_token(), kPages));
  ASSIGN_OR_RETURN(std::vector<Entry> entries,
                   rooms_.store->List(Table::kSettings, kPrefix, page.after, page.size + 1));
  v1::ListAppsResponse response;
  if (entries.size() > page.size) {
    entries.resize(page.size);
    response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "apps", entries.back().key));
  }
  for (const Entry& entry : entries) {
    ASSIGN_OR_RETURN(*response.add_apps(), AppOf(entry));
  }
  return response;
}

absl::StatusOr<v1::DeleteAppResponse> AppRpc::DeleteApp(const server::Call& call, const v1::DeleteAppRequest& request) {
  ASSIGN_OR_RETURN(const auto name, model::ParseRosterChild(request.name(), "apps", "name"));
  const std::string& id = name.second;
  if (id == call.caller().id) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This is the app that asks. Let another one of the role steward take it back.");
  }
  RETURN_IF_ERROR(UntilUncontested([&]() -> absl::Status {
    const std::string key = AppKey(id);
    ASSIGN_OR_RETURN(const auto app, ReadStored<EnrolledApp>(*rooms_.store, Table::kSettings, key));
    if (!app || name.first != rooms_.names->roster())
      return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such app.");
    return rooms_.store->Commit({{Table::kSettings, CertificateKey(app->value.certificate_fingerprint()), std::nullopt},
                                 {Table::kSettings, key, std::nullopt}},
                                {Unchanged(Table::kSettings, key, app)});
  }));
  LogInfo("enrolment", "taken back").Name("id", id);
  return v1::DeleteAppResponse();
}

absl::StatusOr<v1::CreateBrowserTokenResponse> AppRpc::CreateBrowserToken(
    const server::Call& call, const v1::CreateBrowserTokenRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(server::NewToken made,
                   MakeBrowserToken(*rooms_.store, call.caller(), rooms_.clock->Now(), *rooms_.random));
  v1::CreateBrowserTokenResponse response;
  response.set_secret(made.text);
  *response.mutable_expire_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(made.record.expire_time_us);
  LogInfo("apps", "browser let in").Name("id", call.caller().id);
  return response;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// The service config of every channel, made from the descriptors: see retries.h.
#include "client/retries.h"

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/apps.pb.h"
#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/certificates.pb.h"
#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/audit.pb.h"
#include "aangan/node/v1/backups.pb.h"
#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/governance.pb.h"
#include "aangan/node/v1/grievances.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/node/v1/notices.pb.h"
#include "aangan/node/v1/operator.pb.h"
#include "aangan/node/v1/permits.pb.h"
#include "aangan/node/v1/releases.pb.h"
#include "aangan/node/v1/retention.pb.h"
#include "aangan/node/v1/rights.pb.h"
#include "aangan/node/v1/setup.pb.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace aangan::client {
namespace {

constexpr char kPolicy[] = R"(],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.2s","maxBackoff":"3s",)"
                           R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}]})";

// One message of each file that has a service: its descriptor leads to the file.
std::vector<const google::protobuf::FileDescriptor*> Files() {
  namespace fed = federation::v1;
  return {
      fed::App::descriptor()->file(),
      fed::Catalogue::descriptor()->file(),
      fed::Certificate::descriptor()->file(),
      fed::KeyBatch::descriptor()->file(),
      fed::NationalRelease::descriptor()->file(),
      fed::Roster::descriptor()->file(),
      fed::Round::descriptor()->file(),
      fed::Share::descriptor()->file(),
      fed::Upload::descriptor()->file(),
      node::v1::AuditEntry::descriptor()->file(),
      node::v1::Backup::descriptor()->file(),
      node::v1::GetSetupRequest::descriptor()->file(),
      node::v1::GetStatusRequest::descriptor()->file(),
      node::v1::Grievance::descriptor()->file(),
      node::v1::Member::descriptor()->file(),
      node::v1::Notice::descriptor()->file(),
      node::v1::OfferedCatalogue::descriptor()->file(),
      node::v1::Permit::descriptor()->file(),
      node::v1::Release::descriptor()->file(),
      node::v1::RetentionPolicy::descriptor()->file(),
      node::v1::SealedMember::descriptor()->file(),
      node::v1::Service::descriptor()->file(),
      node::v1::Token::descriptor()->file(),
  };
}

std::string MakeConfig() {
  std::vector<std::string> names;
  for (const auto* file : Files()) {
    for (int s = 0; s < file->service_count(); ++s) {
      const google::protobuf::ServiceDescriptor& service = *file->service(s);
      for (int m = 0; m < service.method_count(); ++m) {
        if (!MayRepeat(*service.method(m))) continue;
        names.push_back(
            absl::StrCat(R"({"service":")", service.full_name(), R"(","method":")", service.method(m)->name(), "\"}"));
      }
    }
  }
  return absl::StrCat(R"({"methodConfig":[{"name":[)", absl::StrJoin(names, ","), kPolicy);
}

}  // namespace

bool MayRepeat(const google::protobuf::MethodDescriptor& method) {
  for (const char* verb : {"Get", "List", "Search"}) {
    if (absl::StartsWith(method.name(), verb)) return true;
  }
  return method.input_type()->FindFieldByName("request_id") != nullptr;
}

const std::string& RetryConfig() {
  static const std::string* const config = new std::string(MakeConfig());
  return *config;
}

}  // namespace aangan::client

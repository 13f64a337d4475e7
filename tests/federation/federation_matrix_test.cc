// SPDX-License-Identifier: Apache-2.0
// Every rpc of the federation's port x every role x every credential, over TLS to a real daemon: certificates none,
// self-signed, of another authority, ended, out of use; tokens none, wrong, ended, of another app; and a collective
// that speaks in the name of another one.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>

#include "aangan/federation/v1/apps.pb.h"
#include "aangan/federation/v1/certificates.pb.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/signing.h"
#include "server/federation/certificate_authority.h"
#include "server/node/enrolment.h"
#include "tests/federation/role_rules.h"
#include "tests/support/daemon_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/federation_client.h"
#include "tests/support/generic_call.h"
#include "tests/support/lone_federation.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using absl::StatusCode;
using federation::CertificateAuthority;
using google::protobuf::MethodDescriptor;
using tests::DaemonProcess;
using tests::FederationClient;
using tests::HasProblem;

using Channel = std::shared_ptr<grpc::Channel>;

// A certificate over one connection, and the token that goes with it.
struct Credential {
  Channel channel;
  std::string token;
};

class FederationMatrix : public ::testing::Test {
 protected:
  FederationMatrix() {
    options_ = tests::LoneFederation(AANGAN_FEDERATION_UNDER_TEST, folder_.path());
    process_ = DaemonProcess::Start(options_);
    AANGAN_CHECK(process_ != nullptr);
    authority_pem_ = tests::ReadAll(options_.data_folder + "/staff/authority.pem");
    credentials_["steward"] = Staff();
    credentials_["analyst"] = Enrol(fed::JOIN_KIND_ANALYST_APP, "charts");
    credentials_["auditor"] = Enrol(fed::JOIN_KIND_AUDITOR_APP, "checks");
    // Whoever joins again before a roster lists it has a new certificate, and the one before is out of use.
    out_of_use_["node"] = Enrol(fed::JOIN_KIND_NODE, "kerala_1");
    EXPECT_THAT(Call("/aangan.federation.v1.RoundService/ListRounds", out_of_use_["node"]), Not(Unauthenticated()));
    credentials_["node"] = Enrol(fed::JOIN_KIND_NODE, "kerala_1");
    revoked_ = Enrol(fed::JOIN_KIND_NODE, "odisha_9");
    EXPECT_THAT(Call("/aangan.federation.v1.RoundService/ListRounds", revoked_), Not(Unauthenticated()));
    EXPECT_THAT(RevokeAllOf("odisha_9"), tests::IsOk());
    out_of_use_["analyst"] = Enrol(fed::JOIN_KIND_ANALYST_APP, "old_charts");
    EXPECT_THAT(Call("/aangan.federation.v1.RoundService/ListRounds", out_of_use_["analyst"]), Not(Unauthenticated()));
    EXPECT_THAT(DeleteApp("old_charts"), tests::IsOk());
  }

  absl::Status DeleteApp(const std::string& id) {
    fed::DeleteAppRequest request;
    request.set_name("rosters/india/apps/" + id);
    return Call("/aangan.federation.v1.AppService/DeleteApp", credentials_["steward"], request.SerializeAsString());
  }

  absl::Status RevokeAllOf(const std::string& collective) {
    fed::ListCertificatesRequest all;
    all.set_parent("rosters/india");
    const std::string service = "/aangan.federation.v1.CertificateService/";
    const auto bytes =
        tests::CallGenerically(credentials_["steward"].channel,
                               {service + "ListCertificates", credentials_["steward"].token, all.SerializeAsString()});
    fed::ListCertificatesResponse listed;
    if (!bytes.ok() || !listed.ParseFromString(*bytes)) return bytes.status();
    for (const fed::Certificate& each : listed.certificates()) {
      if (each.collective() != collective) continue;
      fed::RevokeCertificateRequest revoke;
      revoke.set_name(each.name());
      return Call(service + "RevokeCertificate", credentials_["steward"], revoke.SerializeAsString());
    }
    return absl::NotFoundError(collective);
  }

  static ::testing::Matcher<const absl::Status&> Unauthenticated() {
    return ::testing::Truly([](const absl::Status& status) { return absl::IsUnauthenticated(status); });
  }
  static ::testing::Matcher<const absl::Status&> Not(const ::testing::Matcher<const absl::Status&>& matcher) {
    return ::testing::Not(matcher);
  }

  Credential Open(const std::string& certificate_pem, const std::string& key_pem, const std::string& token) const {
    return {tests::OpenChannel(process_->address("grpc"), {authority_pem_, certificate_pem, key_pem}), token};
  }
  Credential Staff() const {
    const std::string staff = options_.data_folder + "/staff/";
    return Open(tests::ReadAll(staff + "certificate.pem"), tests::ReadAll(staff + "key.pem"),
                tests::ReadAll(staff + "token"));
  }

  Credential Enrol(fed::JoinKind kind, const std::string& id) {
    fed::CreateJoinTokenRequest wish;
    wish.set_parent("rosters/india");
    wish.set_kind(kind);
    wish.set_id(id);
    if (kind == fed::JOIN_KIND_NODE) {
      wish.set_title("A collective");
      wish.set_state("kerala");
      wish.set_run_by(id);
    }
    const FederationClient staff = FederationClient::OfStaff(process_->address("grpc"), options_.data_folder);
    fed::CreateJoinTokenResponse made;
    EXPECT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::CreateJoinToken, wish, &made), tests::IsOk());
    EXPECT_TRUE(process_->AwaitReady(absl::Seconds(10)));
    const node::CertificateRequest request = node::MakeCertificateRequest();
    fed::EnrolRequest enrol;
    enrol.set_join_token(made.join_token());
    enrol.set_certificate_request(request.request_der);
    if (kind == fed::JOIN_KIND_NODE)
      enrol.set_signing_key(std::string(AsText(SigningKey::Generate(random_).public_key())));
    const Channel port = tests::OpenChannel(process_->address("enrolment"), {authority_pem_, "", ""});
    const auto joined =
        tests::CallGenerically(port, {"/aangan.federation.v1.EnrolmentService/Enrol", "", enrol.SerializeAsString()});
    EXPECT_THAT(joined, tests::IsOk());
    fed::EnrolResponse response;
    AANGAN_CHECK(joined.ok() && response.ParseFromString(*joined));
    return Open(response.certificate_pem(), request.key_pem, response.access_token());
  }

  static absl::Status Call(const std::string& path, const Credential& as, const std::string& body = "") {
    return tests::CallGenerically(as.channel, {path, as.token, body}).status();
  }

  // Certificates that the handshake itself refuses.
  std::map<std::string, Credential> Refused() {
    const std::string token = credentials_["steward"].token;
    std::map<std::string, Credential> refused;
    refused["none"] = Open("", "", token);
    const tests::TempDir folder;
    const SystemClock now;
    const auto stranger = CertificateAuthority::Open(folder.path(), &now, &random_);
    AANGAN_CHECK(stranger.ok());
    refused["self-signed"] = Open((*stranger)->pem(), tests::ReadAll(folder / "authority.key"), token);
    const federation::CertifiedKey foreign = (*stranger)->MakeClient("india", "kerala_1");
    refused["another authority's"] = Open(foreign.certificate_pem, foreign.key_pem, token);
    const tests::FakeClock long_ago(absl::Now() - 3 * federation::kCertificateLife);
    const auto then = CertificateAuthority::Open(options_.data_folder + "/tls", &long_ago, &random_);
    AANGAN_CHECK(then.ok() && (*then)->pem() == authority_pem_);
    const federation::CertifiedKey ended = (*then)->MakeClient("india", "kerala_1");
    refused["ended"] = Open(ended.certificate_pem, ended.key_pem, token);
    return refused;
  }

  // Signed by the right authority, and not in use: never given out, given out to be somebody else, or taken back.
  std::map<std::string, Credential> OutOfUse() {
    std::map<std::string, Credential> unknown = out_of_use_;
    const SystemClock now;
    const auto authority = CertificateAuthority::Open(options_.data_folder + "/tls", &now, &random_);
    AANGAN_CHECK(authority.ok());
    const federation::CertifiedKey never = (*authority)->MakeClient("india", "kerala_1");
    unknown["never given out"] = Open(never.certificate_pem, never.key_pem, credentials_["steward"].token);
    const federation::CertifiedKey sister = (*authority)->MakeClient("nepal", "kerala_1");
    unknown["another roster's"] = Open(sister.certificate_pem, sister.key_pem, credentials_["steward"].token);
    return unknown;
  }

  void CheckRole(const MethodDescriptor& method, const std::string& role) {
    const std::string path = tests::PathOf(method);
    const std::string cell = absl::StrCat(path, " as ", role);
    const Credential& own = credentials_[role];
    const absl::Status valid = Call(path, own);
    if (tests::RolesByHand(method).contains(role)) {
      EXPECT_FALSE(absl::IsUnauthenticated(valid) || HasReason(valid, Reason::kNotAllowed)) << cell << ": " << valid;
    } else {
      EXPECT_THAT(valid, HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed)) << cell;
    }
    if (role == "node") return;  // its certificate is all it has
    EXPECT_THAT(Call(path, {own.channel, ""}), HasProblem(StatusCode::kUnauthenticated, Reason::kNoCredential)) << cell;
    EXPECT_THAT(Call(path, {own.channel, "made-up"}), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken))
        << cell;
    for (const auto& [name, other] : credentials_) {
      if (name == role || other.token.empty()) continue;
      EXPECT_THAT(Call(path, {own.channel, other.token}), HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken))
          << cell << " with the token of " << name;
    }
  }

  std::vector<const MethodDescriptor*> Methods() const {
    const auto services = tests::ServicesOf("aangan.federation.v1");
    EXPECT_THAT(tests::IdleRules(services), ::testing::IsEmpty());
    std::vector<const MethodDescriptor*> methods;
    for (const auto* service : services) {
      for (int i = 0; i < service->method_count(); ++i) {
        if (!tests::RolesByHand(*service->method(i)).contains("nobody")) methods.push_back(service->method(i));
      }
    }
    EXPECT_GT(methods.size(), 25u);
    return methods;
  }

  void MoveClock(absl::Duration by) {
    ahead_ += by;
    std::ofstream(folder_ / "clock") << absl::ToInt64Seconds(ahead_);
  }

  const tests::TempDir folder_;
  SystemRandom random_;
  DaemonProcess::Options options_;
  std::unique_ptr<DaemonProcess> process_;
  std::string authority_pem_;
  absl::Duration ahead_;
  std::map<std::string, Credential> credentials_;  // by role
  std::map<std::string, Credential> out_of_use_;
  Credential revoked_;  // a node's
};

TEST_F(FederationMatrix, EveryRpcEveryRoleEveryCredential) {
  const auto refused = Refused();
  const auto unknown = OutOfUse();
  const auto methods = Methods();
  for (const MethodDescriptor* method : methods) {
    // Who guesses wrong is slowed down, and this test is not to be: time goes by between the rpcs.
    MoveClock(absl::Minutes(2));
    const std::string path = tests::PathOf(*method);
    for (const auto& [role, own] : credentials_) CheckRole(*method, role);
    for (const auto& [kind, credential] : refused) {
      const absl::Status status = Call(path, credential);
      EXPECT_EQ(status.code(), StatusCode::kUnavailable) << path << ", " << kind << ": " << status;
      EXPECT_EQ(ReasonOf(status), "") << path << ", " << kind << " came through the handshake";
    }
    for (const auto& [kind, credential] : unknown) {
      EXPECT_THAT(Call(path, credential), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate))
          << path << ", " << kind;
    }
    EXPECT_THAT(Call(path, revoked_), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked)) << path;
  }
  // The tokens of apps end with their certificates' time.
  MoveClock(federation::kCertificateLife + absl::Hours(24));
  for (const MethodDescriptor* method : methods) {
    MoveClock(absl::Minutes(2));
    for (const char* role : {"steward", "analyst", "auditor"}) {
      EXPECT_THAT(Call(tests::PathOf(*method), credentials_[role]),
                  HasProblem(StatusCode::kUnauthenticated, Reason::kBadToken))
          << method->full_name() << " as " << role << ", ended";
    }
  }
}

TEST_F(FederationMatrix, AfterANewSetOfTheStaffsTheFirstOneIsOutOfUse) {
  const Credential first = credentials_["steward"];
  ASSERT_EQ(process_->Stop(), 0);
  ASSERT_EQ(std::remove((options_.data_folder + "/staff/token").c_str()), 0);
  options_.arguments[3] = process_->address("grpc");
  process_ = DaemonProcess::Start(options_);
  ASSERT_NE(process_, nullptr);
  const std::string path = "/aangan.federation.v1.RoundService/ListRounds";
  EXPECT_THAT(Call(path, Staff()), Not(Unauthenticated()));
  tests::Eventually(absl::Seconds(10), [&] { return !absl::IsUnavailable(Call(path, first)); });
  EXPECT_THAT(Call(path, first), HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
}

// Requests of a node that name a collective, all with the same one.
std::map<std::string, std::string> RequestsInTheNameOf(const std::string& collective) {
  const std::string upload = absl::StrCat("rosters/india/rounds/2026Q2/contributions/", collective);
  fed::UploadChunkRequest chunk;
  chunk.set_name(upload);
  fed::GetUploadRequest look;
  look.set_name(upload);
  fed::PublishKeyBatchRequest keys;
  keys.set_parent("rosters/india");
  keys.mutable_key_batch()->set_roster("india");
  keys.mutable_key_batch()->set_collective(collective);
  fed::SignEpochRequest epoch;
  epoch.set_name("rosters/india/epochs/1");
  epoch.mutable_signature()->set_collective(collective);
  fed::SignCatalogueRequest catalogue;
  catalogue.set_name("rosters/india/catalogues/1");
  catalogue.mutable_signature()->set_collective(collective);
  const std::string package = "/aangan.federation.v1.";
  return {{package + "ContributionService/UploadChunk", chunk.SerializeAsString()},
          {package + "ContributionService/GetUpload", look.SerializeAsString()},
          {package + "LogService/PublishKeyBatch", keys.SerializeAsString()},
          {package + "RosterService/SignEpoch", epoch.SerializeAsString()},
          {package + "CatalogueService/SignCatalogue", catalogue.SerializeAsString()}};
}

TEST_F(FederationMatrix, ANodeInTheNameOfAnotherCollectiveIsRefusedAlike) {
  Enrol(fed::JOIN_KIND_NODE, "bihar_1");
  const auto own = RequestsInTheNameOf("kerala_1");
  const auto enrolled = RequestsInTheNameOf("bihar_1");
  const auto missing = RequestsInTheNameOf("assam_9");
  for (const auto& [path, body] : own) {
    const absl::Status hers = Call(path, credentials_["node"], body);
    EXPECT_FALSE(absl::IsPermissionDenied(hers) || absl::IsUnauthenticated(hers)) << path << ": " << hers;
    const absl::Status there = Call(path, credentials_["node"], enrolled.at(path));
    EXPECT_THAT(there, HasProblem(StatusCode::kPermissionDenied, Reason::kNotAllowed)) << path;
    EXPECT_EQ(there, Call(path, credentials_["node"], missing.at(path))) << path;
  }
}

TEST_F(FederationMatrix, AppsAreListedAndTakenBackAndTheirNameIsFreeAgain) {
  EXPECT_THAT(DeleteApp("old_charts"), HasProblem(StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(DeleteApp("staff"), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
  const Credential again = Enrol(fed::JOIN_KIND_AUDITOR_APP, "old_charts");
  fed::ListAppsRequest request;
  request.set_parent("rosters/india");
  const auto bytes = tests::CallGenerically(
      again.channel, {"/aangan.federation.v1.AppService/ListApps", again.token, request.SerializeAsString()});
  ASSERT_THAT(bytes, tests::IsOk());
  fed::ListAppsResponse listed;
  ASSERT_TRUE(listed.ParseFromString(*bytes));
  std::map<std::string, fed::AppRole> roles;
  for (const fed::App& app : listed.apps()) roles[app.name()] = app.role();
  EXPECT_EQ(roles, (std::map<std::string, fed::AppRole>{{"rosters/india/apps/charts", fed::APP_ROLE_ANALYST},
                                                        {"rosters/india/apps/checks", fed::APP_ROLE_AUDITOR},
                                                        {"rosters/india/apps/old_charts", fed::APP_ROLE_AUDITOR},
                                                        {"rosters/india/apps/staff", fed::APP_ROLE_STEWARD}}));
}

TEST_F(FederationMatrix, TheEnrolmentPortServesNothingElse) {
  fed::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(fed::JOIN_KIND_ANALYST_APP);
  wish.set_id("waits");
  const FederationClient staff = FederationClient::OfStaff(process_->address("grpc"), options_.data_folder);
  fed::CreateJoinTokenResponse made;
  ASSERT_THAT(staff.Call(*staff.rosters, &fed::RosterService::Stub::CreateJoinToken, wish, &made), tests::IsOk());
  ASSERT_TRUE(process_->AwaitReady(absl::Seconds(10)));
  const Credential nobody = {tests::OpenChannel(process_->address("enrolment"), {authority_pem_, "", ""}), ""};
  const Credential steward = {nobody.channel, credentials_["steward"].token};
  for (const MethodDescriptor* method : Methods()) {
    EXPECT_EQ(Call(tests::PathOf(*method), nobody).code(), StatusCode::kUnimplemented) << method->full_name();
    EXPECT_EQ(Call(tests::PathOf(*method), steward).code(), StatusCode::kUnimplemented) << method->full_name();
  }
  EXPECT_EQ(Call("/aangan.federation.v1.EnrolmentService/Enrol", credentials_["steward"]).code(),
            StatusCode::kUnimplemented)
      << "the federation's port enrols nobody";
}

}  // namespace
}  // namespace aangan

// SPDX-License-Identifier: Apache-2.0
// What the doctor asks a node: tokens to the last page; a token that is refused is a fault of its own, and what needed
// it is skipped.
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "aangan/node/v1/access.grpc.pb.h"
#include "aangan/node/v1/operator.grpc.pb.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/files.h"
#include "client/command/doctor.h"
#include "gtest/gtest.h"
#include "tests/support/command_line.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

// Takes one token, and has what holds alone on the last of three pages.
class SomeNode final : public node::v1::OperatorService::Service, public node::v1::AccessService::Service {
 public:
  grpc::StatusCode refusal = grpc::StatusCode::UNAUTHENTICATED;

  grpc::Status GetStatus(grpc::ServerContext* context, const node::v1::GetStatusRequest*,
                         node::v1::GetStatusResponse*) override {
    return Admit(*context);
  }
  grpc::Status ListTokens(grpc::ServerContext* context, const node::v1::ListTokensRequest* request,
                          node::v1::ListTokensResponse* response) override {
    const std::string& page = request->page_token();
    response->set_next_page_token(page.empty() ? "second" : page == "second" ? "third" : "");
    for (const auto role : {node::v1::ROLE_OPERATOR, node::v1::ROLE_STEWARD}) {
      const absl::Duration left = page == "third" ? absl::Hours(24 * 100) : -absl::Hours(1);
      node::v1::Token* token = response->add_tokens();
      token->set_role(role);
      token->mutable_expire_time()->set_seconds(absl::ToUnixSeconds(SystemClock().Now() + left));
    }
    return Admit(*context);
  }

 private:
  grpc::Status Admit(const grpc::ServerContext& context) const {
    const auto given = context.client_metadata().find("authorization");
    const bool admitted = given != context.client_metadata().end() && given->second == "Bearer holds";
    return admitted ? grpc::Status::OK : grpc::Status(refusal, "no");
  }
};

class DoctorAnswers : public ::testing::Test {
 protected:
  DoctorAnswers() {
    const std::string made = tests::Printed(absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -addext "
        "subjectAltName=IP:127.0.0.1 -keyout ",
        ground_ / "key.pem", " -out ", ground_ / "authority.pem"));
    EXPECT_TRUE(absl::EndsWith(made, "code 0\n")) << made;
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({Pem("key.pem"), Pem("authority.pem")});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port_);
    builder.RegisterService(static_cast<node::v1::OperatorService::Service*>(&node_));
    builder.RegisterService(static_cast<node::v1::AccessService::Service*>(&node_));
    server_ = builder.BuildAndStart();
    patient_.folder = ground_.path();
    patient_.now = SystemClock().Now();
    patient_.health = Health::kServing;
    Give("operator", "holds");
    Give("steward", "holds");
  }
  std::string Pem(const std::string& file) const { return ReadFile(ground_ / file, 16 << 10).value_or(""); }
  void Give(const std::string& role, const std::string& token) const {
    std::ofstream(ground_ / (role + ".token")) << token << "\n";
  }
  std::map<std::string, std::string> Verdicts() const {
    CLI::App app;
    Session session;
    session.AddOptions(app);
    app.parse(absl::StrCat("aangan --data ", ground_.path(), " --address 127.0.0.1:", port_, " --authority ",
                           ground_ / "authority.pem"),
              true);
    Findings findings;
    CheckAnswers(session, patient_, &findings);
    std::map<std::string, std::string> verdicts;
    for (const Finding& finding : findings) verdicts[finding.check] = WordOf(finding.verdict);
    return verdicts;
  }

  const tests::TempDir ground_;
  SomeNode node_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  Patient patient_;
};

TEST_F(DoctorAnswers, TokensAreReadToTheLastPage) {
  ASSERT_NE(server_, nullptr);
  auto verdicts = Verdicts();
  for (const char* check : {"operator_access", "steward_access", "operator_token", "steward_token", "backup"})
    EXPECT_EQ(verdicts[check], "pass") << check;
}

TEST_F(DoctorAnswers, ATokenThatHasEndedIsAFaultOfItsOwn) {
  ASSERT_NE(server_, nullptr);
  Give("operator", "has ended");
  auto verdicts = Verdicts();
  EXPECT_EQ(verdicts["operator_access"], "fail");
  for (const char* check : {"backup", "version", "last_contact"}) EXPECT_EQ(verdicts[check], "skip") << check;
  EXPECT_EQ(verdicts["steward_access"], "pass");
  EXPECT_EQ(verdicts["operator_token"], "pass");
  Give("steward", "has ended");
  verdicts = Verdicts();
  EXPECT_EQ(verdicts["steward_access"], "fail");
  for (const char* check : {"operator_token", "steward_token"}) EXPECT_EQ(verdicts[check], "skip") << check;
}

TEST_F(DoctorAnswers, AnotherRoleNoTokenAndNoAnswerAreNoFault) {
  ASSERT_NE(server_, nullptr);
  Give("steward", "of another role");
  node_.refusal = grpc::StatusCode::PERMISSION_DENIED;
  EXPECT_EQ(Verdicts()["steward_access"], "skip");
  node_.refusal = grpc::StatusCode::INTERNAL;
  EXPECT_EQ(Verdicts()["steward_access"], "warn");
  std::filesystem::remove(ground_ / "steward.token");
  EXPECT_EQ(Verdicts()["steward_access"], "skip");
  EXPECT_EQ(Verdicts()["operator_access"], "pass");
}

}  // namespace
}  // namespace aangan::client

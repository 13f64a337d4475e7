// SPDX-License-Identifier: Apache-2.0
// A port's own certificate: made anew in time and when it is broken, and taken by a running gRPC port without a
// restart, while connections that are open go on.
#include "server/shared/port_certificate.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <openssl/ssl.h>

#include <filesystem>

#include "base/files.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/federation/certificate_authority.h"
#include "server/federation/credentials.h"
#include "server/node/tls_connection.h"
#include "server/shared/authorisation.h"
#include "server/shared/door.h"
#include "server/shared/grpc_front.h"
#include "tests/support/daemon_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/node_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::federation {
namespace {

namespace fs = std::filesystem;
using server::PortCertificate;
using tests::IsOk;

class PortCertificateTest : public ::testing::Test {
 protected:
  PortCertificateTest() : clock_(absl::Now()), folder_path_(folder_ / "port") {
    authority_ = *CertificateAuthority::Open(folder_ / "tls", &clock_, &random_);
    port_ = std::make_unique<PortCertificate>(
        folder_path_,
        [this]() -> absl::StatusOr<PortCertificate::Pair> {
          ++made_;
          ASSIGN_OR_RETURN(CertifiedKey pair, authority_->MakeServer({"localhost", "127.0.0.1"}));
          return PortCertificate::Pair{std::move(pair.certificate_pem), std::move(pair.key_pem)};
        },
        &clock_);
  }

  const tests::TempDir folder_;
  tests::FakeClock clock_;
  SystemRandom random_;
  const std::string folder_path_;
  int made_ = 0;
  std::unique_ptr<CertificateAuthority> authority_;
  std::unique_ptr<PortCertificate> port_;
};

TEST_F(PortCertificateTest, IsMadeOnceAndAgainWhenAThirdIsLeft) {
  ASSERT_THAT(port_->Look(), IsOk());
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 1);
  const std::string first = tests::ReadAll(port_->certificate_path());
  clock_.Advance(kCertificateLife * 0.6);
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 1);
  clock_.Advance(kCertificateLife * 0.1);
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 2);
  EXPECT_NE(tests::ReadAll(port_->certificate_path()), first);
  // A clock that was a year ahead when it was made, and is right now.
  clock_.Advance(-kCertificateLife * 0.7);
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 3);
}

TEST_F(PortCertificateTest, HalvesThatDoNotGoTogetherAreMadeGood) {
  ASSERT_THAT(port_->Look(), IsOk());
  const std::string other_key = authority_->MakeServer({"localhost"})->key_pem;
  ASSERT_THAT(WriteFileDurably(port_->key_path(), other_key, 0600), IsOk());
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 2);
  fs::remove(port_->key_path());
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 3);
  ASSERT_THAT(WriteFileDurably(port_->certificate_path(), "rubbish", 0600), IsOk());
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 4);
  // The certificate's signature changed: still the certificate of this key, to nobody's good.
  std::string changed = tests::ReadAll(port_->certificate_path());
  const size_t end = changed.rfind("\n-----END");
  changed[end - 8] = changed[end - 8] == 'A' ? 'B' : 'A';
  ASSERT_THAT(WriteFileDurably(port_->certificate_path(), changed, 0600), IsOk());
  ASSERT_THAT(port_->Look(), IsOk());
  EXPECT_EQ(made_, 5);
  // What a cut left between making a pair and turning the link to it goes with the next turn.
  fs::create_directory(folder_path_ + "/pair.7");
  fs::create_directory_symlink("pair.7", folder_path_ + "/next");
  ASSERT_THAT(port_->MakeAnew(), IsOk());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_path_), fs::directory_iterator()), 2);
  EXPECT_EQ(fs::status(port_->key_path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

// Programs that copy a folder may put what a link leads to in the link's place.
TEST_F(PortCertificateTest, ACopyThatFollowedLinksIsMadeGood) {
  ASSERT_THAT(port_->Look(), IsOk());
  for (const char* link : {"/current", "/next"}) {
    const fs::path copied = folder_path_ + "/copied";
    fs::copy(folder_path_ + "/current/", copied, fs::copy_options::recursive);
    fs::remove_all(folder_path_ + link);
    fs::rename(copied, folder_path_ + link);
    ASSERT_THAT(port_->MakeAnew(), IsOk());
    EXPECT_TRUE(fs::is_symlink(folder_path_ + "/current"));
    EXPECT_FALSE(fs::exists(folder_path_ + "/next"));
  }
}

TEST_F(PortCertificateTest, ARunningPortTakesItWithoutARestart) {
  ASSERT_THAT(port_->Look(), IsOk());
  const auto roles = *server::Authorisation::Load();
  const NobodyYet nobody;
  server::Door door(server::Door::Options{}, &roles, &nobody, &clock_);
  server::GrpcFront::Options options;
  options.certificate_path = port_->certificate_path();
  options.key_path = port_->key_path();
  options.client_authority_path = folder_ / "tls/authority.pem";
  options.look_every = absl::Seconds(1);
  const auto front = server::GrpcFront::Start(options, &door, &clock_);
  ASSERT_THAT(front.status(), IsOk());
  // What the port shows to whoever comes anew.
  const auto shown = [&] {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    node::TlsConnection connection(context.get(), absl::Seconds(10));
    if (!connection.Connect((*front)->address()) || !connection.Handshake()) return std::string();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(connection.ssl()),
                                                                  X509_free);
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
    return bytes;
  };
  const auto open = tests::OpenChannel((*front)->address(), {authority_->pem(), "", ""});
  const auto stub = grpc::health::v1::Health::NewStub(open);
  const auto check = [&stub] {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckResponse response;
    return stub->Check(&context, {}, &response).ok();
  };
  const std::string before = shown();
  ASSERT_FALSE(before.empty());
  ASSERT_TRUE(check());
  ASSERT_THAT(port_->MakeAnew(), IsOk());
  EXPECT_TRUE(tests::Eventually(absl::Seconds(30), [&] {
    EXPECT_TRUE(check()) << "the open connection";
    const std::string now = shown();
    EXPECT_FALSE(now.empty()) << "somebody who came meanwhile was refused";
    return now != before;
  }));
  EXPECT_TRUE(check());
}

}  // namespace
}  // namespace aangan::federation

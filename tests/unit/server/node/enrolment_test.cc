// SPDX-License-Identifier: Apache-2.0
// Join tokens, the request for a certificate, the node's own authority and its identity file.
#include "server/node/enrolment.h"

#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "base/problem.h"
#include "gtest/gtest.h"
#include "server/node/identity.h"
#include "server/node/own_authority.h"
#include "server/shared/certificate.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {
namespace {

// Base32 of `bytes`, as the federation writes a token.
std::string Base32(const std::string& bytes) {
  std::string text;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<uint8_t>(c);
    for (bits += 8; bits >= 5; bits -= 5)
      text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer >> (bits - 5)) & 31]);
  }
  if (bits > 0) text.push_back("abcdefghijklmnopqrstuvwxyz234567"[(buffer << (5 - bits)) & 31]);
  return text;
}

TEST(JoinToken, NamesTheAuthority) {
  std::string bytes(16, 's');
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(200 + i));
  const auto authority = AuthorityOfJoinToken("aangan-join-" + Base32(bytes));
  ASSERT_TRUE(authority.ok());
  EXPECT_EQ(AsText(*authority), bytes.substr(16));
}

TEST(JoinToken, AnythingElseIsRefusedWithoutItsText) {
  for (const std::string& bad :
       {std::string(), std::string("aangan-join-"), std::string("aangan-join-canary1"),
        std::string("join-") + Base32(std::string(48, 'x')), std::string("aangan-join-") + Base32(std::string(47, 'x')),
        std::string("aangan-join-") + Base32(std::string(49, 'x'))}) {
    const auto authority = AuthorityOfJoinToken(bad);
    EXPECT_TRUE(HasReason(authority.status(), Reason::kBadToken));
    EXPECT_EQ(std::string(authority.status().message()).find("canary"), std::string::npos);
  }
}

// Found by join_token_fuzz: one letter more, or bits behind the end, named the same authority, and only the federation
// refused the text.
TEST(JoinToken, OneTextAloneIsTheToken) {
  const std::string token = "aangan-join-" + Base32(std::string(48, 'x'));
  ASSERT_TRUE(AuthorityOfJoinToken(token).ok());
  std::string bit_more = token;
  EXPECT_TRUE(HasReason(AuthorityOfJoinToken(token + "a").status(), Reason::kBadToken));
  ++bit_more.back();
  EXPECT_TRUE(HasReason(AuthorityOfJoinToken(bit_more).status(), Reason::kBadToken));
}

TEST(CertificateRequest, CarriesAKeyAndNoName) {
  const CertificateRequest made = MakeCertificateRequest();
  const auto* bytes = reinterpret_cast<const unsigned char*>(made.request_der.data());
  X509_REQ* request = d2i_X509_REQ(nullptr, &bytes, static_cast<long>(made.request_der.size()));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_NAME_entry_count(X509_REQ_get_subject_name(request)), 0);
  EXPECT_EQ(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)), 1);
  X509_REQ_free(request);
}

TEST(FetchAuthority, AClosedPortIsNoLink) {
  const auto authority = FetchAuthority("127.0.0.1:1", Digest{}, absl::Seconds(2));
  EXPECT_TRUE(HasReason(authority.status(), Reason::kNoLink));
  EXPECT_TRUE(HasReason(FetchAuthority("nowhere", Digest{}, absl::Seconds(2)).status(), Reason::kInvalidField));
}

TEST(OwnAuthority, IsMadeOnceAndKept) {
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto first = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(server::PairMatches(first->certificate_pem, first->key_pem));
  EXPECT_FALSE(server::PairMatches(first->authority_pem, first->key_pem));
  const auto again = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(again.ok());
  EXPECT_NE(again->certificate_pem, first->certificate_pem);
  EXPECT_EQ(again->authority_pem, first->authority_pem);
}

TEST(OwnAuthority, ACrashBetweenKeyAndCertificateIsMadeGood) {
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto first = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(first->authority_path);
  const auto again = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(server::PairMatches(again->certificate_pem, again->key_pem));
  EXPECT_NE(again->authority_pem, first->authority_pem);
}

TEST(Identity, KeyAndMembershipAreKeptAndAWrongPairIsNotTaken) {
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto tls = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(tls.ok());
  Membership membership{"india",     "assam_1", "localhost:7411", {}, tls->authority_pem, tls->certificate_pem,
                        tls->key_pem};
  std::string node_id;
  {
    auto identity = Identity::Open(folder.path(), random);
    ASSERT_TRUE(identity.ok());
    node_id = (*identity)->node_id();
    Membership wrong = membership;
    wrong.certificate_pem = tls->authority_pem;
    EXPECT_TRUE(HasReason((*identity)->Join(wrong), Reason::kBadCertificate));
    EXPECT_FALSE((*identity)->membership().has_value());
    ASSERT_TRUE((*identity)->Join(membership).ok());
    EXPECT_TRUE(HasReason((*identity)->Join(membership), Reason::kAlreadyExists));
  }
  auto identity = Identity::Open(folder.path(), random);
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ((*identity)->node_id(), node_id);
  ASSERT_TRUE((*identity)->membership().has_value());
  EXPECT_EQ((*identity)->membership()->collective, "assam_1");
  std::fstream file(folder.path() + "/membership", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(20);
  file.put('\x7f');
  file.close();
  EXPECT_TRUE(HasReason(Identity::Open(folder.path(), random).status(), Reason::kDamaged));
}

TEST(Identity, WhichKeyCountsIsSaidByARosterAndOneThatIsNeededNoMoreIsGone) {
  const tests::TempDir folder;
  SystemRandom random;
  const SystemClock clock;
  const auto tls = OpenOwnAuthority(folder.path() + "/tls", clock, random);
  ASSERT_TRUE(tls.ok());
  const auto roster_with = [](const PublicKey& key) {
    federation::v1::Roster roster;
    roster.add_collectives()->set_id("assam_1");
    roster.mutable_collectives(0)->set_signing_key(std::string(AsText(key)));
    return roster;
  };
  PublicKey first{}, second{};
  {
    auto identity = Identity::Open(folder.path(), random);
    ASSERT_TRUE(identity.ok());
    ASSERT_TRUE(
        (*identity)
            ->Join({"india", "assam_1", "localhost:7411", {}, tls->authority_pem, tls->certificate_pem, tls->key_pem})
            .ok());
    first = (*identity)->key().public_key();
    ASSERT_TRUE((*identity)->AddKey(random).ok());
    second = (*identity)->key().public_key();
  }
  auto identity = Identity::Open(folder.path(), random);
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ((*identity)->key().public_key(), second);
  const SigningKey* old_key = (*identity)->KeyIn(roster_with(first));
  ASSERT_NE(old_key, nullptr);
  EXPECT_EQ((*identity)->KeyIn(roster_with(second)), &(*identity)->key());
  EXPECT_EQ((*identity)->KeyIn(roster_with(PublicKey{})), nullptr);
  ASSERT_TRUE((*identity)->DestroyKeysBut({old_key}).ok());
  EXPECT_EQ((*identity)->KeyIn(roster_with(first)), old_key);
  ASSERT_TRUE((*identity)->DestroyKeysBut({}).ok());
  EXPECT_EQ((*identity)->KeyIn(roster_with(first)), nullptr);
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/signing_key"));
  // The next start knows the newest alone, and makes no other.
  identity = Identity::Open(folder.path(), random);
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ((*identity)->key().public_key(), second);
  EXPECT_EQ((*identity)->KeyIn(roster_with(first)), nullptr);
}

}  // namespace
}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// A node renews its certificate at a real federation over TLS: a cut between any two steps, a federation that refuses,
// new keys that come meanwhile. The keeper is made anew after each cut, as after a kill, on the same folder.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/files.h"
#include "server/federation/certificate_authority.h"
#include "server/node/certificate_keeper.h"
#include "server/node/enrolment.h"
#include "server/node/link_probe.h"
#include "server/shared/caller.h"
#include "server/shared/certificate.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using absl::StatusCode;
using federation::FederationUnderTest;
using federation::TestCollective;
using tests::HasProblem;
using tests::IsOk;

// Where the wire breaks.
enum class Cut { kNone, kBeforeRenew, kAfterRenew, kBeforeConfirm, kAfterConfirm };

absl::Status Gone() { return Problem(StatusCode::kUnavailable, Reason::kNoLink, "gone"); }

// The real link, whose calls about certificates are lost on their way there or back.
class CutLink final : public FederationLink {
 public:
  CutLink(std::shared_ptr<FederationLink> real, Cut cut) : real_(std::move(real)), cut_(cut) {}
  absl::StatusOr<std::string> RenewCertificate(absl::string_view request) override {
    if (cut_ == Cut::kBeforeRenew) return Gone();
    auto answer = real_->RenewCertificate(request);
    if (cut_ == Cut::kAfterRenew && answer.ok()) return Gone();
    return answer;
  }
  absl::Status ConfirmCertificate() override {
    if (cut_ == Cut::kBeforeConfirm) return Gone();
    const absl::Status answer = real_->ConfirmCertificate();
    return cut_ == Cut::kAfterConfirm && answer.ok() ? Gone() : answer;
  }
  absl::StatusOr<std::vector<fed::Round>> ListRounds() override { return real_->ListRounds(); }

  void Cancel() override {}
  absl::StatusOr<fed::SignedRoster> NewestRoster() override { return NotAsked(); }
  absl::StatusOr<fed::SignedRoster> GetRoster(int32_t) override { return NotAsked(); }
  absl::StatusOr<fed::SignedRoster> SignRoster(int32_t, absl::string_view) override { return NotAsked(); }
  absl::StatusOr<std::vector<fed::SignedCatalogue>> ListCatalogues() override { return NotAsked(); }
  absl::StatusOr<fed::SignedCatalogue> SignCatalogue(int32_t, absl::string_view) override { return NotAsked(); }
  absl::StatusOr<LogPage> ListLog(int64_t) override { return NotAsked(); }
  absl::Status PublishKeyBatch(const fed::KeyBatch&, absl::string_view) override { return NotAsked(); }
  absl::StatusOr<std::vector<fed::Share>> ListShares(const std::string&) override { return NotAsked(); }
  absl::Status CreateAnswer(const std::string&, absl::string_view) override { return NotAsked(); }
  absl::StatusOr<std::vector<fed::Answer>> ListAnswers(const std::string&) override { return NotAsked(); }
  absl::Status CreateComplaint(const std::string&, const std::string&, absl::string_view) override {
    return NotAsked();
  }
  absl::StatusOr<fed::NationalRelease> GetNationalRelease(const std::string&) override { return NotAsked(); }
  absl::StatusOr<fed::Upload> GetUpload(const std::string&) override { return NotAsked(); }
  absl::StatusOr<fed::Upload> UploadChunk(const std::string&, absl::string_view, int64_t, int64_t,
                                          absl::string_view) override {
    return NotAsked();
  }

 private:
  static absl::Status NotAsked() { return absl::UnimplementedError("not asked by the keeper"); }

  const std::shared_ptr<FederationLink> real_;
  const Cut cut_;
};

class NodeRenewalTest : public ::testing::Test {
 protected:
  NodeRenewalTest() : clock_(absl::Now()) {
    federation_.Enrol();
    const TestCollective& one = federation_.collectives()[0];
    Open();
    Membership membership{"india",
                          one.id,
                          federation_.address(),
                          PublicKey{},
                          tests::ReadAll(federation_.data() + "/staff/authority.pem"),
                          one.certificate_pem,
                          one.certificate_key_pem};
    EXPECT_THAT(identity_->Join(membership), IsOk());
  }

  // As after a kill: nothing is left but the folder.
  void Open(Cut cut = Cut::kNone) {
    cut_ = cut;
    SystemRandom random;
    auto opened = Identity::Open(folder_.path(), random);
    ASSERT_THAT(opened.status(), IsOk());
    identity_ = *std::move(opened);
    keeper_ = std::make_unique<CertificateKeeper>(CertificateKeeper::Rooms{
        folder_.path(), identity_.get(), &clock_, [this](const auto& options) { return OpenLink(options); }});
  }
  std::shared_ptr<FederationLink> OpenLink(const FederationLink::Options& options) {
    return std::make_shared<CutLink>(FederationLink::Open(options), cut_);
  }
  std::shared_ptr<FederationLink> Link() { return OpenLink(LinkOptions(*identity_->membership())); }
  absl::StatusOr<bool> Keep() { return keeper_->Keep(*Link()); }
  std::string Certificate() const { return identity_->membership()->certificate_pem; }
  bool Pending() const { return std::filesystem::exists(folder_ / "membership.renewal"); }
  void RevokeIt() {
    const tests::FederationClient staff = federation_.Staff();
    fed::RevokeCertificateRequest request;
    request.set_name("rosters/india/certificates/" + ToHex(server::IdentityOfCertificate(Certificate())->fingerprint));
    fed::RevokeCertificateResponse response;
    EXPECT_THAT(staff.Call(*staff.certificates, &fed::CertificateService::Stub::RevokeCertificate, request, &response),
                IsOk());
  }
  // To the last third of what the certificate in use has to live, and back.
  void MakeItDue() { clock_.Advance(kAhead); }
  void MakeItFresh() { clock_.Advance(-kAhead); }
  static constexpr absl::Duration kAhead = absl::Hours(24 * 300);

  FederationUnderTest federation_;
  const tests::TempDir folder_;
  tests::FakeClock clock_;
  Cut cut_ = Cut::kNone;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<CertificateKeeper> keeper_;
};

TEST_F(NodeRenewalTest, NothingHappensBeforeALastThirdIsLeft) {
  const std::string before = Certificate();
  const auto times = *server::TimesOf(before);
  const absl::Time due = times.until - (times.until - times.from) / 3;
  clock_.Advance(due - clock_.Now() - absl::Minutes(1));
  EXPECT_FALSE(*Keep());
  EXPECT_FALSE(Pending());
  EXPECT_EQ(Certificate(), before);
  clock_.Advance(absl::Minutes(2));
  EXPECT_TRUE(*Keep());
  EXPECT_FALSE(Pending());
  EXPECT_NE(Certificate(), before);
  EXPECT_TRUE(server::PairMatches(Certificate(), identity_->membership()->key_pem));
  EXPECT_FALSE(keeper_->failing());
  const std::string after = Certificate();
  Open();
  EXPECT_EQ(Certificate(), after) << "on disk";
  EXPECT_THAT(Link()->ListRounds().status(), IsOk());
}

class CutTest : public NodeRenewalTest, public ::testing::WithParamInterface<Cut> {};

TEST_P(CutTest, IsMadeGoodWithTheNextContact) {
  const std::string before = Certificate();
  MakeItDue();
  Open(GetParam());
  EXPECT_THAT(Keep().status(), HasProblem(StatusCode::kUnavailable, Reason::kNoLink));
  EXPECT_FALSE(keeper_->failing()) << "a broken link is no failure of the renewal";
  Open();
  EXPECT_EQ(Certificate(), before);
  EXPECT_TRUE(Pending());
  // Only the federation's word may end the old one, and then the new one is on disk.
  const absl::Status with_old = Link()->ListRounds().status();
  if (GetParam() == Cut::kAfterConfirm) {
    EXPECT_THAT(with_old, HasProblem(StatusCode::kUnauthenticated, Reason::kBadCertificate));
  } else {
    EXPECT_THAT(with_old, IsOk());
  }
  EXPECT_THAT(Keep(), ::testing::Truly([](const absl::StatusOr<bool>& kept) { return kept.ok() && *kept; }));
  EXPECT_NE(Certificate(), before);
  EXPECT_FALSE(Pending());
  EXPECT_THAT(Link()->ListRounds().status(), IsOk());
  MakeItFresh();
  EXPECT_FALSE(*Keep());
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, CutTest,
                         ::testing::Values(Cut::kBeforeRenew, Cut::kAfterRenew, Cut::kBeforeConfirm,
                                           Cut::kAfterConfirm));

TEST_F(NodeRenewalTest, ACutBehindTheLastStepLeavesAFileThatIsTakenAway) {
  const std::string before = Certificate();
  MakeItDue();
  Open(Cut::kBeforeConfirm);
  EXPECT_FALSE(Keep().ok());
  std::filesystem::copy_file(folder_ / "membership.renewal", folder_ / "kept");
  Open();
  ASSERT_TRUE(*Keep());
  std::filesystem::rename(folder_ / "kept", folder_ / "membership.renewal");
  const std::string after = Certificate();
  MakeItFresh();
  Open();
  EXPECT_FALSE(*Keep());
  EXPECT_FALSE(Pending());
  EXPECT_EQ(Certificate(), after);
}

TEST_F(NodeRenewalTest, ADamagedFileOfARenewalIsNone) {
  MakeItDue();
  Open(Cut::kBeforeConfirm);
  EXPECT_FALSE(Keep().ok());
  std::string bytes = tests::ReadAll(folder_ / "membership.renewal");
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_THAT(WriteFileDurably(folder_ / "membership.renewal", bytes, 0600), IsOk());
  Open();
  EXPECT_TRUE(*Keep());
  EXPECT_THAT(Link()->ListRounds().status(), IsOk());
}

TEST_F(NodeRenewalTest, NewKeysThatCameMeanwhileCount) {
  MakeItDue();
  Open(Cut::kBeforeConfirm);
  EXPECT_FALSE(Keep().ok());
  Membership keys = *identity_->membership();
  keys.certificate_pem = federation_.collectives()[1].certificate_pem;
  keys.key_pem = federation_.collectives()[1].certificate_key_pem;
  ASSERT_THAT(identity_->Replace(keys), IsOk());
  MakeItFresh();
  Open();
  EXPECT_FALSE(*Keep());
  EXPECT_FALSE(Pending());
  EXPECT_EQ(Certificate(), keys.certificate_pem);
  EXPECT_THAT(identity_->Renew("another", keys), HasProblem(StatusCode::kFailedPrecondition, Reason::kWrongState));
}

TEST_F(NodeRenewalTest, ARefusalIsShownAndAskedAgainLaterAndLater) {
  MakeItDue();
  RevokeIt();
  EXPECT_THAT(Keep().status(), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  EXPECT_TRUE(keeper_->failing());
  EXPECT_FALSE(*Keep()) << "it waits";
  EXPECT_TRUE(keeper_->failing());
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(Keep().status(), HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateRevoked));
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(*Keep()) << "two hours, now";
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(Keep().ok());
  clock_.Advance(-absl::Hours(48));
  EXPECT_FALSE(Keep().ok()) << "a clock that was set back makes nobody wait";
}

// Both certificates are signed by the federation's authority; where they hold is said by a clock of its own.
class ProbeTest : public NodeRenewalTest {
 protected:
  Membership SignedAt(absl::Time when) {
    const tests::FakeClock clock(when);
    const auto authority = federation::CertificateAuthority::Open(federation_.data() + "/tls", &clock, &random_);
    const federation::CertifiedKey pair = (*authority)->MakeClient("india", "assam_1");
    Membership membership = *identity_->membership();
    membership.certificate_pem = pair.certificate_pem;
    membership.key_pem = pair.key_pem;
    return membership;
  }
  static absl::Status Probe(const Membership& membership, absl::Time now) {
    return ProbeLink(membership, now, absl::Seconds(10));
  }

  SystemRandom random_;
};

TEST_F(ProbeTest, FindsNothingWhereNothingIsWrongAndWhereNobodyListens) {
  Membership membership = *identity_->membership();
  EXPECT_THAT(Probe(membership, absl::Now()), IsOk());
  membership.federation_address = "127.0.0.1:1";
  EXPECT_THAT(Probe(membership, absl::Now()), IsOk());
}

TEST_F(ProbeTest, AnEndedCertificateSaysHowToComeBack) {
  const absl::Status ended = Probe(SignedAt(absl::Now() - absl::Hours(24 * 500)), absl::Now());
  EXPECT_THAT(ended, HasProblem(StatusCode::kUnauthenticated, Reason::kCertificateEnded));
  EXPECT_THAT(std::string(ended.message()), ::testing::HasSubstr("aangan change-keys"));
}

TEST_F(ProbeTest, AClockBeforeTheEnrolmentIsWrong) {
  EXPECT_THAT(Probe(*identity_->membership(), absl::FromUnixSeconds(0)),
              HasProblem(StatusCode::kFailedPrecondition, Reason::kClockWrong));
}

TEST_F(ProbeTest, AClockOutsideTheFederationsCertificateIsWrong) {
  // A client of the far future, whose own certificate holds then.
  const absl::Time then = absl::Now() + absl::Hours(24 * 365 * 5);
  EXPECT_THAT(Probe(SignedAt(then), then), HasProblem(StatusCode::kFailedPrecondition, Reason::kClockWrong));
}

// The federation's computer judges by its own clock, and says nothing at all.
TEST_F(ProbeTest, ACertificateThatTheFederationFindsTooEarlyOrTooLateIsAboutClocks) {
  const absl::Time soon = absl::Now() + absl::Hours(24 * 3);
  EXPECT_THAT(Probe(SignedAt(soon), soon), HasProblem(StatusCode::kFailedPrecondition, Reason::kClockWrong));
  const absl::Time late = absl::Now() - absl::Hours(24 * 399);
  const absl::Time end = absl::Now() - absl::Hours(24 * 2);
  EXPECT_THAT(Probe(SignedAt(late), end), HasProblem(StatusCode::kFailedPrecondition, Reason::kClockWrong));
}

}  // namespace
}  // namespace aangan::node

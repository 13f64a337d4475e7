// SPDX-License-Identifier: Apache-2.0
// A whole federation in this process on a temporary folder, called over its real ports, with four or six collectives
// whose keys the test holds: what they would sign and send, the test signs and sends, right or wrong.
//
// The clock stands a day behind the end of the last ended quarter and is turned by hand.
#ifndef AANGAN_TESTS_UNIT_SERVER_FEDERATION_FEDERATION_UNDER_TEST_H_
#define AANGAN_TESTS_UNIT_SERVER_FEDERATION_FEDERATION_UNDER_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "aangan/federation/v1/roster.grpc.pb.h"
#include "base/random.h"
#include "base/signing.h"
#include "model/catalogue.h"
#include "model/period.h"
#include "server/federation/federation_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/federation_client.h"
#include "tests/support/temp_dir.h"

namespace aangan::federation {

struct TestCollective {
  std::string id;
  std::string state;
  SigningKey key;
  std::string certificate_pem;
  std::string certificate_key_pem;
};

// Four collectives in direct rounds, or six in summed ones.
enum class TestForm { kDirectOfFour, kSummedOfSix };

class FederationUnderTest {
 public:
  explicit FederationUnderTest(bool wait_for_all = false, TestForm form = TestForm::kDirectOfFour);

  // Steps of the founding, each on the ones before.
  void Enrol();            // four collectives, or six
  void SignRoster();       // proposed, signed by all
  void OfferCatalogue();   // proposed, signed by all
  void AcceptCatalogue();  // and its round is announced
  void Found() {
    Enrol();
    SignRoster();
    AcceptCatalogue();
  }

  // Stops the server and starts it again on the same folder.
  void Restart();

  tests::FederationClient Staff() const;
  tests::FederationClient As(const TestCollective& collective) const;
  std::string address() const;
  std::string enrolment_address() const;
  std::string data() const { return folder_ / "data"; }
  tests::FakeClock& clock() { return clock_; }
  std::vector<TestCollective>& collectives() { return collectives_; }
  // The last ended quarter.
  const model::Period& quarter() const { return quarter_; }
  std::string period() const { return model::PeriodText(quarter_); }
  size_t cells() const { return compiled_->RoundCellCount(quarter_); }
  const v1::Catalogue& catalogue() const { return catalogue_; }

  absl::StatusOr<v1::CreateJoinTokenResponse> MakeToken(const v1::CreateJoinTokenRequest& wish) const;
  static v1::CreateJoinTokenRequest NodeWish(const std::string& id, const std::string& state);
  absl::StatusOr<v1::EnrolResponse> EnrolWith(const v1::EnrolRequest& request) const;

  absl::Status SignEpoch(const TestCollective& as, const std::string& in_the_name_of, const SigningKey& key) const;
  absl::Status SignCatalogue(const TestCollective& as, const SigningKey& key, int32_t version = 1) const;

  // A contribution as a node would send it: every cell has this value, then `change` may spoil the vector.
  std::string Contribution(const TestCollective& collective, int64_t value) const;
  absl::Status Upload(const TestCollective& as, const std::string& whole, v1::Upload* upload = nullptr) const;
  absl::Status UploadChunk(const TestCollective& as, const v1::UploadChunkRequest& chunk, v1::Upload* upload) const;
  // The chunk that holds the whole.
  v1::UploadChunkRequest WholeChunk(const TestCollective& of, const std::string& whole) const;
  absl::StatusOr<v1::Round> Round() const;
  bool AwaitState(v1::RoundState state) const;
  v1::ListFiguresResponse Figures(v1::ListFiguresRequest question) const;

  const model::CompiledCatalogue& compiled() const { return *compiled_; }
  SystemRandom& random() { return random_; }

 private:
  std::string Port(const std::string& name) const;

  const TestForm form_;
  const tests::TempDir folder_;
  const model::Period quarter_;
  tests::FakeClock clock_;
  SystemRandom random_;
  FederationServer::Options options_;
  std::unique_ptr<FederationServer> server_;
  std::vector<TestCollective> collectives_;
  v1::Catalogue catalogue_;
  std::shared_ptr<const model::CompiledCatalogue> compiled_;
};

}  // namespace aangan::federation

#endif  // AANGAN_TESTS_UNIT_SERVER_FEDERATION_FEDERATION_UNDER_TEST_H_

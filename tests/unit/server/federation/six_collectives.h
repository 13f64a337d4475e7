// SPDX-License-Identifier: Apache-2.0
// Six collectives in summed rounds at the federation's own port: the test holds their keys and deals, answers, lies and
// complains in their names. n = 6: f = 1, k = 4, m = 5; five agreeing answers confirm.
#ifndef AANGAN_TESTS_UNIT_SERVER_FEDERATION_SIX_COLLECTIVES_H_
#define AANGAN_TESTS_UNIT_SERVER_FEDERATION_SIX_COLLECTIVES_H_

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/published.h"
#include "privacy/answer.h"
#include "privacy/complaint.h"
#include "privacy/field.h"
#include "privacy/log_head.h"
#include "privacy/prime_field.h"
#include "privacy/recipient_keys.h"
#include "tests/support/cheating_dealer.h"
#include "tests/support/daemon_process.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/federation/federation_under_test.h"

namespace aangan::federation {

class SixCollectives : public ::testing::Test {
 protected:
  // Founded; keys of these published; the round announced.
  void Begin(int keys = 6) {
    federation_.Enrol();
    federation_.SignRoster();
    for (int place = 0; place < keys; ++place) Publish(place);
    federation_.OfferCatalogue();
    ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_ANNOUNCED));
    holders_ = HoldersNow();
  }
  TestCollective& At(int place) { return federation_.collectives()[static_cast<size_t>(place)]; }

  absl::Status Publish(int place, const v1::KeyBatch& batch, const SigningKey& key) {
    v1::PublishKeyBatchRequest request;
    request.set_parent("rosters/india");
    *request.mutable_key_batch() = batch;
    request.set_signature(std::string(AsText(*privacy::SignKeyBatch(batch, key))));
    v1::PublishKeyBatchResponse response;
    const tests::FederationClient client = federation_.As(At(place));
    return client.Call(*client.log, &v1::LogService::Stub::PublishKeyBatch, request, &response);
  }
  v1::KeyBatch Batch(int place, const SecretBytes& private_key) {
    v1::KeyBatch batch;
    batch.set_roster("india");
    batch.set_collective(At(place).id);
    batch.set_first_period(federation_.period());
    for (int i = 0; i < privacy::kBatchPeriods; ++i)
      batch.add_keys(std::string(AsText(privacy::RecipientKeyOf(private_key))));
    return batch;
  }
  void Publish(int place) {
    if (private_keys_.empty()) {
      for (int i = 0; i < 6; ++i) private_keys_.push_back(SecretBytes::Random(32, federation_.random()));
    }
    ASSERT_THAT(Publish(place, Batch(place, private_keys_[static_cast<size_t>(place)]), At(place).key), tests::IsOk());
  }
  privacy::Holders HoldersNow() {
    const tests::FederationClient staff = federation_.Staff();
    v1::GetEpochRequest get;
    get.set_name("rosters/india/epochs/-");
    v1::GetEpochResponse epoch;
    EXPECT_THAT(staff.Call(*staff.rosters, &v1::RosterService::Stub::GetEpoch, get, &epoch), tests::IsOk());
    const v1::RoundDescriptor descriptor = federation_.Round()->round_descriptor();
    return *privacy::HoldersOf(descriptor, epoch.signed_roster().roster(),
                               privacy::RoundId(*privacy::CanonicalDescriptor(descriptor)), federation_.cells());
  }

  // What its node says of itself in each object that it signs.
  struct Life {
    uint8_t incarnation = 1;
    uint64_t counter = 0;
    uint64_t log_size = 0;
  };
  template <typename Header>
  void Stamp(int place, Header& header) {
    Life& life = lives_[static_cast<size_t>(place)];
    header.node_id = holders_.id(place).bytes;
    header.incarnation.fill(life.incarnation);
    header.counter = ++life.counter;
    header.log.size = life.log_size;
  }

  // Collective `place` contributes (place + 1) * 10 in every cell.
  std::string Dealt(int place) {
    privacy::ContributionHeader header;
    header.round_id = holders_.round_id;
    Stamp(place, header);
    const std::vector<int64_t> values(federation_.cells(), (place + 1) * 10);
    const auto vector = privacy::ProtectedVector::Decode(privacy::EncodeWords(values));
    return *privacy::BuildSummed(header, holders_, *vector, At(place).key, federation_.random());
  }
  void Send(int place, const std::string& bytes) {
    contributions_[place] = bytes;
    v1::Upload upload;
    ASSERT_THAT(federation_.Upload(At(place), bytes, &upload), tests::IsOk());
    ASSERT_TRUE(upload.has_receipt());
    EXPECT_EQ(upload.receipt().digest(),
              AsText(Sha256(absl::string_view(bytes).substr(0, privacy::SummedHeadBytes(holders_)))));
  }
  void SendAll() {
    for (int place = 0; place < 6; ++place) Send(place, Dealt(place));
  }
  void Freeze() {
    federation_.clock().Advance(absl::Hours(24 * 30));
    ASSERT_TRUE(federation_.AwaitState(v1::ROUND_STATE_FROZEN));
    const v1::Round round = *federation_.Round();
    freeze_ = Sha256(*model::CanonicalFreeze(round.freeze()));
    frozen_.clear();
    for (const auto& each : round.freeze().contributions()) frozen_.push_back(PlaceOf(each.collective()));
  }
  int PlaceOf(const std::string& id) {
    for (int place = 0; place < 6; ++place) {
      if (At(place).id == id) return place;
    }
    return -1;
  }
  std::vector<v1::Share> SharesOf(int place) {
    const tests::FederationClient client = federation_.As(At(place));
    std::vector<v1::Share> shares;
    v1::ListSharesRequest request;
    request.set_parent(RoundName());
    request.set_page_size(4);
    do {
      v1::ListSharesResponse page;
      EXPECT_THAT(client.Call(*client.answers, &v1::AnswerService::Stub::ListShares, request, &page), tests::IsOk());
      shares.insert(shares.end(), page.shares().begin(), page.shares().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return shares;
  }
  std::string RoundName() const { return "rosters/india/rounds/" + federation_.period(); }

  // What an honest holder sends, or with `lie` added to its first word.
  std::string AnswerOf(int place, uint64_t lie = 0) {
    std::vector<privacy::ShareVector> opened;
    for (const v1::Share& share : SharesOf(place)) {
      const auto head = privacy::ParseHead(share.head(), holders_, PlaceOf(share.dealer()));
      EXPECT_THAT(head.status(), tests::IsOk());
      auto one = privacy::OpenShare(*head, holders_, place, share.sealed(), private_keys_[static_cast<size_t>(place)]);
      EXPECT_EQ(one->fault, privacy::ShareFault::kNone);
      opened.push_back(*std::move(one->share));
    }
    EXPECT_EQ(opened.size(), frozen_.size());
    std::vector<uint64_t> words =
        privacy::SumShares(opened, std::vector<bool>(federation_.cells(), false));  // all are in: nothing is left out
    words[0] = privacy::Field64::Add(words[0], lie);
    privacy::AnswerHeader header;
    header.round_id = holders_.round_id;
    header.freeze = freeze_;
    Stamp(place, header);
    return privacy::BuildAnswer(header, words, At(place).key);
  }
  absl::Status SendAnswer(int place, const std::string& bytes) {
    v1::CreateAnswerRequest request;
    request.set_parent(RoundName());
    request.set_answer(bytes);
    v1::CreateAnswerResponse response;
    const tests::FederationClient client = federation_.As(At(place));
    return client.Call(*client.answers, &v1::AnswerService::Stub::CreateAnswer, request, &response);
  }
  absl::StatusOr<v1::ComplaintVerdict> Complain(int place, int dealer, const std::string& bytes) {
    v1::CreateComplaintRequest request;
    request.set_parent(RoundName());
    request.set_dealer(At(dealer).id);
    request.set_complaint(bytes);
    v1::CreateComplaintResponse response;
    const tests::FederationClient client = federation_.As(At(place));
    const absl::Status status =
        client.Call(*client.answers, &v1::AnswerService::Stub::CreateComplaint, request, &response);
    if (!status.ok()) return status;
    return response.verdict();
  }
  v1::NationalRelease ReleaseNow() {
    const tests::FederationClient staff = federation_.Staff();
    v1::GetNationalReleaseRequest request;
    request.set_name("rosters/india/releases/" + federation_.period());
    v1::GetNationalReleaseResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::GetNationalRelease, request, &response),
                tests::IsOk());
    return response.national_release();
  }
  v1::ListNationalReleasesResponse AllReleases() {
    const tests::FederationClient staff = federation_.Staff();
    v1::ListNationalReleasesRequest request;
    request.set_parent("rosters/india");
    v1::ListNationalReleasesResponse response;
    EXPECT_THAT(staff.Call(*staff.figures, &v1::FigureService::Stub::ListNationalReleases, request, &response),
                tests::IsOk());
    return response;
  }
  v1::ListLogEntriesResponse LogNow() {
    const tests::FederationClient staff = federation_.Staff();
    v1::ListLogEntriesRequest request;
    request.set_parent("rosters/india");
    v1::ListLogEntriesResponse response;
    EXPECT_THAT(staff.Call(*staff.log, &v1::LogService::Stub::ListLogEntries, request, &response), tests::IsOk());
    return response;
  }
  std::multiset<v1::LogEntryKind> LogKinds() {
    std::multiset<v1::LogEntryKind> kinds;
    const v1::ListLogEntriesResponse log = LogNow();
    for (const v1::LogEntry& entry : log.entries()) kinds.insert(entry.kind());
    return kinds;
  }
  std::string Spoilt(int dealer, const std::vector<int>& holders, tests::Cheat how) {
    std::vector<const SecretBytes*> keys;
    for (const SecretBytes& key : private_keys_) keys.push_back(&key);
    return tests::Spoil(Dealt(dealer), holders_, dealer, At(dealer).key, keys, holders, how, federation_.random());
  }
  std::string ComplaintAbout(int place, int dealer) {
    const auto dealt = *privacy::ParseSummed(contributions_.at(dealer), holders_, dealer);
    const auto sealed = dealt.sealed[static_cast<size_t>(place)];
    const auto opened =
        *privacy::OpenShare(dealt.head, holders_, place, sealed, private_keys_[static_cast<size_t>(place)]);
    return privacy::BuildComplaint(dealt.head, holders_, place, opened, sealed, At(place).key);
  }

  FederationUnderTest federation_{false, TestForm::kSummedOfSix};
  std::vector<SecretBytes> private_keys_;
  std::array<Life, 6> lives_;
  privacy::Holders holders_;
  std::map<int, std::string> contributions_;
  Digest freeze_{};
  std::vector<int> frozen_;
};

}  // namespace aangan::federation

#endif  // AANGAN_TESTS_UNIT_SERVER_FEDERATION_SIX_COLLECTIVES_H_

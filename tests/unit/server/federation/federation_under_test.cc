// SPDX-License-Identifier: Apache-2.0
// A whole federation in this process.
#include "tests/unit/server/federation/federation_under_test.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/files.h"
#include "model/roster.h"
#include "privacy/contribution.h"
#include "privacy/field.h"
#include "privacy/round_numbers.h"
#include "server/node/enrolment.h"
#include "tests/support/daemon_process.h"

namespace aangan::federation {
namespace {

using tests::FederationClient;

void Must(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  AANGAN_CHECK(status.ok());
}
template <typename T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

model::Period LastEnded() { return model::QuarterOf(model::DayInIndia(absl::Now())).Previous(); }

struct Place {
  const char* id;
  const char* state;
};
constexpr Place kSix[] = {{"assam_1", "assam"},   {"bihar_1", "bihar"},   {"kerala_1", "kerala"},
                          {"odisha_1", "odisha"}, {"odisha_2", "odisha"}, {"telangana_1", "telangana"}};
absl::Span<const Place> PlacesOf(TestForm form) {
  return absl::MakeSpan(kSix).subspan(0, form == TestForm::kDirectOfFour ? 4 : 6);
}

}  // namespace

FederationUnderTest::FederationUnderTest(bool wait_for_all, TestForm form)
    : form_(form), quarter_(LastEnded()), clock_(quarter_.end() + absl::Hours(24)) {
  options_.data = data();
  options_.listen = "127.0.0.1:0";
  options_.https = "127.0.0.1:0";
  options_.enrolment_listen = "127.0.0.1:0";
  options_.roster = "india";
  options_.wait_for_all = wait_for_all;
  options_.check_every = absl::Milliseconds(20);
  server_ = Must(FederationServer::Start(options_, &clock_, &random_));
  catalogue_ = Must(model::ParseCatalogueText(Must(ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10))));
  // One is a state of its own that said yes; the others are no value.
  if (form_ == TestForm::kDirectOfFour) catalogue_.set_form(v1::ROUND_FORM_DIRECT);
  catalogue_.clear_places();
  v1::Place& place = *catalogue_.add_places();
  place.set_id("kerala");
  place.set_title("Kerala");
  place.set_kind(v1::PLACE_KIND_STATE);
  place.add_collectives("kerala_1");
  catalogue_.set_first_period(period());
  catalogue_.set_last_period(model::PeriodText(quarter_.Next().Next()));
  std::vector<std::string> ids;
  for (const Place& each : PlacesOf(form_)) ids.push_back(each.id);
  compiled_ = Must(model::CompileCatalogue(catalogue_, ids));
}

void FederationUnderTest::Restart() {
  options_.listen = address();
  server_.reset();
  server_ = Must(FederationServer::Start(options_, &clock_, &random_));
}

std::string FederationUnderTest::Port(const std::string& name) const {
  const std::string ports = tests::ReadAll(data() + "/ports");
  for (const absl::string_view line : absl::StrSplit(ports, '\n')) {
    if (absl::StartsWith(line, name + "=")) return std::string(line.substr(name.size() + 1));
  }
  return "";
}
std::string FederationUnderTest::address() const { return Port("grpc"); }
std::string FederationUnderTest::enrolment_address() const { return Port("enrolment"); }

FederationClient FederationUnderTest::Staff() const { return FederationClient::OfStaff(address(), data()); }

FederationClient FederationUnderTest::As(const TestCollective& collective) const {
  return FederationClient(tests::OpenChannel(address(), {tests::ReadAll(data() + "/staff/authority.pem"),
                                                         collective.certificate_pem, collective.certificate_key_pem}),
                          "");
}

v1::CreateJoinTokenRequest FederationUnderTest::NodeWish(const std::string& id, const std::string& state) {
  v1::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(v1::JOIN_KIND_NODE);
  wish.set_id(id);
  wish.set_title("Collective " + id);
  wish.set_state(state);
  wish.set_run_by(id);
  return wish;
}

absl::StatusOr<v1::CreateJoinTokenResponse> FederationUnderTest::MakeToken(
    const v1::CreateJoinTokenRequest& wish) const {
  const FederationClient staff = Staff();
  v1::CreateJoinTokenResponse made;
  const absl::Status status = staff.Call(*staff.rosters, &v1::RosterService::Stub::CreateJoinToken, wish, &made);
  if (!status.ok()) return status;
  return made;
}

absl::StatusOr<v1::EnrolResponse> FederationUnderTest::EnrolWith(const v1::EnrolRequest& request) const {
  const auto channel =
      tests::OpenChannel(enrolment_address(), {tests::ReadAll(data() + "/staff/authority.pem"), "", ""});
  const auto stub = v1::EnrolmentService::NewStub(channel);
  grpc::ClientContext context;
  v1::EnrolResponse response;
  const absl::Status status = tests::NodeClient::Translate(stub->Enrol(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

void FederationUnderTest::Enrol() {
  for (const Place& place : PlacesOf(form_)) {
    const node::CertificateRequest request = node::MakeCertificateRequest();
    TestCollective collective{place.id, place.state, SigningKey::Generate(random_), "", request.key_pem};
    v1::EnrolRequest enrol;
    enrol.set_join_token(Must(MakeToken(NodeWish(place.id, place.state))).join_token());
    enrol.set_certificate_request(request.request_der);
    enrol.set_signing_key(std::string(AsText(collective.key.public_key())));
    collective.certificate_pem = Must(EnrolWith(enrol)).certificate_pem();
    collectives_.push_back(std::move(collective));
  }
}

void FederationUnderTest::SignRoster() {
  const FederationClient staff = Staff();
  v1::ProposeEpochRequest propose;
  propose.set_parent("rosters/india");
  for (const TestCollective& each : collectives_) propose.add_collectives(each.id);
  v1::ProposeEpochResponse proposed;
  Must(staff.Call(*staff.rosters, &v1::RosterService::Stub::ProposeEpoch, propose, &proposed));
  for (const TestCollective& each : collectives_) Must(SignEpoch(each, each.id, each.key));
}

absl::Status FederationUnderTest::SignEpoch(const TestCollective& as, const std::string& in_the_name_of,
                                            const SigningKey& key) const {
  const FederationClient client = As(as);
  v1::GetEpochRequest get;
  get.set_name("rosters/india/epochs/-");
  v1::GetEpochResponse epoch;
  Must(client.Call(*client.rosters, &v1::RosterService::Stub::GetEpoch, get, &epoch));
  const std::string canonical = Must(model::CanonicalRoster(epoch.signed_roster().roster()));
  v1::SignEpochRequest sign;
  sign.set_name(epoch.signed_roster().name());
  sign.mutable_signature()->set_collective(in_the_name_of);
  sign.mutable_signature()->set_signature(std::string(AsText(key.Sign(model::kRosterLabel, canonical))));
  v1::SignEpochResponse is_signed;
  return client.Call(*client.rosters, &v1::RosterService::Stub::SignEpoch, sign, &is_signed);
}

absl::Status FederationUnderTest::SignCatalogue(const TestCollective& as, const SigningKey& key,
                                                int32_t version) const {
  const FederationClient client = As(as);
  v1::SignCatalogueRequest sign;
  sign.set_name(absl::StrCat("rosters/india/catalogues/", version));
  sign.mutable_signature()->set_collective(as.id);
  const std::string canonical = Must(model::CanonicalCatalogue(catalogue_));
  sign.mutable_signature()->set_signature(std::string(AsText(key.Sign(model::kCatalogueLabel, canonical))));
  v1::SignCatalogueResponse is_signed;
  return client.Call(*client.catalogues, &v1::CatalogueService::Stub::SignCatalogue, sign, &is_signed);
}

void FederationUnderTest::AcceptCatalogue() {
  OfferCatalogue();
  AANGAN_CHECK(AwaitState(v1::ROUND_STATE_ANNOUNCED));
}

void FederationUnderTest::OfferCatalogue() {
  const FederationClient staff = Staff();
  v1::ProposeCatalogueRequest propose;
  propose.set_parent("rosters/india");
  *propose.mutable_catalogue() = catalogue_;
  v1::ProposeCatalogueResponse proposed;
  Must(staff.Call(*staff.catalogues, &v1::CatalogueService::Stub::ProposeCatalogue, propose, &proposed));
  for (const TestCollective& each : collectives_) Must(SignCatalogue(each, each.key));
}

std::string FederationUnderTest::Contribution(const TestCollective& collective, int64_t value) const {
  const v1::Round round = Must(Round());
  privacy::ContributionHeader header;
  header.round_id = privacy::RoundId(Must(privacy::CanonicalDescriptor(round.round_descriptor())));
  header.node_id = model::NodeId(collective.key.public_key()).bytes;
  header.counter = 1;
  const std::vector<int64_t> values(cells(), value);
  const auto vector = Must(privacy::ProtectedVector::Decode(privacy::EncodeWords(values)));
  return privacy::BuildDirect(header, vector, collective.key);
}

v1::UploadChunkRequest FederationUnderTest::WholeChunk(const TestCollective& of, const std::string& whole) const {
  v1::UploadChunkRequest chunk;
  chunk.set_name(absl::StrCat("rosters/india/rounds/", period(), "/contributions/", of.id));
  chunk.set_total_bytes(static_cast<int64_t>(whole.size()));
  chunk.set_digest(std::string(AsText(Sha256(whole))));
  chunk.set_chunk(whole);
  return chunk;
}

absl::Status FederationUnderTest::UploadChunk(const TestCollective& as, const v1::UploadChunkRequest& chunk,
                                              v1::Upload* upload) const {
  const FederationClient client = As(as);
  v1::UploadChunkResponse response;
  const absl::Status status =
      client.Call(*client.contributions, &v1::ContributionService::Stub::UploadChunk, chunk, &response);
  if (upload != nullptr) *upload = response.upload();
  return status;
}

absl::Status FederationUnderTest::Upload(const TestCollective& as, const std::string& whole, v1::Upload* upload) const {
  return UploadChunk(as, WholeChunk(as, whole), upload);
}

absl::StatusOr<v1::Round> FederationUnderTest::Round() const {
  const FederationClient staff = Staff();
  v1::GetRoundRequest request;
  request.set_name(absl::StrCat("rosters/india/rounds/", period()));
  v1::GetRoundResponse response;
  const absl::Status status = staff.Call(*staff.rounds, &v1::RoundService::Stub::GetRound, request, &response);
  if (!status.ok()) return status;
  return response.round();
}

bool FederationUnderTest::AwaitState(v1::RoundState state) const {
  return tests::Eventually(absl::Seconds(20), [&] {
    const auto round = Round();
    return round.ok() && round->state() == state;
  });
}

v1::ListFiguresResponse FederationUnderTest::Figures(v1::ListFiguresRequest question) const {
  question.set_parent("rosters/india");
  if (question.page_size() == 0) question.set_page_size(1000);
  const FederationClient staff = Staff();
  v1::ListFiguresResponse response;
  Must(staff.Call(*staff.figures, &v1::FigureService::Stub::ListFigures, question, &response));
  return response;
}

}  // namespace aangan::federation

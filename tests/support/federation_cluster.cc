// SPDX-License-Identifier: Apache-2.0
// A federation and its collectives as real processes.
#include "tests/support/federation_cluster.h"

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/files.h"
#include "model/catalogue.h"
#include "model/catalogue_lint.h"
#include "tests/support/dates.h"
#include "tests/support/key_lock.h"
#include "tests/support/lone_federation.h"

namespace aangan::tests {
namespace {

namespace fed = federation::v1;

// Says what went wrong before it ends the test program.
void Must(const absl::Status& status, absl::string_view step) {
  if (!status.ok()) std::cerr << step << ": " << status << "\n";
  AANGAN_CHECK(status.ok());
}

struct Place {
  const char* id;
  const char* state;
};
constexpr Place kTwelve[] = {{"andhra_pradesh_1", "andhra_pradesh"},
                             {"andhra_pradesh_2", "andhra_pradesh"},
                             {"assam_1", "assam"},
                             {"assam_2", "assam"},
                             {"bihar_1", "bihar"},
                             {"jharkhand_1", "jharkhand"},
                             {"kerala_1", "kerala"},
                             {"maharashtra_1", "maharashtra"},
                             {"maharashtra_2", "maharashtra"},
                             {"odisha_1", "odisha"},
                             {"telangana_1", "telangana"},
                             {"telangana_2", "telangana"}};

std::string PortOf(const std::string& ports_path, const std::string& name) {
  std::ifstream file(ports_path);
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, name + "=")) return line.substr(name.size() + 1);
  }
  return "";
}

}  // namespace

void ClusterNode::Restart() {
  process.reset();
  process = DaemonProcess::Start(options);
  AANGAN_CHECK(process != nullptr);
}

NodeClient ClusterNode::Caseworker() const {
  return NodeClient(OpenChannel(process->address("grpc"), {ReadAll(data + "/tls/authority.pem"), "", ""}),
                    TokenFor(As("steward.token"), node::v1::ROLE_CASEWORKER));
}

void ClusterNode::Enrol(const model::Period& quarter, int members) const {
  const NodeClient client = Caseworker();
  const model::Day first = quarter.first_day();
  for (int i = 0; i < members; ++i) {
    node::v1::CreateMemberRequest request;
    *request.mutable_member() = SomeMember();
    request.mutable_member()->set_enrolment_quarter(model::PeriodText(quarter));
    *request.add_consents() = CountedConsent();
    node::v1::Member member;
    Must(client.Call(*client.members, &node::v1::MemberService::Stub::CreateMember, request, &member), "member");
    node::v1::CreateServiceRequest service;
    service.set_parent(member.name());
    *service.mutable_service() = SomeService();
    SetDay(first + 1, service.mutable_service()->mutable_assessed_date());
    SetDay(first + 2, service.mutable_service()->mutable_needed_date());
    SetDay(first + 30, service.mutable_service()->mutable_received_date());
    node::v1::Service made;
    Must(client.Call(*client.casework, &node::v1::CaseworkService::Stub::CreateService, service, &made), "service");
  }
}

node::v1::Release ClusterNode::Release(const model::Period& quarter) const {
  const NodeClient client = As("operator.token");
  node::v1::GetReleaseRequest request;
  request.set_name(absl::StrCat("releases/", model::PeriodText(quarter)));
  node::v1::Release release;
  Must(client.Call(*client.releases, &node::v1::ReleaseService::Stub::GetRelease, request, &release), "release");
  return release;
}

FederationCluster::FederationCluster(const Options& options) : options_(options), data_(folder_ / "federation") {
  const model::Period now = model::QuarterOf(model::DayInIndia(SystemClock().Now()));
  for (int back = options_.ended_quarters; back >= 1; --back)
    quarters_.push_back(model::QuarterFromIndex(now.index() - back));
  federation_options_ = LoneFederation(options_.federation_binary, folder_.path());
  federation_options_.arguments.insert(
      federation_options_.arguments.end(),
      {"--round.check_seconds", "1", "--round.wait_for_all", options_.wait_for_all ? "true" : "false"});
  federation_ = DaemonProcess::Start(federation_options_);
  AANGAN_CHECK(federation_ != nullptr);
  nodes_.reserve(model::kRosterCollectivesMax);
  for (const Place& place : kTwelve) AddNode(place.id, place.state);
  absl::StatusOr<std::string> text = ReadFile(options_.catalogue_path, 256 << 10);
  Must(text.status(), "the shipped catalogue");
  absl::StatusOr<fed::Catalogue> catalogue = model::ParseCatalogueText(*text);
  Must(catalogue.status(), "the shipped catalogue");
  catalogue_ = *std::move(catalogue);
  catalogue_.set_first_period(model::PeriodText(quarters_.front()));
  catalogue_.set_last_period(model::PeriodText(model::QuarterFromIndex(now.index() + 4)));
  catalogue_.set_contribute_days(0);
  catalogue_.set_extend_days(options_.extend_days);
}

ClusterNode& FederationCluster::AddNode(const std::string& id, const std::string& state) {
  AANGAN_CHECK(nodes_.size() < nodes_.capacity());
  ClusterNode& node = nodes_.emplace_back();
  node.id = id;
  node.state = state;
  node.data = folder_ / id;
  node.options.binary = options_.node_binary;
  node.options.data_folder = node.data;
  node.options.environment["AANGAN_TEST_CLOCK"] = folder_ / "clock";
  node.options.log_path = folder_ / (node.id + ".log");
  node.options.arguments = {"--node.data",
                            node.data,
                            "--node.listen",
                            "127.0.0.1:0",
                            "--node.https",
                            "127.0.0.1:0",
                            "--node.disk_reserve_megabytes",
                            "1",
                            "--node.accept_rehearsals",
                            "true",
                            "--node.sync_seconds",
                            absl::StrCat(options_.sync_seconds),
                            "--node.key_file",
                            MakeKeyFile(folder_ / (node.id + ".key"))};
  node.process = DaemonProcess::Start(node.options);
  AANGAN_CHECK(node.process != nullptr);
  return node;
}

void FederationCluster::RestartFederation() {
  // The same port again, because the nodes know it.
  federation_options_.arguments[3] = address();
  federation_.reset();
  federation_ = DaemonProcess::Start(federation_options_);
  AANGAN_CHECK(federation_ != nullptr);
}

void FederationCluster::MoveClocks(absl::Duration ahead) const {
  Must(WriteFileDurably(folder_ / "clock", absl::StrCat(absl::ToInt64Seconds(ahead)), 0600), "clock");
}

std::string FederationCluster::enrolment_address() const { return PortOf(data_ + "/ports", "enrolment"); }

std::string FederationCluster::JoinToken(const std::string& id, const std::string& state) {
  fed::CreateJoinTokenRequest wish;
  wish.set_parent("rosters/india");
  wish.set_kind(fed::JOIN_KIND_NODE);
  wish.set_id(id);
  wish.set_title("Collective " + id);
  wish.set_state(state);
  wish.set_run_by(id);
  fed::CreateJoinTokenResponse made;
  const FederationClient staff = Staff();
  Must(staff.Call(*staff.rosters, &fed::RosterService::Stub::CreateJoinToken, wish, &made), "join token");
  return made.join_token();
}

void FederationCluster::Join(ClusterNode& node, const Routes& routes) {
  node::v1::JoinFederationRequest request;
  request.set_join_token(JoinToken(node.id, node.state));
  request.set_federation_address(routes.federation(node));
  request.set_enrolment_address(routes.enrolment(node));
  node::v1::JoinFederationResponse joined;
  const NodeClient operator_client = node.As("operator.token");
  Must(operator_client.Call(*operator_client.governance, &node::v1::GovernanceService::Stub::JoinFederation, request,
                            &joined),
       "join");
  AANGAN_CHECK(joined.collective() == node.id);
}

void FederationCluster::Sync(ClusterNode& node) {
  const NodeClient client = node.As("operator.token");
  node::v1::SyncNowResponse response;
  Must(client.Call(*client.operators, &node::v1::OperatorService::Stub::SyncNow, {}, &response),
       absl::StrCat("sync of ", node.id));
}

FederationCluster::Routes FederationCluster::Direct() const {
  return {[this](const ClusterNode&) { return address(); }, [this](const ClusterNode&) { return enrolment_address(); }};
}

void FederationCluster::Found() { Found(Direct()); }

void FederationCluster::Join(ClusterNode& node) { Join(node, Direct()); }

void FederationCluster::Found(const Routes& routes) {
  const FederationClient staff = Staff();
  fed::ProposeEpochRequest epoch;
  epoch.set_parent("rosters/india");
  for (ClusterNode& node : nodes_) {
    Join(node, routes);
    epoch.add_collectives(node.id);
  }
  fed::ProposeEpochResponse proposed;
  Must(staff.Call(*staff.rosters, &fed::RosterService::Stub::ProposeEpoch, epoch, &proposed), "propose roster");
  for (ClusterNode& node : nodes_) {
    Sync(node);
    const NodeClient steward = node.As("steward.token");
    node::v1::SignRosterRequest sign;
    sign.set_digest(proposed.signed_roster().digest());
    node::v1::SignRosterResponse is_signed;
    Must(steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::SignRoster, sign, &is_signed),
         "sign roster");
    Sync(node);
  }
  fed::ProposeCatalogueRequest wish;
  wish.set_parent("rosters/india");
  *wish.mutable_catalogue() = catalogue_;
  fed::ProposeCatalogueResponse offered;
  Must(staff.Call(*staff.catalogues, &fed::CatalogueService::Stub::ProposeCatalogue, wish, &offered),
       "propose catalogue");
  for (ClusterNode& node : nodes_) {
    Sync(node);
    const NodeClient steward = node.As("steward.token");
    node::v1::AcceptCatalogueRequest accept;
    accept.set_version(offered.signed_catalogue().catalogue().version());
    accept.set_digest(offered.signed_catalogue().digest());
    node::v1::AcceptCatalogueResponse accepted;
    Must(steward.Call(*steward.governance, &node::v1::GovernanceService::Stub::AcceptCatalogue, accept, &accepted),
         "accept catalogue");
  }
  AANGAN_CHECK(AwaitRound(quarters_.back(), fed::ROUND_STATE_ANNOUNCED));
  for (ClusterNode& node : nodes_) Sync(node);
}

void FederationCluster::Propose(const ClusterNode& node, const model::Period& quarter) const {
  const NodeClient steward = node.As("steward.token");
  node::v1::CloseQuarterRequest close;
  close.set_period(model::PeriodText(quarter));
  node::v1::Release release;
  // Tallies of a new catalogue are counted in the background first.
  absl::Status closed;
  AANGAN_CHECK(Eventually(absl::Seconds(60), [&] {
    closed = steward.Call(*steward.operators, &node::v1::OperatorService::Stub::CloseQuarter, close, &release);
    return !absl::IsUnavailable(closed);
  }));
  Must(closed, "close");
}

node::v1::PreviewReleaseResponse FederationCluster::Contribute(ClusterNode& node, const model::Period& quarter,
                                                               bool send) {
  Propose(node, quarter);
  const NodeClient steward = node.As("steward.token");
  const std::string name = absl::StrCat("releases/", model::PeriodText(quarter));
  node::v1::PreviewReleaseRequest look;
  look.set_name(name);
  node::v1::PreviewReleaseResponse preview;
  Must(steward.Call(*steward.releases, &node::v1::ReleaseService::Stub::PreviewRelease, look, &preview), "preview");
  node::v1::ApproveReleaseRequest approve;
  approve.set_name(name);
  approve.set_proposal_digest(preview.proposal_digest());
  node::v1::Release release;
  Must(steward.Call(*steward.releases, &node::v1::ReleaseService::Stub::ApproveRelease, approve, &release), "approve");
  if (send) Sync(node);
  return preview;
}

absl::StatusOr<fed::Round> FederationCluster::Round(const model::Period& quarter) const {
  fed::GetRoundRequest request;
  request.set_name(absl::StrCat("rosters/india/rounds/", model::PeriodText(quarter)));
  fed::GetRoundResponse response;
  const FederationClient staff = Staff();
  const absl::Status status = staff.Call(*staff.rounds, &fed::RoundService::Stub::GetRound, request, &response);
  if (!status.ok()) return status;
  return response.round();
}

absl::StatusOr<fed::NationalRelease> FederationCluster::NationalRelease(const model::Period& quarter) const {
  const FederationClient staff = Staff();
  fed::GetNationalReleaseRequest request;
  request.set_name(absl::StrCat("rosters/india/releases/", model::PeriodText(quarter)));
  fed::GetNationalReleaseResponse response;
  const absl::Status status =
      staff.Call(*staff.figures, &fed::FigureService::Stub::GetNationalRelease, request, &response);
  if (!status.ok()) return status;
  return response.national_release();
}

bool FederationCluster::AwaitRound(const model::Period& quarter, fed::RoundState state) {
  return Eventually(absl::Seconds(30), [&] {
    const auto round = Round(quarter);
    return round.ok() && round->state() == state;
  });
}

bool FederationCluster::Finish(const model::Period& quarter) {
  if (!AwaitRound(quarter, fed::ROUND_STATE_FROZEN)) return false;
  for (ClusterNode& node : nodes_) Sync(node);
  return AwaitRound(quarter, fed::ROUND_STATE_CONFIRMED);
}

std::vector<fed::Figure> FederationCluster::Figures(fed::ListFiguresRequest question) const {
  question.set_parent("rosters/india");
  const FederationClient staff = Staff();
  std::vector<fed::Figure> figures;
  do {
    fed::ListFiguresResponse page;
    Must(staff.Call(*staff.figures, &fed::FigureService::Stub::ListFigures, question, &page), "figures");
    figures.insert(figures.end(), page.figures().begin(), page.figures().end());
    question.set_page_token(page.next_page_token());
  } while (!question.page_token().empty());
  return figures;
}

}  // namespace aangan::tests

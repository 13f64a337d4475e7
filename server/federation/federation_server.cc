// SPDX-License-Identifier: Apache-2.0
// The federation as one object: wiring only.
#include "server/federation/federation_server.h"

#include <map>
#include <utility>

#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/names.h"
#include "server/federation/answer_rpc.h"
#include "server/federation/app_rpc.h"
#include "server/federation/browser_tokens.h"
#include "server/federation/catalogue_rpc.h"
#include "server/federation/certificate_authority.h"
#include "server/federation/certificate_book.h"
#include "server/federation/certificate_rpc.h"
#include "server/federation/credentials.h"
#include "server/federation/enrol_rpc.h"
#include "server/federation/enrolment_port.h"
#include "server/federation/federation_keys.h"
#include "server/federation/federation_metrics.h"
#include "server/federation/figure_rpc.h"
#include "server/federation/incarnation_book.h"
#include "server/federation/ingest.h"
#include "server/federation/page_files.h"
#include "server/federation/roster_rpc.h"
#include "server/federation/round_agent.h"
#include "server/federation/round_rpc.h"
#include "server/federation/staff.h"
#include "server/shared/grpc_front.h"
#include "server/shared/lifecycle.h"
#include "server/shared/openapi.h"
#include "server/shared/port_certificate.h"
#include "server/shared/probes.h"
#include "server/shared/watchdog.h"
#include "server/shared/web_port.h"
#include "storage/engine/disk_reserve.h"
#include "storage/federation/rocks_store.h"

namespace aangan::federation {
namespace {

constexpr absl::Duration kStopGrace = absl::Seconds(9);   // for calls under way
constexpr absl::Duration kFlushGrace = absl::Seconds(1);  // for their answers, and for streams that nobody ends
constexpr char kWatchedRpc[] = "/aangan.federation.v1.RosterService/ListCollectives";

const google::protobuf::ServiceDescriptor* ServiceOf(const google::protobuf::Descriptor* message, const char* name) {
  return message->file()->FindServiceByName(name);
}

class Server final : public FederationServer {
 public:
  Server(const Options& options, const Clock* clock, RandomSource* random)
      : options_(options), clock_(clock), random_(random), names_(options.roster) {}
  ~Server() override { Stop(); }

  // The HTTPS port is there first: a federation whose store takes long to open can say that it lives.
  absl::Status Listen() {
    if (!model::IsSlug(options_.roster)) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The roster has no name.")
          .Field("federation.roster", "must be a slug: a-z, then a-z, 0-9, _ or -, at most 63");
    }
    const std::string tls = absl::StrCat(options_.data, "/tls");
    RETURN_IF_ERROR(MakeFolders(tls, 0700));
    ASSIGN_OR_RETURN(authority_, CertificateAuthority::Open(tls, clock_, random_));
    const auto pair = [this]() -> absl::StatusOr<server::PortCertificate::Pair> {
      ASSIGN_OR_RETURN(CertifiedKey own, authority_->MakeServer(options_.server_names));
      return server::PortCertificate::Pair{absl::StrCat(own.certificate_pem, authority_->pem()),
                                           std::move(own.key_pem)};
    };
    port_certificate_ = std::make_unique<server::PortCertificate>(tls + "/port", pair, &computers_clock_);
    RETURN_IF_ERROR(port_certificate_->MakeAnew());  // the names may be others than before
    probes_.Set("open", false);
    probes_.Set("disk", false);
    probes_.Set("serving", false);
    return StartWeb();
  }

  absl::Status Open() {
    ASSIGN_OR_RETURN(store_, storage::federation::OpenRocksStore(options_.data, random_));
    ASSIGN_OR_RETURN(SigningKey key, OpenSigningKey(options_.data, *random_));
    key_ = std::make_unique<SigningKey>(std::move(key));
    ASSIGN_OR_RETURN(SecretBytes page_key, OpenPageTokenKey(options_.data, *random_));
    page_tokens_ = std::make_unique<server::PageTokens>(std::move(page_key), random_);
    // The store writes without a reserve; this one is asked how full the disk is, and holds no ballast.
    storage::DiskReserveOptions disk;
    disk.folder = options_.data;
    disk.ballast_bytes = 0;
    ASSIGN_OR_RETURN(disk_, storage::DiskReserve::Open(disk));
    RETURN_IF_ERROR(MakeStaffCredentials(options_.data, options_.roster, *store_, *authority_, *clock_, *random_));
    MakeBooks();
    RETURN_IF_ERROR(Serve());
    probes_.Set("open", true);
    return absl::OkStatus();
  }

  absl::Status StartPorts() {
    server::GrpcFront::Options front;
    front.listen = options_.listen;
    front.certificate_path = port_certificate_->certificate_path();
    front.key_path = port_certificate_->key_path();
    front.client_authority_path = authority_path();
    front.client_certificate = server::ClientCertificate::kRequired;
    front.reflection = options_.reflection;
    ASSIGN_OR_RETURN(front_, server::GrpcFront::Start(front, door_.get(), clock_));
    front.listen = options_.enrolment_listen;
    front.client_authority_path.clear();
    front.client_certificate = server::ClientCertificate::kNone;
    front.reflection = false;
    enrolment_port_ =
        std::make_unique<EnrolmentPort>(front, enrolment_door_.get(), tokens_.get(), clock_,
                                        [this](const std::string& address) { return WritePorts(address); });
    RETURN_IF_ERROR(enrolment_port_->Follow());
    ServeWeb();
    port_certificate_->Start();
    agent_->Start();
    AddFederationMetrics(
        metrics_,
        {rounds_.get(), {door_.get(), enrolment_door_.get()}, options_.data, port_certificate_->certificate_path()});
    metrics_.Know(door_.get(), callers_.get());
    probes_.Ask("disk", [this] { return disk_->Check().ok(); });
    probes_.Set("serving", true);
    front_->SetServing(true);
    LogInfo("federation", "ready").Name("address", front_->address()).Name("roster", options_.roster);
    return WritePorts(enrolment_port_->address());
  }

  void Stop() override {
    probes_.Set("serving", false);
    if (front_ != nullptr) front_->SetServing(false);
    const absl::Time until = computers_clock_.Now() + kStopGrace;
    for (server::Door* door : {door_.get(), enrolment_door_.get()}) {
      if (door != nullptr) door->Stop(until - computers_clock_.Now());
    }
    if (web_ != nullptr) web_->Stop(kFlushGrace);
    if (front_ != nullptr) front_->Stop(kFlushGrace);
    if (enrolment_port_ != nullptr) enrolment_port_->Stop();
    if (port_certificate_ != nullptr) port_certificate_->Stop();
    if (agent_ != nullptr) agent_->Stop();
  }

  void Hurry() override {
    for (server::Door* door : {door_.get(), enrolment_door_.get()}) door->Hurry();
  }
  void SetCheckEvery(absl::Duration every) override { agent_->SetEvery(every); }
  // With a certificate that nobody was given: the door looks it up and refuses.
  absl::Status CallOwnPort(absl::Duration within) override {
    const uint64_t steps = store_->commits();
    RETURN_IF_ERROR(writer_watch_.Look(steps, store_->commits_waiting()));
    const CertifiedKey shown = authority_->MakeClient(options_.roster, "watchdog");
    const std::string name = options_.server_names.empty() ? "" : options_.server_names.front();
    const server::OwnPort port = {front_->address(),     authority_->pem(), name,
                                  shown.certificate_pem, shown.key_pem,     kWatchedRpc};
    return door_watch_.Look(server::CallOwnPort(port, within), *door_, steps);
  }

 private:
  std::string authority_path() const { return absl::StrCat(options_.data, "/tls/authority.pem"); }

  // A client certificate is looked at where one is shown; a browser has none.
  absl::Status StartWeb() {
    server::HttpFront::Options front;
    front.listen = options_.https;
    front.files = {port_certificate_->certificate_path(), port_certificate_->key_path(), authority_path()};
    front.names = options_.server_names;
    front.is_call = server::Connect::IsRpc;
    server::HttpRoutes routes = probes_.Routes();
    routes["/metrics"] = metrics_.Handler();
    ASSIGN_OR_RETURN(web_, server::WebPort::Listen(front, std::move(routes)));
    return absl::OkStatus();
  }

  void ServeWeb() {
    std::string rpcs;
    if (options_.reflection) rpcs = server::DescribeRpcs("Aangan federation", *door_, DescriptorBytes());
    web_->Serve({door_.get(), callers_.get(), clock_,
                 [this](absl::string_view token) { return EndBrowserToken(*store_, token, clock_->Now()); }},
                {PageFiles(), std::move(rpcs)});
  }

  void MakeBooks() {
    rosters_ = std::make_unique<RosterBook>(store_.get(), &names_, key_->public_key(), clock_);
    tokens_ = std::make_unique<JoinTokens>(store_.get(), rosters_.get(), authority_->digest(), clock_, random_);
    certificates_ = std::make_unique<CertificateBook>(store_.get(), authority_.get(), options_.roster, clock_);
    catalogues_ = std::make_unique<CatalogueBook>(store_.get(), &names_, rosters_.get());
    log_ = std::make_unique<LogBook>(store_.get(), &names_, key_.get());
    rounds_ =
        std::make_unique<RoundBook>(store_.get(), &names_, rosters_.get(), catalogues_.get(), log_.get(), key_.get());
    incarnations_ = std::make_unique<IncarnationBook>(store_.get(), log_.get(), clock_);
    answers_ = std::make_unique<AnswerBook>(store_.get(), &names_, rounds_.get(), incarnations_.get());
    complaints_ = std::make_unique<ComplaintBook>(store_.get(), rounds_.get());
    releases_ = std::make_unique<ReleaseBook>(store_.get(), &names_, rounds_.get(), key_.get(), answers_.get(), clock_);
    sisters_ = std::make_unique<SisterBook>(store_.get(), options_.roster);
    figures_ = std::make_unique<FigureBook>(rosters_.get(), catalogues_.get(), rounds_.get(), releases_.get(),
                                            sisters_.get(), clock_);
    ingest_ = std::make_unique<Ingest>(store_.get(), &names_, rounds_.get(), incarnations_.get(), key_.get(), clock_);
    agent_ = std::make_unique<RoundAgent>(RoundAgent::Rooms{rosters_.get(), catalogues_.get(), rounds_.get(),
                                                            releases_.get(), log_.get(), clock_, options_.wait_for_all,
                                                            options_.check_every, [this] { FollowTokens(); }});
  }

  absl::Status Serve() {
    ASSIGN_OR_RETURN(server::Authorisation roles, server::Authorisation::Load());
    roles_ = std::move(roles);
    callers_ = std::make_unique<FederationCallers>(store_.get(), options_.roster, clock_);
    door_ = std::make_unique<server::Door>(server::Door::Options{}, &roles_, callers_.get(), clock_);
    enrolment_door_ = std::make_unique<server::Door>(server::Door::Options{}, &roles_, &nobody_yet_, clock_);
    const auto wake = [this] { agent_->Wake(); };
    roster_rpc_ =
        std::make_unique<RosterRpc>(RosterRpc::Rooms{&names_, rosters_.get(), tokens_.get(), page_tokens_.get(),
                                                     [this] { return enrolment_port_->Follow(); }, wake});
    catalogue_rpc_ =
        std::make_unique<CatalogueRpc>(CatalogueRpc::Rooms{&names_, catalogues_.get(), page_tokens_.get(), wake});
    round_rpc_ =
        std::make_unique<RoundRpc>(RoundRpc::Rooms{&names_, rounds_.get(), ingest_.get(), page_tokens_.get(), wake});
    figure_rpc_ = std::make_unique<FigureRpc>(
        FigureRpc::Rooms{&names_, releases_.get(), rounds_.get(), figures_.get(), sisters_.get(), page_tokens_.get()});
    answer_rpc_ = std::make_unique<AnswerRpc>(AnswerRpc::Rooms{&names_, rosters_.get(), answers_.get(),
                                                               complaints_.get(), log_.get(), incarnations_.get(),
                                                               page_tokens_.get(), clock_, wake});
    app_rpc_ = std::make_unique<AppRpc>(AppRpc::Rooms{store_.get(), &names_, page_tokens_.get(), clock_, random_});
    certificate_rpc_ =
        std::make_unique<CertificateRpc>(CertificateRpc::Rooms{&names_, certificates_.get(), page_tokens_.get()});
    enrol_rpc_ = std::make_unique<EnrolRpc>(EnrolRpc::Rooms{store_.get(), &names_, rosters_.get(), tokens_.get(),
                                                            authority_.get(), key_->public_key(), clock_, random_});
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::Roster::descriptor(), "RosterService"), roster_rpc_->Handlers()));
    RETURN_IF_ERROR(
        door_->Serve(ServiceOf(v1::Catalogue::descriptor(), "CatalogueService"), catalogue_rpc_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::Round::descriptor(), "RoundService"), round_rpc_->RoundHandlers()));
    RETURN_IF_ERROR(
        door_->Serve(ServiceOf(v1::Upload::descriptor(), "ContributionService"), round_rpc_->ContributionHandlers()));
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::Answer::descriptor(), "AnswerService"), answer_rpc_->AnswerHandlers()));
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::App::descriptor(), "AppService"), app_rpc_->Handlers()));
    RETURN_IF_ERROR(
        door_->Serve(ServiceOf(v1::Certificate::descriptor(), "CertificateService"), certificate_rpc_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::LogEntry::descriptor(), "LogService"), answer_rpc_->LogHandlers()));
    RETURN_IF_ERROR(door_->Serve(ServiceOf(v1::Figure::descriptor(), "FigureService"), figure_rpc_->Handlers()));
    return enrolment_door_->Serve(ServiceOf(v1::Roster::descriptor(), "EnrolmentService"), enrol_rpc_->Handlers());
  }

  absl::Status WritePorts(const std::string& enrolment) const {
    std::map<std::string, std::string> ports = {{"grpc", front_->address()}, {"https", web_->address()}};
    if (!enrolment.empty()) ports["enrolment"] = enrolment;
    return server::WritePorts(options_.data, ports);
  }

  void FollowTokens() {
    const absl::Status status = enrolment_port_->Follow();
    if (!status.ok()) LogError("enrolment", "port not opened").Status(status);
  }

  const Options options_;
  const Clock* const clock_;
  const SystemClock computers_clock_;  // by which gRPC judges certificates
  RandomSource* const random_;
  const ResourceNames names_;
  server::Probes probes_;
  server::Metrics metrics_;
  server::WriterWatch writer_watch_;  // of the watchdog's thread, as the next
  server::FullDoorWatch door_watch_;
  std::unique_ptr<storage::DiskReserve> disk_;
  // In the order of making; the ports go first and the store last.
  std::unique_ptr<storage::federation::RocksStore> store_;
  std::unique_ptr<SigningKey> key_;
  std::unique_ptr<server::PageTokens> page_tokens_;
  std::unique_ptr<CertificateAuthority> authority_;
  std::unique_ptr<RosterBook> rosters_;
  std::unique_ptr<JoinTokens> tokens_;
  std::unique_ptr<CertificateBook> certificates_;
  std::unique_ptr<CatalogueBook> catalogues_;
  std::unique_ptr<LogBook> log_;
  std::unique_ptr<RoundBook> rounds_;
  std::unique_ptr<IncarnationBook> incarnations_;
  std::unique_ptr<AnswerBook> answers_;
  std::unique_ptr<ComplaintBook> complaints_;
  std::unique_ptr<ReleaseBook> releases_;
  std::unique_ptr<SisterBook> sisters_;
  std::unique_ptr<FigureBook> figures_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<RoundAgent> agent_;
  server::Authorisation roles_;
  std::unique_ptr<FederationCallers> callers_;
  const NobodyYet nobody_yet_;
  std::unique_ptr<RosterRpc> roster_rpc_;
  std::unique_ptr<CatalogueRpc> catalogue_rpc_;
  std::unique_ptr<RoundRpc> round_rpc_;
  std::unique_ptr<FigureRpc> figure_rpc_;
  std::unique_ptr<AnswerRpc> answer_rpc_;
  std::unique_ptr<AppRpc> app_rpc_;
  std::unique_ptr<CertificateRpc> certificate_rpc_;
  std::unique_ptr<EnrolRpc> enrol_rpc_;
  std::unique_ptr<server::Door> door_;
  std::unique_ptr<server::Door> enrolment_door_;
  std::unique_ptr<server::PortCertificate> port_certificate_;
  std::unique_ptr<server::GrpcFront> front_;
  std::unique_ptr<EnrolmentPort> enrolment_port_;
  std::unique_ptr<server::WebPort> web_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FederationServer>> FederationServer::Start(const Options& options, const Clock* clock,
                                                                          RandomSource* random) {
  auto server = std::make_unique<Server>(options, clock, random);
  RETURN_IF_ERROR(server->Listen());
  RETURN_IF_ERROR(server->Open());
  RETURN_IF_ERROR(server->StartPorts());
  return std::unique_ptr<FederationServer>(std::move(server));
}

}  // namespace aangan::federation

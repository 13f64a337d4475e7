// SPDX-License-Identifier: Apache-2.0
// The node as one object: wiring only.
#include "server/node/node_server.h"

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "aangan/node/v1/access.pb.h"
#include "aangan/node/v1/audit.pb.h"
#include "aangan/node/v1/backups.pb.h"
#include "aangan/node/v1/casework.pb.h"
#include "aangan/node/v1/governance.pb.h"
#include "aangan/node/v1/grievances.pb.h"
#include "aangan/node/v1/members.pb.h"
#include "aangan/node/v1/notices.pb.h"
#include "aangan/node/v1/operator.pb.h"
#include "aangan/node/v1/permits.pb.h"
#include "aangan/node/v1/releases.pb.h"
#include "aangan/node/v1/retention.pb.h"
#include "aangan/node/v1/rights.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/access_keeper.h"
#include "server/node/access_rpc.h"
#include "server/node/audit_rpc.h"
#include "server/node/backup_agent.h"
#include "server/node/backup_rpc.h"
#include "server/node/casework_rpc.h"
#include "server/node/certificate_keeper.h"
#include "server/node/close_agent.h"
#include "server/node/domain_gate.h"
#include "server/node/governance_book.h"
#include "server/node/governance_rpc.h"
#include "server/node/grant_book.h"
#include "server/node/grievance_book.h"
#include "server/node/grievance_rpc.h"
#include "server/node/home.h"
#include "server/node/identity.h"
#include "server/node/member_rpc.h"
#include "server/node/node_metrics.h"
#include "server/node/notice_rpc.h"
#include "server/node/operator_rpc.h"
#include "server/node/page_files.h"
#include "server/node/permit_book.h"
#include "server/node/permit_rpc.h"
#include "server/node/recovery.h"
#include "server/node/release_rpc.h"
#include "server/node/restore.h"
#include "server/node/retention_agent.h"
#include "server/node/retention_book.h"
#include "server/node/retention_rpc.h"
#include "server/node/rights_rpc.h"
#include "server/node/setup_rpc.h"
#include "server/node/sync_agent.h"
#include "server/node/token_book.h"
#include "server/node/wiped_memory.h"
#include "server/shared/grpc_front.h"
#include "server/shared/lifecycle.h"
#include "server/shared/openapi.h"
#include "server/shared/watchdog.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"
#include "storage/node/writer_steps.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::NodeStore;
using storage::node::OnceStore;
using storage::node::RoundKeys;

constexpr absl::Duration kStopGrace = absl::Seconds(9);   // for calls under way
constexpr absl::Duration kFlushGrace = absl::Seconds(1);  // for their answers, and for streams that nobody ends
constexpr absl::Duration kNotePatience = absl::Seconds(2);
constexpr char kWatchedRpc[] = "/aangan.node.v1.OperatorService/GetStatus";

class Server final : public NodeServer {
 public:
  Server(const Options& options, const Clock* clock, RandomSource* random)
      : options_(options), clock_(clock), random_(random), recovery_(options.data, clock, random) {}
  ~Server() override { Stop(); }

  absl::Status Open() {
    RETURN_IF_ERROR(MakeFolders(options_.data, 0700));
    storage::node::StoreOptions store;
    store.folder = options_.data;
    store.key_lock = options_.key_lock;
    store.clock = clock_;
    store.random = random_;
    store.disk_reserve_bytes = options_.disk_reserve_bytes;
    ASSIGN_OR_RETURN(store_, NodeStore::Open(store));
    ASSIGN_OR_RETURN(once_, OnceStore::Open(absl::StrCat(options_.data, "/once"), clock_, random_));
    ASSIGN_OR_RETURN(identity_, Identity::Open(options_.data, *random_));
    ASSIGN_OR_RETURN(book_, GovernanceBook::Open(options_.data, store_.get(), identity_.get(), clock_));
    ASSIGN_OR_RETURN(tokens_, TokenBook::Open(options_.data, store_.get(), clock_, random_));
    ASSIGN_OR_RETURN(grants_, GrantBook::Open(store_.get(), clock_, random_));
    ASSIGN_OR_RETURN(permits_, PermitBook::Open(store_.get(), tokens_.get(), clock_, random_));
    gate_ = std::make_unique<DomainGate>(grants_.get());
    access_keeper_ = std::make_unique<AccessKeeper>(tokens_.get(), grants_.get(), permits_.get());
    page_tokens_ = std::make_unique<server::PageTokens>(store_->DeriveKey("page tokens"), random_);
    RETURN_IF_ERROR(OpenRoundParts());
    close_ =
        std::make_unique<CloseAgent>(CloseAgent::Rooms{store_.get(), once_.get(), identity_.get(), book_.get(),
                                                       watch_.get(), clock_, random_, options_.accepts_rehearsals});
    certificates_ =
        std::make_unique<CertificateKeeper>(CertificateKeeper::Rooms{options_.data, identity_.get(), clock_});
    sync_ = std::make_unique<SyncAgent>(SyncAgent::Rooms{store_.get(), once_.get(), identity_.get(), book_.get(),
                                                         close_.get(), watch_.get(), keys_.get(), answers_.get(),
                                                         certificates_.get(), clock_, options_.sync_every,
                                                         options_.accepts_rehearsals, options_.automatic_approval});
    retention_book_ = std::make_unique<RetentionBook>(store_.get());
    grievance_book_ = std::make_unique<GrievanceBook>(store_.get());
    backups_ = std::make_unique<BackupAgent>(store_.get(), options_.data, clock_);
    retention_ = std::make_unique<RetentionAgent>(
        RetentionAgent::Rooms{store_.get(), retention_book_.get(), grievance_book_.get(), clock_,
                              [this] { return sync_->CountByBook(); }, [this] { backups_->ClearSoon(); }});
    return Serve();
  }

  absl::Status StartFront() {
    const server::PortCertificate& certificate = options_.entrance->certificate();
    server::GrpcFront::Options front;
    front.listen = options_.listen;
    front.certificate_path = certificate.certificate_path();
    front.key_path = certificate.key_path();
    front.client_authority_path = options_.entrance->authority_path();
    front.client_certificate = server::ClientCertificate::kVerified;
    front.reflection = options_.reflection;
    front.idle_max = kIdleMax;
    front.connection_age_max = kConnectionAgeMax;
    RETURN_IF_ERROR(sync_->CountByBook());
    ASSIGN_OR_RETURN(front_, server::GrpcFront::Start(front, door_.get(), clock_));
    ServeWeb();
    sync_->Start();
    retention_->Start();
    access_keeper_->Start();
    backups_->Start();
    own_port_ = {front_->address(), options_.entrance->authority_pem(), "localhost", "", "", kWatchedRpc};
    AddNodeMetrics(*options_.metrics, {store_.get(), once_.get(), identity_.get(), sync_.get(), door_.get(),
                                       certificate.certificate_path()});
    options_.metrics->Know(door_.get(), tokens_.get());
    options_.probes->Ask("disk", [this] { return !store_->disk_is_full(); });
    options_.probes->Set("serving", true);
    front_->SetServing(true);
    LogInfo("node", "ready").Name("address", front_->address()).Name("node", identity_->node_id());
    return server::WritePorts(options_.data,
                              {{"grpc", front_->address()}, {"https", options_.entrance->web().address()}});
  }

  void Stop() override {
    options_.probes->Set("serving", false);
    if (front_ != nullptr) front_->SetServing(false);
    if (door_ != nullptr) door_->Stop(kStopGrace);
    // Before the fronts, which wait for calls: one of them may wait for the federation.
    if (sync_ != nullptr) sync_->Stop();
    options_.entrance->web().Stop(kFlushGrace);
    if (front_ != nullptr) front_->Stop(kFlushGrace);
    if (access_keeper_ != nullptr) access_keeper_->Stop();
    if (retention_ != nullptr) retention_->Stop();
    if (backups_ != nullptr) backups_->Stop();
    NoteClosing();
  }

  void Hurry() override { door_->Hurry(); }
  void SetSyncEvery(absl::Duration every) override { sync_->SetEvery(every); }
  absl::Status CallOwnPort(absl::Duration within) override {
    const uint64_t steps = storage::node::WriterSteps(*store_);
    RETURN_IF_ERROR(writer_watch_.Look(steps, store_->changes_waiting()));
    return door_watch_.Look(server::CallOwnPort(own_port_, within), *door_, steps);
  }

  // Nothing is opened without a trace: a report after a theft would else say that the node was closed.
  absl::Status NoteOpening() {
    RETURN_IF_ERROR(store_->SubmitAndWait(NoteOf(Action::kNodeOpened)).status());
    is_noted_open_ = true;
    return absl::OkStatus();
  }

  // Locking does not wait long for a disk that is full.
  void NoteClosing() override {
    if (!is_noted_open_.exchange(false)) return;
    const auto noted = std::make_shared<absl::Notification>();
    store_->Submit(NoteOf(Action::kNodeClosed), [noted](const auto& committed) {
      if (!committed.ok()) LogWarning("node", "closing not noted").Status(committed.status());
      noted->Notify();
    });
    noted->WaitForNotificationWithTimeout(kNotePatience);
  }

 private:
  static storage::node::ReadNote NoteOf(Action action) { return {action, "node", {{"node", std::nullopt}}}; }

  void ServeWeb() {
    std::string rpcs;
    if (options_.reflection) rpcs = server::DescribeRpcs("Aangan node", *door_, DescriptorBytes());
    options_.entrance->web().Serve({door_.get(), tokens_.get(), clock_}, {PageFiles(), std::move(rpcs)});
  }

  // What a summed round needs beside the stores.
  absl::Status OpenRoundParts() {
    ASSIGN_OR_RETURN(round_keys_, RoundKeys::Open(absl::StrCat(options_.data, "/round_keys"), random_));
    const Home home(absl::StrCat(options_.data, "/once"), store_->DeriveKey("home"));
    RETURN_IF_ERROR(NoticeRestore(*store_, *once_, *round_keys_, *identity_, *book_, *clock_, &home));
    ASSIGN_OR_RETURN(watch_, LogWatch::Open(once_.get(), identity_.get(), clock_));
    keys_ = std::make_unique<KeyAgent>(KeyAgent::Rooms{round_keys_.get(), identity_.get(), book_.get(), watch_.get(),
                                                       clock_, options_.accepts_rehearsals});
    answers_ = std::make_unique<AnswerAgent>(
        AnswerAgent::Rooms{once_.get(), round_keys_.get(), identity_.get(), book_.get(), watch_.get(), clock_});
    return answers_->Resume();
  }

  absl::Status Serve() {
    ASSIGN_OR_RETURN(server::Authorisation roles, server::Authorisation::Load());
    roles_ = std::move(roles);
    door_ = std::make_unique<server::Door>(server::Door::Options{}, &roles_, tokens_.get(), clock_);
    const RecordRooms records{store_.get(), page_tokens_.get(), clock_,
                              random_,      gate_.get(),        [this] { backups_->ClearSoon(); }};
    members_ = std::make_unique<MemberRpc>(records);
    casework_ = std::make_unique<CaseworkRpc>(records);
    access_ = std::make_unique<AccessRpc>(AccessRpc::Rooms{records, tokens_.get(), grants_.get(), permits_.get()});
    permit_rpc_ = std::make_unique<PermitRpc>(permits_.get(), page_tokens_.get());
    rights_ = std::make_unique<RightsRpc>(records, permits_.get());
    grievances_ = std::make_unique<GrievanceRpc>(
        GrievanceRpc::Rooms{records, once_.get(), retention_book_.get(), grievance_book_.get()});
    notices_ = std::make_unique<NoticeRpc>(records);
    retention_rpc_ = std::make_unique<RetentionRpc>(records, retention_book_.get(), permits_.get());
    audit_ = std::make_unique<AuditRpc>(
        ExposureReports::Rooms{records,
                               AuditHeads(AuditHeads::Rooms{store_.get(), once_.get(), identity_.get(), clock_}),
                               tokens_.get(), grants_.get(), options_.data},
        permits_.get());
    late_ = std::make_unique<LateCounts>(
        LateCounts::Rooms{store_.get(), once_.get(), identity_.get(), book_.get(), clock_});
    releases_ = std::make_unique<ReleaseRpc>(ReleaseRpc::Rooms{once_.get(), identity_.get(), book_.get(), close_.get(),
                                                               sync_.get(), late_.get(), page_tokens_.get()});
    operator_ = std::make_unique<OperatorRpc>(OperatorRpc::Rooms{
        records, once_.get(), identity_.get(), book_.get(), close_.get(), sync_.get(), watch_.get(), &recovery_,
        std::string(server::kVersion.text()), retention_book_.get(), grievance_book_.get(), options_.disk_reserve_bytes,
        options_.accepts_rehearsals, grants_.get(), permits_.get(), certificates_.get()});
    governance_ = std::make_unique<GovernanceRpc>(
        GovernanceRpc::Rooms{identity_.get(), book_.get(), sync_.get(), page_tokens_.get(), random_, clock_});
    backup_ = std::make_unique<BackupRpc>(
        BackupRpc::Rooms{records, backups_.get(), identity_.get(), once_.get(), options_.data});
    const auto service = [](const google::protobuf::Descriptor* message, const char* name) {
      return message->file()->FindServiceByName(name);
    };
    RETURN_IF_ERROR(door_->Serve(service(v1::Member::descriptor(), "MemberService"), members_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Service::descriptor(), "CaseworkService"), casework_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Token::descriptor(), "AccessService"), access_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Permit::descriptor(), "PermitService"), permit_rpc_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::AuditEntry::descriptor(), "AuditService"), audit_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::SealedMember::descriptor(), "RightsService"), rights_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Grievance::descriptor(), "GrievanceService"), grievances_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Notice::descriptor(), "NoticeService"), notices_->Handlers()));
    RETURN_IF_ERROR(
        door_->Serve(service(v1::RetentionPolicy::descriptor(), "RetentionService"), retention_rpc_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Backup::descriptor(), "BackupService"), backup_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::Release::descriptor(), "ReleaseService"), releases_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(service(v1::ImportRow::descriptor(), "OperatorService"), operator_->Handlers()));
    RETURN_IF_ERROR(door_->Serve(SetupRpc::Service(), setup_.Handlers()));
    return door_->Serve(service(v1::OfferedCatalogue::descriptor(), "GovernanceService"), governance_->Handlers());
  }

  const Options options_;
  const Clock* const clock_;
  RandomSource* const random_;
  const Recovery recovery_;
  server::OwnPort own_port_;
  server::WriterWatch writer_watch_;  // of the watchdog's thread, as the next
  server::FullDoorWatch door_watch_;
  std::atomic<bool> is_noted_open_{false};
  // In the order of making; the front goes first and the stores last.
  std::unique_ptr<NodeStore> store_;
  std::unique_ptr<OnceStore> once_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<GovernanceBook> book_;
  std::unique_ptr<TokenBook> tokens_;
  std::unique_ptr<GrantBook> grants_;
  std::unique_ptr<PermitBook> permits_;
  std::unique_ptr<DomainGate> gate_;
  std::unique_ptr<AccessKeeper> access_keeper_;
  std::unique_ptr<server::PageTokens> page_tokens_;
  std::unique_ptr<RoundKeys> round_keys_;
  std::unique_ptr<LogWatch> watch_;
  std::unique_ptr<KeyAgent> keys_;
  std::unique_ptr<AnswerAgent> answers_;
  std::unique_ptr<CloseAgent> close_;
  std::unique_ptr<CertificateKeeper> certificates_;
  std::unique_ptr<SyncAgent> sync_;
  std::unique_ptr<RetentionBook> retention_book_;
  std::unique_ptr<GrievanceBook> grievance_book_;
  std::unique_ptr<BackupAgent> backups_;
  std::unique_ptr<RetentionAgent> retention_;
  server::Authorisation roles_;
  SetupRpc setup_{nullptr};
  std::unique_ptr<MemberRpc> members_;
  std::unique_ptr<CaseworkRpc> casework_;
  std::unique_ptr<AccessRpc> access_;
  std::unique_ptr<PermitRpc> permit_rpc_;
  std::unique_ptr<RightsRpc> rights_;
  std::unique_ptr<GrievanceRpc> grievances_;
  std::unique_ptr<NoticeRpc> notices_;
  std::unique_ptr<RetentionRpc> retention_rpc_;
  std::unique_ptr<AuditRpc> audit_;
  std::unique_ptr<LateCounts> late_;
  std::unique_ptr<ReleaseRpc> releases_;
  std::unique_ptr<OperatorRpc> operator_;
  std::unique_ptr<BackupRpc> backup_;
  std::unique_ptr<GovernanceRpc> governance_;
  std::unique_ptr<server::Door> door_;
  std::unique_ptr<server::GrpcFront> front_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<NodeServer>> NodeServer::Start(const Options& options, const Clock* clock,
                                                              RandomSource* random) {
  auto server = std::make_unique<Server>(options, clock, random);
  RETURN_IF_ERROR(server->Open());
  RETURN_IF_ERROR(server->NoteOpening());  // before anybody can ask for anything
  RETURN_IF_ERROR(server->StartFront());
  return std::unique_ptr<NodeServer>(std::move(server));
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// The node's only connection outwards: gRPC stubs over mutual TLS, one deadline a call, pages gathered.
#include "server/node/federation_link.h"

#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>

#include <set>
#include <utility>

#include "aangan/federation/v1/answers.grpc.pb.h"
#include "aangan/federation/v1/catalogue.grpc.pb.h"
#include "aangan/federation/v1/certificates.grpc.pb.h"
#include "aangan/federation/v1/contributions.grpc.pb.h"
#include "aangan/federation/v1/figures.grpc.pb.h"
#include "aangan/federation/v1/log.grpc.pb.h"
#include "aangan/federation/v1/roster.grpc.pb.h"
#include "aangan/federation/v1/rounds.grpc.pb.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/grpc_status.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr int kPagesMax = 100;
constexpr int kReceiveBytesMax = 4 << 20;  // a national release of 20,000 cells is below 300 KB

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address, grpc::SslCredentialsOptions tls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // the agents repeat, knowing what was done
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
}

absl::Status Translate(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status translated = server::FromGrpcStatus(status);
  if (!ReasonOf(translated).empty()) return translated;
  // Without a reason of ours it is the wire that speaks, whatever its text.
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
      status.error_code() == grpc::StatusCode::UNAVAILABLE)
    return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink,
                   "The federation can not be reached now. Nothing is lost; the node tries again by itself.");
  return Problem(absl::StatusCode::kUnavailable, Reason::kNoLink,
                 "The federation gave an answer that this node does not understand.")
      .Number("code", status.error_code());
}

void SetDeadline(grpc::ClientContext& context, absl::Duration deadline) {
  context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(absl::ToInt64Milliseconds(deadline), GPR_TIMESPAN)));
}

class GrpcLink final : public FederationLink {
 public:
  GrpcLink(const Options& options, const std::shared_ptr<grpc::Channel>& channel)
      : options_(options),
        roster_name_(absl::StrCat("rosters/", options.roster)),
        answers_(fed::AnswerService::NewStub(channel)),
        catalogues_(fed::CatalogueService::NewStub(channel)),
        certificates_(fed::CertificateService::NewStub(channel)),
        contributions_(fed::ContributionService::NewStub(channel)),
        figures_(fed::FigureService::NewStub(channel)),
        log_(fed::LogService::NewStub(channel)),
        rosters_(fed::RosterService::NewStub(channel)),
        rounds_(fed::RoundService::NewStub(channel)) {}

  void Cancel() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    for (grpc::ClientContext* context : under_way_) context->TryCancel();
  }

  absl::StatusOr<std::string> RenewCertificate(absl::string_view request_der) override {
    fed::RenewCertificateRequest request;
    request.set_certificate_request(std::string(request_der));
    fed::RenewCertificateResponse response;
    RETURN_IF_ERROR(Ask(*certificates_, &fed::CertificateService::Stub::RenewCertificate, request, &response));
    return std::move(*response.mutable_certificate_pem());
  }

  absl::Status ConfirmCertificate() override {
    fed::ConfirmCertificateResponse response;
    return Ask(*certificates_, &fed::CertificateService::Stub::ConfirmCertificate, fed::ConfirmCertificateRequest(),
               &response);
  }

  absl::StatusOr<fed::SignedRoster> NewestRoster() override { return Epoch("-"); }
  absl::StatusOr<fed::SignedRoster> GetRoster(int32_t epoch) override { return Epoch(absl::StrCat(epoch)); }

  absl::StatusOr<fed::SignedRoster> Epoch(const std::string& epoch) {
    fed::GetEpochRequest request;
    request.set_name(absl::StrCat(roster_name_, "/epochs/", epoch));
    fed::GetEpochResponse response;
    RETURN_IF_ERROR(Ask(*rosters_, &fed::RosterService::Stub::GetEpoch, request, &response));
    return std::move(*response.mutable_signed_roster());
  }

  absl::StatusOr<fed::SignedRoster> SignRoster(int32_t epoch, absl::string_view signature) override {
    fed::SignEpochRequest request;
    request.set_name(absl::StrCat(roster_name_, "/epochs/", epoch));
    request.mutable_signature()->set_collective(options_.collective);
    request.mutable_signature()->set_signature(std::string(signature));
    fed::SignEpochResponse response;
    RETURN_IF_ERROR(Ask(*rosters_, &fed::RosterService::Stub::SignEpoch, request, &response));
    return std::move(*response.mutable_signed_roster());
  }

  absl::StatusOr<std::vector<fed::SignedCatalogue>> ListCatalogues() override {
    fed::ListCataloguesRequest request;
    request.set_parent(roster_name_);
    return Gather<fed::SignedCatalogue, fed::ListCataloguesResponse>(
        *catalogues_, &fed::CatalogueService::Stub::ListCatalogues, request,
        [](auto& response) { return response.mutable_signed_catalogues(); });
  }

  absl::StatusOr<fed::SignedCatalogue> SignCatalogue(int32_t version, absl::string_view signature) override {
    fed::SignCatalogueRequest request;
    request.set_name(absl::StrCat(roster_name_, "/catalogues/", version));
    request.mutable_signature()->set_collective(options_.collective);
    request.mutable_signature()->set_signature(std::string(signature));
    fed::SignCatalogueResponse response;
    RETURN_IF_ERROR(Ask(*catalogues_, &fed::CatalogueService::Stub::SignCatalogue, request, &response));
    return std::move(*response.mutable_signed_catalogue());
  }

  absl::StatusOr<std::vector<fed::Round>> ListRounds() override {
    fed::ListRoundsRequest request;
    request.set_parent(roster_name_);
    return Gather<fed::Round, fed::ListRoundsResponse>(*rounds_, &fed::RoundService::Stub::ListRounds, request,
                                                       [](auto& response) { return response.mutable_rounds(); });
  }

  absl::StatusOr<fed::Upload> GetUpload(const std::string& period) override {
    fed::GetUploadRequest request;
    request.set_name(UploadName(period));
    fed::GetUploadResponse response;
    RETURN_IF_ERROR(Ask(*contributions_, &fed::ContributionService::Stub::GetUpload, request, &response));
    return std::move(*response.mutable_upload());
  }

  absl::StatusOr<fed::Upload> UploadChunk(const std::string& period, absl::string_view whole_digest,
                                          int64_t total_bytes, int64_t offset, absl::string_view chunk) override {
    fed::UploadChunkRequest request;
    request.set_name(UploadName(period));
    request.set_total_bytes(total_bytes);
    request.set_digest(std::string(whole_digest));
    request.set_offset(offset);
    request.set_chunk(std::string(chunk));
    fed::UploadChunkResponse response;
    RETURN_IF_ERROR(Ask(*contributions_, &fed::ContributionService::Stub::UploadChunk, request, &response));
    return std::move(*response.mutable_upload());
  }

  absl::StatusOr<fed::NationalRelease> GetNationalRelease(const std::string& period) override {
    fed::GetNationalReleaseRequest request;
    request.set_name(absl::StrCat(roster_name_, "/releases/", period));
    fed::GetNationalReleaseResponse response;
    RETURN_IF_ERROR(Ask(*figures_, &fed::FigureService::Stub::GetNationalRelease, request, &response));
    return std::move(*response.mutable_national_release());
  }

  absl::StatusOr<LogPage> ListLog(int64_t after) override {
    fed::ListLogEntriesRequest request;
    request.set_parent(roster_name_);
    request.set_after(after);
    fed::ListLogEntriesResponse response;
    RETURN_IF_ERROR(Ask(*log_, &fed::LogService::Stub::ListLogEntries, request, &response));
    LogPage page;
    page.entries.assign(std::make_move_iterator(response.mutable_entries()->begin()),
                        std::make_move_iterator(response.mutable_entries()->end()));
    page.head = std::move(*response.mutable_head());
    page.head_signature = std::move(*response.mutable_head_signature());
    if (response.has_clock_time()) page.clock_time = absl::FromUnixSeconds(response.clock_time().seconds());
    return page;
  }

  absl::Status PublishKeyBatch(const fed::KeyBatch& batch, absl::string_view signature) override {
    fed::PublishKeyBatchRequest request;
    request.set_parent(roster_name_);
    *request.mutable_key_batch() = batch;
    request.set_signature(std::string(signature));
    fed::PublishKeyBatchResponse response;
    return Ask(*log_, &fed::LogService::Stub::PublishKeyBatch, request, &response);
  }

  absl::StatusOr<std::vector<fed::Share>> ListShares(const std::string& period) override {
    fed::ListSharesRequest request;
    request.set_parent(RoundName(period));
    return Gather<fed::Share, fed::ListSharesResponse>(*answers_, &fed::AnswerService::Stub::ListShares, request,
                                                       [](auto& response) { return response.mutable_shares(); });
  }

  absl::Status CreateAnswer(const std::string& period, absl::string_view answer) override {
    fed::CreateAnswerRequest request;
    request.set_parent(RoundName(period));
    request.set_answer(std::string(answer));
    fed::CreateAnswerResponse response;
    return Ask(*answers_, &fed::AnswerService::Stub::CreateAnswer, request, &response);
  }

  absl::StatusOr<std::vector<fed::Answer>> ListAnswers(const std::string& period) override {
    fed::ListAnswersRequest request;
    request.set_parent(RoundName(period));
    return Gather<fed::Answer, fed::ListAnswersResponse>(*answers_, &fed::AnswerService::Stub::ListAnswers, request,
                                                         [](auto& response) { return response.mutable_answers(); });
  }

  absl::Status CreateComplaint(const std::string& period, const std::string& dealer,
                               absl::string_view complaint) override {
    fed::CreateComplaintRequest request;
    request.set_parent(RoundName(period));
    request.set_dealer(dealer);
    request.set_complaint(std::string(complaint));
    fed::CreateComplaintResponse response;
    return Ask(*answers_, &fed::AnswerService::Stub::CreateComplaint, request, &response);
  }

 private:
  std::string RoundName(const std::string& period) const { return absl::StrCat(roster_name_, "/rounds/", period); }
  std::string UploadName(const std::string& period) const {
    return absl::StrCat(RoundName(period), "/contributions/", options_.collective);
  }

  // All pages of a list.
  template <typename Row, typename Response, typename Stub, typename Request, typename Rows>
  absl::StatusOr<std::vector<Row>> Gather(Stub& stub,
                                          grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                          Request request, Rows rows) {
    std::vector<Row> all;
    for (int page = 0; page < kPagesMax; ++page) {
      Response response;
      RETURN_IF_ERROR(Ask(stub, method, request, &response));
      for (Row& row : *rows(response)) all.push_back(std::move(row));
      if (response.next_page_token().empty()) break;
      request.set_page_token(response.next_page_token());
    }
    return all;
  }

  template <typename Stub, typename Request, typename Response>
  absl::Status Ask(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(context, options_.call_deadline);
    {
      absl::MutexLock lock(&mutex_);
      if (cancelled_) return Translate(grpc::Status(grpc::StatusCode::UNAVAILABLE, ""));
      under_way_.insert(&context);
    }
    const grpc::Status status = (stub.*method)(&context, request, response);
    absl::MutexLock lock(&mutex_);
    under_way_.erase(&context);
    return Translate(status);
  }

  const Options options_;
  const std::string roster_name_;
  const std::unique_ptr<fed::AnswerService::Stub> answers_;
  const std::unique_ptr<fed::CatalogueService::Stub> catalogues_;
  const std::unique_ptr<fed::CertificateService::Stub> certificates_;
  const std::unique_ptr<fed::ContributionService::Stub> contributions_;
  const std::unique_ptr<fed::FigureService::Stub> figures_;
  const std::unique_ptr<fed::LogService::Stub> log_;
  const std::unique_ptr<fed::RosterService::Stub> rosters_;
  const std::unique_ptr<fed::RoundService::Stub> rounds_;
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> under_way_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<FederationLink> FederationLink::Open(const Options& options) {
  return std::make_unique<GrpcLink>(
      options, MakeChannel(options.address, {options.authority_pem, options.key_pem, options.certificate_pem}));
}

absl::StatusOr<fed::EnrolResponse> CallEnrol(const std::string& address, const std::string& authority_pem,
                                             const fed::EnrolRequest& request, absl::Duration deadline) {
  const auto stub = fed::EnrolmentService::NewStub(MakeChannel(address, {authority_pem, "", ""}));
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  fed::EnrolResponse response;
  RETURN_IF_ERROR(Translate(stub->Enrol(&context, request, &response)));
  return response;
}

}  // namespace aangan::node

// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.ReleaseService.
#include "server/node/release_rpc.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/answer_file.h"
#include "server/node/convert.h"
#include "server/node/preview_cells.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using storage::node::RoundEntry;
using storage::node::Stage;

bool IsZero(const Digest& digest) { return digest == Digest{}; }

void AddLate(const std::vector<v1::LateRecords>& late, v1::Release& release) {
  for (const v1::LateRecords& each : late) {
    if (release.name() == absl::StrCat("releases/", each.period())) *release.mutable_late_records() = each;
  }
}

}  // namespace

absl::StatusOr<model::Period> QuarterOfRelease(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "releases/")) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a release.")
        .Field("name", "must be releases/{period}, for example releases/2026Q3");
  }
  ASSIGN_OR_RETURN(const model::Period period, model::ParsePeriod(name, "name"));
  if (period.is_year()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "A release is of a quarter.")
        .Field("name", "must be releases/{period}, for example releases/2026Q3");
  }
  return period;
}

v1::Release ReleaseMessage(const RoundEntry& entry, const storage::node::OnceStore& once, const GovernanceBook& book) {
  v1::Release release;
  release.set_name(absl::StrCat("releases/", model::PeriodText(entry.period)));
  release.set_stage(static_cast<v1::ReleaseStage>(entry.stage));
  release.set_round_id(std::string(AsText(entry.round_id)));
  if (!IsZero(entry.proposal_digest)) release.set_proposal_digest(std::string(AsText(entry.proposal_digest)));
  if (!entry.contribution.empty()) release.set_contribution_digest(std::string(AsText(entry.contribution_name)));
  release.set_charge_nano_rho(entry.charge_nano_rho);
  if (const auto catalogue = book.CatalogueByDigest(entry.catalogue); catalogue.ok()) {
    const int64_t left = once.BudgetLeft(entry.period, (*catalogue)->source.nano_rho_cap());
    const bool debited = !entry.contribution.empty();
    release.set_budget_left_nano_rho(debited ? left : left - entry.charge_nano_rho);
    release.set_cells(static_cast<int32_t>((*catalogue)->RoundCellCount(entry.period)));
  }
  *release.mutable_contribute_until() = TimestampFromMicros(entry.contribute_until_us);
  if (entry.approve_time_us != 0) *release.mutable_approve_time() = TimestampFromMicros(entry.approve_time_us);
  if (entry.send_time_us != 0) *release.mutable_send_time() = TimestampFromMicros(entry.send_time_us);
  release.set_rehearsal(entry.rehearsal);
  release.set_sum_agrees(entry.sum_agrees);
  if (const auto lock = once.FindLock(entry.period); lock.ok() && *lock) {
    release.set_answer_stage((*lock)->answer.empty() ? v1::ANSWER_STAGE_SILENT
                             : (*lock)->sent         ? v1::ANSWER_STAGE_SENT
                                                     : v1::ANSWER_STAGE_LOCKED);
  }
  return release;
}

std::map<std::string, server::Handler> ReleaseRpc::Handlers() {
  return {{"GetRelease", server::Handle(this, &ReleaseRpc::GetRelease)},
          {"ListReleases", server::Handle(this, &ReleaseRpc::ListReleases)},
          {"PreviewRelease", server::Handle(this, &ReleaseRpc::PreviewRelease)},
          {"ApproveRelease", server::Handle(this, &ReleaseRpc::ApproveRelease)},
          {"RefuseRelease", server::Handle(this, &ReleaseRpc::RefuseRelease)},
          {"ExportAnswer", server::Handle(this, &ReleaseRpc::Export)},
          {"SumAnswers", server::Handle(this, &ReleaseRpc::Sum)}};
}

absl::StatusOr<v1::Release> ReleaseRpc::GetRelease(const server::Call&, const v1::GetReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.once->GetRound(period));
  v1::Release release = ReleaseMessage(entry, *rooms_.once, *rooms_.book);
  ASSIGN_OR_RETURN(const std::vector<v1::LateRecords> late, rooms_.late->Count());
  AddLate(late, release);
  return release;
}

absl::StatusOr<v1::ListReleasesResponse> ReleaseRpc::ListReleases(const server::Call& call,
                                                                  const v1::ListReleasesRequest& request) {
  ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.page_tokens, call, "releases", request.page_size(),
                                           request.page_token(), {.size_default = 40, .size_max = 40}));
  ASSIGN_OR_RETURN(const std::vector<RoundEntry> entries, rooms_.once->ListRounds());
  ASSIGN_OR_RETURN(const std::vector<v1::LateRecords> late, rooms_.late->Count());
  v1::ListReleasesResponse response;
  for (const RoundEntry& entry : entries) {
    const std::string period = model::PeriodText(entry.period);
    if (!page.after.empty() && period >= page.after) continue;  // newest first
    if (static_cast<size_t>(response.releases_size()) == page.size) {
      const std::string& last = response.releases(response.releases_size() - 1).name();
      response.set_next_page_token(
          NextPage(*rooms_.page_tokens, call, "releases", absl::StripPrefix(last, "releases/")));
      break;
    }
    v1::Release& release = *response.add_releases();
    release = ReleaseMessage(entry, *rooms_.once, *rooms_.book);
    AddLate(late, release);
  }
  return response;
}

absl::StatusOr<v1::PreviewReleaseResponse> ReleaseRpc::PreviewRelease(const server::Call&,
                                                                      const v1::PreviewReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  ASSIGN_OR_RETURN(const Preview preview, rooms_.close->Look(period));
  ASSIGN_OR_RETURN(v1::PreviewReleaseResponse response, PreviewMessage(preview));
  *response.mutable_release() = ReleaseMessage(preview.entry, *rooms_.once, *rooms_.book);
  ASSIGN_OR_RETURN(const std::vector<v1::LateRecords> late, rooms_.late->Count());
  response.mutable_late_records()->Add(late.begin(), late.end());
  return response;
}

absl::StatusOr<v1::Release> ReleaseRpc::ApproveRelease(const server::Call& call,
                                                       const v1::ApproveReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.close->Approve(period, request.proposal_digest(), ActorOf(call)));
  rooms_.sync->Wake();
  return ReleaseMessage(entry, *rooms_.once, *rooms_.book);
}

absl::StatusOr<v1::AnswerFile> ReleaseRpc::Export(const server::Call&, const v1::ExportAnswerRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  return ExportAnswer(*rooms_.once, *rooms_.identity, period);
}

absl::StatusOr<v1::SumAnswersResponse> ReleaseRpc::Sum(const server::Call&, const v1::SumAnswersRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.once->GetRound(period));
  ASSIGN_OR_RETURN(const RoundGround ground, GroundOf(entry, *rooms_.book));
  return SumAnswers(ground, request);
}

absl::StatusOr<v1::Release> ReleaseRpc::RefuseRelease(const server::Call& call,
                                                      const v1::RefuseReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period period, QuarterOfRelease(request.name()));
  ASSIGN_OR_RETURN(const RoundEntry entry, rooms_.close->Refuse(period, ActorOf(call)));
  return ReleaseMessage(entry, *rooms_.once, *rooms_.book);
}

}  // namespace aangan::node

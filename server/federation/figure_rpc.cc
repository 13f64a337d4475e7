// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1.FigureService.
#include "server/federation/figure_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/roster.h"
#include "server/federation/export_file.h"
#include "server/federation/figure_list.h"
#include "server/shared/paging.h"

namespace aangan::federation {
namespace {

constexpr int kCodesMax = 8;  // more than a table has dimensions

// The question itself is part of the list's name: a token goes on with the same question alone.
template <typename Question>
std::string ListName(const char* list, Question question) {
  question.clear_page_size();
  question.clear_page_token();
  const Digest digest = Sha256(question.SerializeAsString());
  return absl::StrCat(list, " ", AsText(digest));
}

size_t Position(const std::string& after) {
  size_t position = 0;
  return absl::SimpleAtoi(after, &position) ? position : 0;
}

constexpr server::PageLimits kSizes = {.size_default = 200, .size_max = 1000};

// One page of the figures into `out`, coverage into the response; the token of the next page.
template <typename Response>
std::string Fill(const server::PageTokens& tokens, const server::Call& call, const std::string& list,
                 const server::Page& page, FigureBook::Answer& answer,
                 google::protobuf::RepeatedPtrField<v1::Figure>& out, Response& response) {
  const size_t begin = std::min(Position(page.after), answer.figures.size());
  const size_t end = std::min(begin + page.size, answer.figures.size());
  for (size_t i = begin; i < end; ++i) *out.Add() = std::move(answer.figures[i]);
  for (std::string& each : answer.contributors) response.add_contributors(std::move(each));
  for (std::string& each : answer.missing) response.add_missing(std::move(each));
  return end < answer.figures.size() ? server::NextPage(tokens, call, list, absl::StrCat(end)) : "";
}

}  // namespace

std::map<std::string, server::Handler> FigureRpc::Handlers() {
  return {{"GetNationalRelease", server::Handle(this, &FigureRpc::GetNationalRelease)},
          {"ListNationalReleases", server::Handle(this, &FigureRpc::ListNationalReleases)},
          {"ListFigures", server::Handle(this, &FigureRpc::ListFigures)},
          {"ListTotals", server::Handle(this, &FigureRpc::ListTotals)},
          {"ExportFigures", server::Handle(this, &FigureRpc::ExportFigures)},
          {"ExportNationalRelease", server::Handle(this, &FigureRpc::ExportNationalRelease)},
          {"ImportNationalRelease", server::Handle(this, &FigureRpc::ImportNationalRelease)},
          {"ListIndicators", server::Handle(this, &FigureRpc::ListIndicators)}};
}

absl::StatusOr<v1::GetNationalReleaseResponse> FigureRpc::GetNationalRelease(
    const server::Call&, const v1::GetNationalReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRelease(request.name()));
  v1::GetNationalReleaseResponse response;
  v1::NationalRelease& release = *response.mutable_national_release();
  ASSIGN_OR_RETURN(release, rooms_.releases->Get(quarter));
  ASSIGN_OR_RETURN(const RoundGround ground, rooms_.rounds->GroundOf(release.round_descriptor()));
  ASSIGN_OR_RETURN(std::vector<std::string> spoilt, SpoiltTablesOf(release, ground));
  for (std::string& table : spoilt) response.add_spoilt_tables(std::move(table));
  return response;
}

absl::StatusOr<v1::ListNationalReleasesResponse> FigureRpc::ListNationalReleases(
    const server::Call& call, const v1::ListNationalReleasesRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page, server::PageOf(*rooms_.page_tokens, call, "releases", request.page_size(),
                                                           request.page_token(), {.size_default = 40, .size_max = 40}));
  ASSIGN_OR_RETURN(std::vector<Stored<v1::NationalRelease>> oldest_first, rooms_.releases->WithSuperseded());
  v1::ListNationalReleasesResponse response;
  std::string last;
  for (auto release = oldest_first.rbegin(); release != oldest_first.rend(); ++release) {
    if (!page.after.empty() && release->key >= page.after) continue;
    if (static_cast<size_t>(response.national_releases_size()) == page.size) {
      response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "releases", last));
      break;
    }
    last = release->key;
    release->value.clear_sums();
    *response.add_national_releases() = std::move(release->value);
  }
  return response;
}

absl::StatusOr<v1::ListFiguresResponse> FigureRpc::ListFigures(const server::Call& call,
                                                               const v1::ListFiguresRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParentOrAll(request.parent()));
  if (request.codes_size() > kCodesMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "The question names too many codes.")
        .Field("codes", "must be at most 8");
  }
  const std::string list = ListName("figures", request);
  ASSIGN_OR_RETURN(const server::Page page,
                   server::PageOf(*rooms_.page_tokens, call, list, request.page_size(), request.page_token(), kSizes));
  ASSIGN_OR_RETURN(FigureBook::Answer answer, rooms_.figures->Ask(request));
  v1::ListFiguresResponse response;
  response.set_next_page_token(
      Fill(*rooms_.page_tokens, call, list, page, answer, *response.mutable_figures(), response));
  return response;
}

absl::StatusOr<v1::ListTotalsResponse> FigureRpc::ListTotals(const server::Call& call,
                                                             const v1::ListTotalsRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParentOrAll(request.parent()));
  const std::string list = ListName("totals", request);
  ASSIGN_OR_RETURN(const server::Page page,
                   server::PageOf(*rooms_.page_tokens, call, list, request.page_size(), request.page_token(), kSizes));
  ASSIGN_OR_RETURN(FigureBook::Answer answer, rooms_.figures->Ask(request));
  v1::ListTotalsResponse response;
  response.set_next_page_token(
      Fill(*rooms_.page_tokens, call, list, page, answer, *response.mutable_totals(), response));
  return response;
}

absl::StatusOr<v1::ExportFiguresResponse> FigureRpc::ExportFigures(const server::Call&,
                                                                   const v1::ExportFiguresRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParentOrAll(request.parent()));
  RETURN_IF_ERROR(CheckExportFormat(request.format()));
  ASSIGN_OR_RETURN(const ExportRows rows, rooms_.figures->Rows(request));
  ASSIGN_OR_RETURN(ExportFile file, WriteExport(request.format(), rows));
  v1::ExportFiguresResponse response;
  response.set_content_type(std::move(file.content_type));
  response.set_file_name(std::move(file.name));
  response.set_content(std::move(file.content));
  return response;
}

absl::StatusOr<v1::ExportNationalReleaseResponse> FigureRpc::ExportNationalRelease(
    const server::Call&, const v1::ExportNationalReleaseRequest& request) {
  ASSIGN_OR_RETURN(const model::Period quarter, rooms_.names->ParseRelease(request.name()));
  v1::ExportNationalReleaseResponse response;
  v1::ReleaseFile& file = *response.mutable_release_file();
  ASSIGN_OR_RETURN(*file.mutable_national_release(), rooms_.releases->Get(quarter));
  ASSIGN_OR_RETURN(RoundGround ground, rooms_.rounds->GroundOf(file.national_release().round_descriptor()));
  *file.mutable_catalogue() = ground.catalogue->source;
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(ground.roster.federation_key(), "federation_key"));
  response.set_key_phrase(model::FingerprintPhrase(key));
  *file.mutable_roster() = std::move(ground.roster);
  return response;
}

absl::StatusOr<v1::ImportNationalReleaseResponse> FigureRpc::ImportNationalRelease(
    const server::Call&, const v1::ImportNationalReleaseRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  v1::ImportNationalReleaseResponse response;
  ASSIGN_OR_RETURN(*response.mutable_national_release(),
                   rooms_.sisters->Import(request.release_file(), request.key_phrase()));
  return response;
}

absl::StatusOr<v1::ListIndicatorsResponse> FigureRpc::ListIndicators(const server::Call& call,
                                                                     const v1::ListIndicatorsRequest& request) {
  RETURN_IF_ERROR(rooms_.names->ParseParent(request.parent()));
  ASSIGN_OR_RETURN(const server::Page page,
                   server::PageOf(*rooms_.page_tokens, call, "indicators", request.page_size(), request.page_token(),
                                  {.size_default = 200, .size_max = 200}));
  ASSIGN_OR_RETURN(std::vector<v1::Indicator> indicators, rooms_.figures->Indicators());
  v1::ListIndicatorsResponse response;
  const size_t begin = std::min(Position(page.after), indicators.size());
  const size_t end = std::min(begin + page.size, indicators.size());
  for (size_t i = begin; i < end; ++i) *response.add_indicators() = std::move(indicators[i]);
  if (end < indicators.size())
    response.set_next_page_token(server::NextPage(*rooms_.page_tokens, call, "indicators", absl::StrCat(end)));
  return response;
}

}  // namespace aangan::federation

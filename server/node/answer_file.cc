// SPDX-License-Identifier: Apache-2.0
// Answers as files.
#include "server/node/answer_file.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/cells.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/accounting.h"
#include "privacy/answer.h"
#include "privacy/reconstruction.h"
#include "server/node/answer_agent.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

v1::AnswerAgreement WordFor(privacy::Agreement agreement) {
  switch (agreement) {
    case privacy::Agreement::kWaiting:
      return v1::ANSWER_AGREEMENT_WAITING;
    case privacy::Agreement::kProvisional:
      return v1::ANSWER_AGREEMENT_PROVISIONAL;
    case privacy::Agreement::kConfirmed:
      return v1::ANSWER_AGREEMENT_CONFIRMED;
    case privacy::Agreement::kDisputed:
      return v1::ANSWER_AGREEMENT_DISPUTED;
  }
  return v1::ANSWER_AGREEMENT_UNSPECIFIED;
}

// All of one freeze, which the federation signed; each collective once.
absl::Status CheckFiles(const v1::SumAnswersRequest& request, const RoundGround& ground) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "These files do not go together.");
  if (request.files_size() < 1 || request.files_size() > ground.numbers.n)
    problem.Field("files", "must be at least one, and at most one of each collective");
  std::set<std::string> collectives;
  for (int i = 0; i < request.files_size(); ++i) {
    const v1::AnswerFile& file = request.files(i);
    if (file.period() != model::PeriodText(ground.quarter))
      problem.Field(absl::StrCat("files[", i, "].period"), "must be the quarter that is asked for");
    if (!model::PlaceInRoster(ground.roster, file.collective()) || !collectives.insert(file.collective()).second)
      problem.Field(absl::StrCat("files[", i, "].collective"), "must be of the round's roster, each once");
  }
  if (problem.has_fields()) return problem;
  ASSIGN_OR_RETURN(const PublicKey key, model::ParseKey(ground.roster.federation_key(), "federation_key"));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalFreeze(request.files(0).freeze()));
  return VerifySignature(key, model::kFreezeLabel, canonical, AsBytes(request.files(0).freeze_signature()));
}

void AddCells(const RoundGround& ground, const std::vector<bool>& left_out, const std::vector<int64_t>& sums,
              v1::SumAnswersResponse& response) {
  size_t opened = 0;
  for (const privacy::TableVariance& each :
       privacy::RoundVariances(*ground.catalogue, ground.quarter, ground.numbers)) {
    const model::CompiledTable& table = ground.catalogue->tables[each.table];
    const uint32_t offset = table.yearly ? ground.catalogue->quarter_cell_count : 0;
    for (model::Cell cell = table.first_cell; cell < table.first_cell + table.cell_count; ++cell) {
      if (left_out[offset + cell]) continue;
      const model::CellName name = model::NameOfCell(*ground.catalogue, table.yearly, cell);
      v1::SumCell& shown = *response.add_cells();
      shown.set_table(name.table);
      shown.set_indicator(name.indicator);
      for (const std::string& code : name.codes) shown.add_codes(code);
      shown.set_sum(sums[opened++]);
    }
  }
}

}  // namespace

absl::StatusOr<v1::AnswerFile> ExportAnswer(const storage::node::OnceStore& once, const Identity& identity,
                                            const model::Period& quarter) {
  ASSIGN_OR_RETURN(const storage::node::RoundEntry entry, once.GetRound(quarter));
  ASSIGN_OR_RETURN(const auto lock, once.FindLock(quarter));
  fed::Round frozen;
  if (!lock || lock->answer.empty() || !frozen.ParseFromString(entry.freeze)) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This node has not answered in this round. It does so by itself with a contact after the freeze.");
  }
  v1::AnswerFile file;
  file.set_period(model::PeriodText(quarter));
  *file.mutable_freeze() = frozen.freeze();
  file.set_freeze_signature(frozen.freeze_signature());
  file.set_collective(identity.membership()->collective);
  file.set_answer(lock->answer);
  return file;
}

absl::StatusOr<v1::SumAnswersResponse> SumAnswers(const RoundGround& ground, const v1::SumAnswersRequest& request) {
  if (!ground.holders) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This is a direct round: there are no answers.");
  }
  RETURN_IF_ERROR(CheckFiles(request, ground));
  ASSIGN_OR_RETURN(const Digest freeze, FreezeDigest(request.files(0).freeze()));
  const std::vector<bool> left_out = LeftOutOf(ground, request.files(0).freeze());
  const auto words = static_cast<size_t>(std::count(left_out.begin(), left_out.end(), false));
  std::vector<privacy::PlacedAnswer> placed;
  for (const v1::AnswerFile& file : request.files()) {
    const int place = *model::PlaceInRoster(ground.roster, file.collective());
    ASSIGN_OR_RETURN(privacy::Answer answer,
                     privacy::ParseAnswer(file.answer(), ground.round_id, freeze,
                                          ground.holders->signing_keys[static_cast<size_t>(place)], words));
    placed.push_back({place, std::move(answer.words)});
  }
  ASSIGN_OR_RETURN(const privacy::Reconstruction said, privacy::Reconstruct(std::move(placed), ground.numbers));
  v1::SumAnswersResponse response;
  response.set_agreement(WordFor(said.agreement));
  if (!said.values.empty()) AddCells(ground, left_out, said.values, response);
  for (const int place : said.agreeing) response.add_agreeing(ground.roster.collectives(place).id());
  for (const int place : said.differing) response.add_differing(ground.roster.collectives(place).id());
  return response;
}

}  // namespace aangan::node

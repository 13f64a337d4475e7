// SPDX-License-Identifier: Apache-2.0
// Answers as files that people carry: as they come, changed on their way, and honest answers to a changed freeze.
// Whatever adds up is what was contributed, cell by cell, and a changed file names no honest collective.
#include "base/check.h"
#include "model/published.h"
#include "privacy/answer.h"
#include "privacy/recipient_keys.h"
#include "server/node/answer_agent.h"
#include "server/node/answer_file.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/fuzz/fuzz_ground.h"

using namespace aangan;        // NOLINT: a fuzz target is one function
using namespace aangan::node;  // NOLINT
namespace fed = aangan::federation::v1;

namespace {

RoundGround GroundOfTheRound() {
  const tests::FuzzGround& from = tests::TheGround();
  RoundGround ground;
  ground.descriptor = from.descriptor;
  ground.roster = from.roster;
  ground.catalogue = from.compiled;
  ground.quarter = from.quarter;
  ground.round_id = privacy::RoundId(*privacy::CanonicalDescriptor(from.descriptor));
  ground.numbers = privacy::NumbersOf(5);
  ground.holders = *privacy::HoldersOf(ground.descriptor, ground.roster, ground.round_id,
                                       from.compiled->RoundCellCount(ground.quarter));
  return ground;
}

const RoundGround& TheRound() {
  static const auto* const ground = new RoundGround(GroundOfTheRound());
  return *ground;
}

fed::Freeze WholeFreeze() {
  fed::Freeze freeze;
  freeze.set_round_id(std::string(AsText(TheRound().round_id)));
  for (const fed::Collective& each : TheRound().roster.collectives()) {
    fed::FrozenContribution& one = *freeze.add_contributions();
    one.set_collective(each.id());
    one.set_digest(std::string(32, 'd'));
  }
  return freeze;
}

// What each of the five answers to a freeze: equal words lie on a polynomial of degree 0, so cell i adds up to i.
v1::SumAnswersRequest HonestAnswersTo(const fed::Freeze& freeze) {
  const std::vector<bool> left_out = LeftOutOf(TheRound(), freeze);
  std::vector<uint64_t> words;
  for (size_t cell = 0; cell < left_out.size(); ++cell) {
    if (!left_out[cell]) words.push_back(cell);
  }
  privacy::AnswerHeader header;
  header.round_id = TheRound().round_id;
  header.freeze = *FreezeDigest(freeze);
  const Signature signature = tests::TheGround().federation.Sign(model::kFreezeLabel, *model::CanonicalFreeze(freeze));
  v1::SumAnswersRequest request;
  for (int place = 0; place < 5; ++place) {
    v1::AnswerFile& file = *request.add_files();
    file.set_period(model::PeriodText(TheRound().quarter));
    *file.mutable_freeze() = freeze;
    file.set_freeze_signature(std::string(AsText(signature)));
    file.set_collective(TheRound().roster.collectives(place).id());
    header.node_id = TheRound().holders->id(place).bytes;
    file.set_answer(privacy::BuildAnswer(header, words, tests::TheGround().keys[static_cast<size_t>(place)]));
  }
  return request;
}

// No file that was changed counts, so what comes out is true and names nobody.
absl::StatusOr<v1::SumAnswersResponse> Try(const v1::SumAnswersRequest& request) {
  auto said = SumAnswers(TheRound(), request);
  if (!said.ok()) return said;
  AANGAN_CHECK(said->differing_size() == 0 && said->agreement() != v1::ANSWER_AGREEMENT_DISPUTED);
  AANGAN_CHECK((said->cells_size() == 0) == (said->agreement() == v1::ANSWER_AGREEMENT_WAITING));
  for (const v1::SumCell& cell : said->cells()) {
    const int table = cell.table() == "by_place" ? 0 : 8;
    AANGAN_CHECK(cell.sum() >= table && cell.sum() < table + 8);
  }
  v1::SumAnswersRequest again;
  AANGAN_CHECK(again.ParseFromString(request.SerializeAsString()));
  AANGAN_CHECK(SumAnswers(TheRound(), again)->SerializeAsString() == said->SerializeAsString());
  return said;
}

}  // namespace

// The first byte says which way the files go.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const v1::SumAnswersRequest honest = HonestAnswersTo(WholeFreeze());
  static const std::string honest_bytes = honest.SerializeAsString();
  if (size == 0) return 0;
  const absl::string_view input = tests::AsInput(data + 1, size - 1);
  v1::SumAnswersRequest request = honest;
  v1::AnswerFile& one = *request.mutable_files(data[0] / 4 % 5);
  fed::Freeze freeze = WholeFreeze();
  switch (data[0] % 4) {
    case 0:
      if (request.ParseFromArray(input.data(), static_cast<int>(input.size()))) (void)Try(request).ok();
      break;
    case 1:
      if (request.ParseFromString(tests::Over(honest_bytes, input))) (void)Try(request).ok();
      break;
    case 2:  // one alone, so that the others stay
      if (one.ParseFromString(tests::Over(one.SerializeAsString(), input))) (void)Try(request).ok();
      break;
    default:  // the federation signed what nobody expects, and all answered it
      if (!freeze.ParseFromString(tests::Over(freeze.SerializeAsString(), input)) ||
          !model::CanonicalFreeze(freeze).ok())
        return 0;
      const auto said = Try(HonestAnswersTo(freeze));
      AANGAN_CHECK(said.ok() && said->agreement() == v1::ANSWER_AGREEMENT_CONFIRMED);
  }
  return 0;
}

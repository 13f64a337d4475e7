// SPDX-License-Identifier: Apache-2.0
// What every export is made of.
#include "server/federation/export_rows.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace aangan::federation {
namespace {

// FIGURE_VALUE_TOO_FEW_TO_SAY without the enum's own name.
std::string Word(const google::protobuf::EnumDescriptor* type, const std::string& prefix, int number) {
  const auto* value = type->FindValueByNumber(number);
  if (number == 0 || value == nullptr) return "";
  return absl::AsciiStrToLower(value->name().substr(prefix.size()));
}

// From what may still change to what stays.
int Certainty(v1::ReleaseState state) {
  switch (state) {
    case v1::RELEASE_STATE_DISPUTED:
      return 0;
    case v1::RELEASE_STATE_PROVISIONAL:
      return 1;
    case v1::RELEASE_STATE_SUPERSEDED:
      return 2;
    case v1::RELEASE_STATE_CORRECTED:
      return 3;
    case v1::RELEASE_STATE_CONFIRMED:
      return 4;
    default:
      return 5;
  }
}

}  // namespace

std::optional<std::string> CodeOf(const v1::Figure& figure, v1::Dimension dimension) {
  for (const v1::FigureCode& each : figure.codes()) {
    if (each.dimension() == dimension) return each.code();
  }
  return std::nullopt;
}

std::string WordOf(v1::FigureValue value) { return Word(v1::FigureValue_descriptor(), "FIGURE_VALUE_", value); }
std::string WordOf(v1::ReleaseState state) { return Word(v1::ReleaseState_descriptor(), "RELEASE_STATE_", state); }
std::string WordOf(v1::RoundForm form) { return Word(v1::RoundForm_descriptor(), "ROUND_FORM_", form); }
std::string WordOf(v1::Dimension dimension) { return Word(v1::Dimension_descriptor(), "DIMENSION_", dimension); }

v1::ReleaseState LeastCertain(const std::vector<v1::Figure>& figures) {
  v1::ReleaseState least = v1::RELEASE_STATE_UNSPECIFIED;
  for (const v1::Figure& each : figures) {
    if (Certainty(each.state()) < Certainty(least)) least = each.state();
  }
  return least;
}

const std::vector<v1::Dimension>& AllDimensions() {
  static const std::vector<v1::Dimension>* const all = [] {
    auto* dimensions = new std::vector<v1::Dimension>;
    for (int number = 1; number <= v1::Dimension_MAX; ++number)
      dimensions->push_back(static_cast<v1::Dimension>(number));
    return dimensions;
  }();
  return *all;
}

ExportNames::ExportNames(const ExportRows& rows) {
  for (const v1::Catalogue& catalogue : rows.catalogues) {
    for (const v1::Indicator& each : catalogue.indicators()) indicators_.emplace(each.id(), &each);
    for (const v1::Table& each : catalogue.tables()) tables_.emplace(each.id(), &each);
    for (const v1::Place& each : catalogue.places()) places_.emplace(each.id(), &each);
    for (const v1::CodeList& list : catalogue.code_lists()) {
      for (const v1::Code& code : list.codes()) {
        if (code_titles_.emplace(std::make_pair(list.id(), code.id()), code.title()).second)
          codes_.emplace_back(&list, &code);
      }
    }
  }
}

std::string ExportNames::CodeTitle(v1::Dimension dimension, const std::string& code) const {
  if (dimension == v1::DIMENSION_PLACE) {
    const v1::Place* const place = Find(places_, code);
    return place == nullptr ? code : place->title();
  }
  const auto found = code_titles_.find({WordOf(dimension), code});
  return found == code_titles_.end() ? code : found->second;
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Figures as a FHIR R4 MeasureReport.
#include "server/federation/export_fhir.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace aangan::federation {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kAbsentReason[] = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
constexpr char kPopulation[] = "http://terminology.hl7.org/CodeSystem/measure-population";

std::string Ours(const std::string& name) { return absl::StrCat("urn:aangan:fhir:", name); }

Json Extension(const std::string& name, const char* type, Json value) {
  return Json{{"url", Ours(name)}, {type, std::move(value)}};
}

std::string DayText(model::Day day) {
  const model::CivilDay civil = model::CivilFromDay(day);
  return absl::StrFormat("%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

const char* AbsentReason(v1::FigureValue value) {
  switch (value) {
    case v1::FIGURE_VALUE_SUPPRESSED:
      return "masked";
    case v1::FIGURE_VALUE_NOT_COLLECTED:
      return "not-asked";
    default:
      return "unknown";
  }
}

// Ready for use only when nothing of it can change any more.
const char* StatusOf(v1::ReleaseState state) {
  switch (state) {
    case v1::RELEASE_STATE_PROVISIONAL:
      return "pending";
    case v1::RELEASE_STATE_DISPUTED:
      return "error";
    default:
      return "complete";
  }
}

Json Concept(const std::string& system, const std::string& code, const std::string& text) {
  return Json{{"coding", Json::array({Json{{"system", Ours(system)}, {"code", code}}})}, {"text", text}};
}

// The one population of a group or stratum, with its count or the reason why there is none.
Json PopulationOf(const v1::Figure& figure) {
  Json population;
  Json extensions = Json::array({Extension("value", "valueCode", WordOf(figure.value()))});
  if (HasMargin(figure)) extensions.push_back(Extension("margin-95", "valueInteger", figure.margin()));
  if (figure.has_raw()) {
    extensions.push_back(Extension("raw-sum", "valueInteger", figure.raw()));
    extensions.push_back(
        Extension("variance", "valueDecimal", static_cast<double>(figure.variance_hundredths()) / 100));
  }
  population["extension"] = std::move(extensions);
  population["code"] = Json{{"coding", Json::array({Json{{"system", kPopulation}, {"code", "measure-population"}}})}};
  if (IsNumber(figure)) {
    population["count"] = figure.number();
  } else {
    population["_count"] =
        Json{{"extension", Json::array({Json{{"url", kAbsentReason}, {"valueCode", AbsentReason(figure.value())}}})}};
  }
  return population;
}

Json StratumOf(const v1::Figure& figure, const ExportNames& names) {
  Json components = Json::array();
  for (const v1::FigureCode& each : figure.codes()) {
    const std::string dimension = WordOf(each.dimension());
    components.push_back(
        Json{{"code", Concept("dimension", dimension, dimension)},
             {"value", Concept(dimension, each.code(), names.CodeTitle(each.dimension(), each.code()))}});
  }
  return Json{{"component", std::move(components)}, {"population", Json::array({PopulationOf(figure)})}};
}

// Groups in the order in which their first figure comes.
class Groups {
 public:
  explicit Groups(const ExportRows& rows) : names_(rows) {
    for (const v1::Figure& each : rows.figures) Take(each);
  }
  Json All() && { return std::move(groups_); }

 private:
  // A figure without codes is of its indicator in all: it needs no stratum.
  void Take(const v1::Figure& figure) {
    const auto [at, is_new] = places_.emplace(std::make_pair(figure.table(), figure.indicator()), groups_.size());
    if (is_new) groups_.push_back(Begin(figure));
    Json& group = groups_[at->second];
    if (figure.codes().empty()) {
      group["population"] = Json::array({PopulationOf(figure)});
      return;
    }
    if (!group.contains("stratifier")) group["stratifier"] = Json::array({Json{{"stratum", Json::array()}}});
    group["stratifier"][0]["stratum"].push_back(StratumOf(figure, names_));
  }

  Json Begin(const v1::Figure& figure) const {
    const v1::Indicator* const indicator = names_.IndicatorOf(figure.indicator());
    const v1::Table* const table = names_.TableOf(figure.table());
    std::string text = indicator == nullptr ? figure.indicator() : indicator->question();
    if (table != nullptr) absl::StrAppend(&text, " (", table->title(), ")");
    Json code = Concept("indicator", figure.indicator(), text);
    if (!IsTotal(figure)) code["coding"].push_back(Json{{"system", Ours("table")}, {"code", figure.table()}});
    Json extensions = Json::array({Extension("contributors", "valueInteger", figure.contributors()),
                                   Extension("collectives", "valueInteger", figure.collectives())});
    if (!WordOf(figure.state()).empty()) extensions.push_back(Extension("state", "valueCode", WordOf(figure.state())));
    return Json{{"extension", std::move(extensions)}, {"code", std::move(code)}};
  }

  const ExportNames names_;
  std::map<std::pair<std::string, std::string>, size_t> places_;
  Json groups_ = Json::array();
};

bool IsRehearsal(const ExportRows& rows) {
  for (const v1::Figure& each : rows.figures) {
    if (each.rehearsal()) return true;
  }
  return false;
}

}  // namespace

std::string ExportFhir(const ExportRows& rows) {
  const v1::ReleaseState state = LeastCertain(rows.figures);
  Json report = {{"resourceType", "MeasureReport"}};
  Json extensions = Json::array({Extension("rehearsal", "valueBoolean", IsRehearsal(rows))});
  if (!WordOf(state).empty()) extensions.push_back(Extension("state", "valueCode", WordOf(state)));
  report["extension"] = std::move(extensions);
  report["status"] = StatusOf(state);
  report["type"] = "summary";
  report["measure"] =
      absl::StrCat("urn:aangan:rosters:", rows.roster, rows.period.is_year() ? ":yearly" : ":quarterly");
  if (rows.released) report["date"] = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", *rows.released, absl::UTCTimeZone());
  report["reporter"] = Json{{"type", "Organization"},
                            {"identifier", {{"system", Ours("roster")}, {"value", rows.roster}}},
                            {"display", rows.roster == kAllRostersSlug ? "all rosters" : rows.roster}};
  report["period"] = Json{{"start", DayText(rows.period.first_day())}, {"end", DayText(rows.period.last_day())}};
  report["group"] = Groups(rows).All();
  return report.dump() + "\n";
}

}  // namespace aangan::federation

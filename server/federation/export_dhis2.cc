// SPDX-License-Identifier: Apache-2.0
// Figures for a DHIS2 server.
#include "server/federation/export_dhis2.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/digest.h"
#include "nlohmann/json.hpp"

namespace aangan::federation {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kNameBytesMax = 230;
constexpr size_t kShortNameBytesMax = 50;
constexpr size_t kUidBytes = 11;
constexpr absl::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr absl::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// The dimensions of a table that are no organisation unit.
std::vector<v1::Dimension> CategoriesOf(const v1::Table& table) {
  std::vector<v1::Dimension> dimensions;
  for (const int each : table.dimensions()) {
    if (each != v1::DIMENSION_PLACE) dimensions.push_back(static_cast<v1::Dimension>(each));
  }
  return dimensions;
}

// Names from which UIDs are made. A roster's names are its own; codes, categories and their combinations too.
class Names {
 public:
  explicit Names(const ExportRows& rows) : rows_(rows), names_(rows) {}

  std::string Element(const v1::Figure& figure, absl::string_view what) const {
    return absl::StrCat(rows_.roster, " ", IsTotal(figure) ? "total" : figure.table(), " ", figure.indicator(), " ",
                        what);
  }
  std::string Unit(const std::string& place) const {
    return place.empty() ? rows_.roster : absl::StrCat(rows_.roster, " ", place);
  }
  std::string UnitOf(const v1::Figure& figure) const { return Unit(CodeOf(figure, v1::DIMENSION_PLACE).value_or("")); }
  std::string Set() const { return absl::StrCat(rows_.roster, rows_.period.is_year() ? " yearly" : " quarterly"); }
  std::string Option(v1::Dimension dimension, const std::string& code) const {
    return absl::StrCat(rows_.roster, " ", WordOf(dimension), " ", code);
  }
  std::string Category(v1::Dimension dimension) const { return absl::StrCat(rows_.roster, " ", WordOf(dimension)); }
  std::string Combination(const std::vector<v1::Dimension>& dimensions) const {
    return absl::StrCat(rows_.roster, " by ", absl::StrJoin(dimensions, " and ", [](std::string* out, v1::Dimension d) {
                          absl::StrAppend(out, WordOf(d));
                        }));
  }
  // Empty when the table is divided by places alone, or by nothing: DHIS2's own default then holds.
  std::vector<v1::Dimension> Divided(const v1::Figure& figure) const {
    const v1::Table* const table = names_.TableOf(figure.table());
    return table == nullptr ? std::vector<v1::Dimension>() : CategoriesOf(*table);
  }
  std::string OptionCombination(const v1::Figure& figure) const {
    std::string name = rows_.roster;
    for (const v1::Dimension each : Divided(figure))
      absl::StrAppend(&name, ", ", WordOf(each), " ", CodeOf(figure, each).value_or(""));
    return name;
  }
  // A figure that says nothing of single cells (a state that is kept private, an indicator that is not collected) has
  // no place among DHIS2's values.
  bool HasPlace(const v1::Figure& figure) const {
    if (figure.value() == v1::FIGURE_VALUE_NOT_COLLECTED) return false;
    if (IsTotal(figure)) return true;
    const v1::Table* const table = names_.TableOf(figure.table());
    if (table == nullptr || figure.codes_size() != table->dimensions_size()) return false;
    const auto place = CodeOf(figure, v1::DIMENSION_PLACE);
    return !place || names_.places().contains(*place);
  }
  const ExportNames& words() const { return names_; }

 private:
  const ExportRows& rows_;
  const ExportNames names_;
};

Json Ref(absl::string_view name) { return Json{{"id", Dhis2Uid(name)}}; }

// At most `max` bytes, whole characters.
std::string Cut(std::string text, size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  text.resize(max);
  return text;
}

// With the members that every object of DHIS2 has; names are made unique by the name that the UID is of.
Json Object(const std::string& name) {
  const std::string uid = Dhis2Uid(name);
  return Json{{"id", uid},
              {"name", Cut(absl::StrCat("Aangan ", name), kNameBytesMax)},
              {"shortName", absl::StrCat(Cut(name, kShortNameBytesMax - kUidBytes - 1), " ", uid)}};
}

// What a person sees beside the value.
std::string Comment(const v1::Figure& figure) {
  std::string comment = figure.rehearsal() ? "REHEARSAL; " : "";
  absl::StrAppend(&comment, WordOf(figure.value()));
  if (HasMargin(figure)) absl::StrAppend(&comment, "; margin ", figure.margin(), " (95 %)");
  if (figure.state() != v1::RELEASE_STATE_UNSPECIFIED) absl::StrAppend(&comment, "; ", WordOf(figure.state()));
  absl::StrAppend(&comment, "; ", figure.contributors(), " of ", figure.collectives(), " collectives");
  return comment;
}

void AddValue(const Names& names, const v1::Figure& figure, absl::string_view what, std::optional<int64_t> number,
              Json& values) {
  Json value = {{"dataElement", Dhis2Uid(names.Element(figure, what))},
                {"period", figure.period()},
                {"orgUnit", Dhis2Uid(names.UnitOf(figure))}};
  if (!names.Divided(figure).empty()) value["categoryOptionCombo"] = Dhis2Uid(names.OptionCombination(figure));
  if (number) {
    value["value"] = absl::StrCat(*number);
  } else {
    value["deleted"] = true;
  }
  value["comment"] = Comment(figure);
  values.push_back(std::move(value));
}

// The metadata as it is put together: each object once, by its name.
class Metadata {
 public:
  explicit Metadata(const ExportRows& rows) : rows_(rows), names_(rows) {
    AddUnit("", rows.roster == kAllRostersSlug ? "All rosters" : rows.roster);
    for (const auto& [id, place] : names_.words().places()) AddUnit(id, place->title());
    for (const v1::Figure& each : rows.figures) {
      if (!names_.HasPlace(each)) continue;
      AddCombination(each);
      AddElement(each, "number");
      AddElement(each, "margin");
    }
  }
  std::string Text() const {
    Json set = Object(names_.Set());
    set["periodType"] = rows_.period.is_year() ? "Yearly" : "Quarterly";
    set["dataSetElements"] = Json::array();
    for (const Json& each : elements_) {
      set["dataSetElements"].push_back(Json{{"dataElement", {{"id", each["id"]}}}, {"dataSet", {{"id", set["id"]}}}});
    }
    set["organisationUnits"] = Json::array();
    for (const Json& each : units_) set["organisationUnits"].push_back(Json{{"id", each["id"]}});
    return Json{{"organisationUnits", units_},     {"categoryOptions", options_},     {"categories", categories_},
                {"categoryCombos", combinations_}, {"categoryOptionCombos", combos_}, {"dataElements", elements_},
                {"dataSets", Json::array({set})}}
               .dump() +
           "\n";
  }

 private:
  bool IsNew(const std::string& name) { return seen_.insert(name).second; }

  void AddUnit(const std::string& place, const std::string& title) {
    Json unit = Object(names_.Unit(place));
    unit["description"] = title;
    unit["openingDate"] = "2000-01-01";
    if (!place.empty()) unit["parent"] = Ref(names_.Unit(""));
    units_.push_back(std::move(unit));
  }

  void AddCategory(v1::Dimension dimension) {
    if (!IsNew(absl::StrCat("category ", names_.Category(dimension)))) return;
    Json category = Object(names_.Category(dimension));
    category["dataDimensionType"] = "DISAGGREGATION";
    category["categoryOptions"] = Json::array();
    for (const auto& [list, code] : names_.words().codes()) {
      if (list->id() != WordOf(dimension)) continue;
      const std::string name = names_.Option(dimension, code->id());
      Json option = Object(name);
      option["description"] = code->title();
      options_.push_back(std::move(option));
      category["categoryOptions"].push_back(Ref(name));
    }
    categories_.push_back(std::move(category));
  }

  void AddCombination(const v1::Figure& figure) {
    const std::vector<v1::Dimension> dimensions = names_.Divided(figure);
    if (dimensions.empty()) return;
    const std::string name = names_.Combination(dimensions);
    if (IsNew(absl::StrCat("combination ", name))) {
      Json combination = Object(name);
      combination.erase("shortName");  // it has none
      combination["dataDimensionType"] = "DISAGGREGATION";
      combination["skipTotal"] = true;
      combination["categories"] = Json::array();
      for (const v1::Dimension each : dimensions) {
        AddCategory(each);
        combination["categories"].push_back(Ref(names_.Category(each)));
      }
      combinations_.push_back(std::move(combination));
    }
    if (!IsNew(absl::StrCat("options ", names_.OptionCombination(figure)))) return;
    Json combo = Object(names_.OptionCombination(figure));
    combo.erase("shortName");
    combo["categoryCombo"] = Ref(name);
    combo["categoryOptions"] = Json::array();
    for (const v1::Dimension each : dimensions)
      combo["categoryOptions"].push_back(Ref(names_.Option(each, CodeOf(figure, each).value_or(""))));
    combos_.push_back(std::move(combo));
  }

  void AddElement(const v1::Figure& figure, absl::string_view what) {
    const std::string name = names_.Element(figure, what);
    if (!IsNew(absl::StrCat("element ", name))) return;
    Json element = Object(name);
    if (const v1::Indicator* const indicator = names_.words().IndicatorOf(figure.indicator())) {
      element["formName"] = Cut(absl::StrCat(indicator->question(), " (", what, ")"), kNameBytesMax);
      element["description"] = indicator->meaning();
    }
    element["domainType"] = "AGGREGATE";
    element["valueType"] = "INTEGER_ZERO_OR_POSITIVE";
    element["aggregationType"] = "NONE";
    element["zeroIsSignificant"] = true;
    if (const auto dimensions = names_.Divided(figure); !dimensions.empty())
      element["categoryCombo"] = Ref(names_.Combination(dimensions));
    elements_.push_back(std::move(element));
  }

  const ExportRows& rows_;
  const Names names_;
  std::set<std::string> seen_;
  Json units_ = Json::array(), options_ = Json::array(), categories_ = Json::array(), combinations_ = Json::array();
  Json combos_ = Json::array(), elements_ = Json::array();
};

}  // namespace

std::string Dhis2Uid(absl::string_view name) {
  const Digest digest = Sha256(absl::StrCat("aangan/dhis2/", name));
  std::string uid(1, kLetters[digest[0] % kLetters.size()]);
  for (size_t i = 1; i < kUidBytes; ++i) uid += kLettersAndDigits[digest[i] % kLettersAndDigits.size()];
  return uid;
}

std::string ExportDhis2(const ExportRows& rows) {
  const Names names(rows);
  Json values = Json::array();
  for (const v1::Figure& each : rows.figures) {
    if (!names.HasPlace(each)) continue;
    AddValue(names, each, "number", IsNumber(each) ? std::optional<int64_t>(each.number()) : std::nullopt, values);
    AddValue(names, each, "margin", HasMargin(each) ? std::optional<int64_t>(each.margin()) : std::nullopt, values);
  }
  return Json{{"dataSet", Dhis2Uid(names.Set())}, {"dataValues", std::move(values)}}.dump() + "\n";
}

std::string ExportDhis2Metadata(const ExportRows& rows) { return Metadata(rows).Text(); }

std::string ExportDhis2Omitted(const ExportRows& rows) {
  const Names names(rows);
  Json omitted = Json::array();
  for (const v1::Figure& each : rows.figures) {
    if (IsNumber(each)) continue;
    Json codes = Json::object();
    for (const v1::FigureCode& code : each.codes()) codes[WordOf(code.dimension())] = code.code();
    Json row = {{"period", each.period()},   {"indicator", each.indicator()},  {"table", each.table()},
                {"codes", std::move(codes)}, {"reason", WordOf(each.value())}, {"comment", Comment(each)}};
    if (names.HasPlace(each)) {
      row["dataElement"] = Dhis2Uid(names.Element(each, "number"));
      row["orgUnit"] = Dhis2Uid(names.UnitOf(each));
      if (!names.Divided(each).empty()) row["categoryOptionCombo"] = Dhis2Uid(names.OptionCombination(each));
    }
    omitted.push_back(std::move(row));
  }
  return Json{{"omitted", std::move(omitted)}}.dump() + "\n";
}

}  // namespace aangan::federation

// SPDX-License-Identifier: Apache-2.0
// Catalogues: canonical bytes, text form and the compiled form. The rules are in catalogue_lint and table_lint.
#include "model/catalogue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/problem.h"
#include "base/status.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "model/canonical_message.h"
#include "model/catalogue_lint.h"
#include "model/codes.h"
#include "model/dimensions.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

constexpr size_t kTextBytesMax = 256 * 1024;
constexpr int kTextDepthMax = 10;

// Keeps the place of the first error and none of its text, which could be anything that was in the file.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string&) override {
    if (line_ >= 0) return;
    line_ = line;
    column_ = column;
  }
  int line() const { return line_ + 1; }  // as people count
  int column() const { return column_ + 1; }

 private:
  int line_ = -1;
  int column_ = -1;
};

template <typename Codes>
std::vector<bool> CodeSet(const Codes& codes, ListId list) {
  std::vector<bool> set;
  if (codes.empty()) return set;
  set.resize(CodesOf(list).codes.size());
  for (const std::string& code : codes) set[*FindCode(list, code)] = true;
  return set;
}

CompiledIndicator CompileIndicator(const fed::Indicator& indicator) {
  CompiledIndicator compiled;
  compiled.id = indicator.id();
  compiled.unit = indicator.unit();
  compiled.filter.event = indicator.filter().event();
  compiled.filter.domains = CodeSet(indicator.filter().domains(), ListId::kDomain);
  compiled.filter.service_types = CodeSet(indicator.filter().service_types(), ListId::kServiceType);
  compiled.filter.instruments = CodeSet(indicator.filter().instruments(), ListId::kInstrument);
  compiled.filter.score_min = indicator.filter().score_min();
  compiled.first_time = indicator.first_time();
  return compiled;
}

uint32_t SizeOf(const fed::Catalogue& catalogue, fed::Dimension dimension) {
  if (dimension == fed::DIMENSION_PLACE) return static_cast<uint32_t>(catalogue.places_size());
  for (const fed::CodeList& list : catalogue.code_lists()) {
    if (ListByName(list.id()) == ListOfDimension(dimension)) return static_cast<uint32_t>(list.codes_size());
  }
  AANGAN_CHECK(false && "a dimension without codes passed the lint");
}

CompiledTable CompileTable(const fed::Catalogue& catalogue, const fed::Table& table,
                           const std::map<std::string, size_t>& indicators) {
  CompiledTable compiled;
  compiled.id = table.id();
  compiled.yearly = table.frequency() == fed::FREQUENCY_YEAR;
  for (const std::string& id : table.indicators()) compiled.indicators.push_back(indicators.at(id));
  compiled.cell_count = static_cast<uint32_t>(table.indicators_size());
  for (int value : table.dimensions()) {
    const auto dimension = static_cast<fed::Dimension>(value);
    compiled.dimensions.push_back(dimension);
    compiled.dimension_sizes.push_back(SizeOf(catalogue, dimension));
    compiled.cell_count *= compiled.dimension_sizes.back();
  }
  compiled.member_cells_max = table.member_cells_max();
  compiled.member_weight_max = table.member_weight_max();
  compiled.delta2_squared = table.delta2_squared();
  compiled.delta1 = table.delta1();
  compiled.nano_rho = table.nano_rho();
  compiled.cell_bound = table.cell_bound();
  return compiled;
}

}  // namespace

std::optional<uint32_t> CompiledCatalogue::PlaceOf(absl::string_view collective) const {
  for (int i = 0; i < source.places_size(); ++i) {
    for (const std::string& id : source.places(i).collectives()) {
      if (id == collective) return static_cast<uint32_t>(i);
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::string> CanonicalCatalogue(const fed::Catalogue& catalogue) { return CanonicalMessage(catalogue); }

absl::StatusOr<fed::Catalogue> ParseCatalogueText(absl::string_view text) {
  if (text.size() > kTextBytesMax) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kTooLarge, "A catalogue has at most 256 KiB of text.")
        .ToStatus();
  }
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(kTextDepthMax);
  fed::Catalogue catalogue;
  if (!parser.ParseFromString(std::string(text), &catalogue)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                   "The catalogue is not valid protobuf text; look at the line and column.")
        .Number("line", error.line())
        .Number("column", error.column())
        .ToStatus();
  }
  return catalogue;
}

namespace {

// Places are checked against a roster where there is one.
absl::StatusOr<std::shared_ptr<const CompiledCatalogue>> Compile(const fed::Catalogue& catalogue,
                                                                 const std::vector<std::string>* roster_collectives) {
  absl::StatusOr<std::string> canonical = CanonicalCatalogue(catalogue);
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kCatalogueRefused,
                  "The catalogue breaks a rule; each field at fault is named.");
  if (!canonical.ok()) problem.Field("catalogue", "must hold no field that this version of the program does not know");
  LintCatalogueParts(catalogue, roster_collectives, problem);
  LintTables(catalogue, problem);
  if (problem.has_fields()) return problem.ToStatus();

  auto compiled = std::make_shared<CompiledCatalogue>();
  compiled->source = catalogue;
  compiled->digest = Sha256(*canonical);
  ASSIGN_OR_RETURN(compiled->first_period, ParsePeriod(catalogue.first_period(), "catalogue.first_period"));
  ASSIGN_OR_RETURN(compiled->last_period, ParsePeriod(catalogue.last_period(), "catalogue.last_period"));
  compiled->member_cells_quarter_max = catalogue.member_cells_quarter_max();
  compiled->member_cells_year_max = catalogue.member_cells_year_max();
  std::map<std::string, size_t> indicators;
  for (const fed::Indicator& indicator : catalogue.indicators()) {
    indicators.emplace(indicator.id(), compiled->indicators.size());
    compiled->indicators.push_back(CompileIndicator(indicator));
  }
  for (const fed::Table& table : catalogue.tables()) {
    CompiledTable next = CompileTable(catalogue, table, indicators);
    uint32_t& cells = next.yearly ? compiled->year_cell_count : compiled->quarter_cell_count;
    next.first_cell = cells;
    cells += next.cell_count;
    compiled->tables.push_back(std::move(next));
  }
  return std::shared_ptr<const CompiledCatalogue>(std::move(compiled));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CompiledCatalogue>> CompileCatalogue(const fed::Catalogue& catalogue) {
  return Compile(catalogue, nullptr);
}

absl::StatusOr<std::shared_ptr<const CompiledCatalogue>> CompileCatalogue(
    const fed::Catalogue& catalogue, const std::vector<std::string>& roster_collectives) {
  return Compile(catalogue, &roster_collectives);
}

}  // namespace aangan::model

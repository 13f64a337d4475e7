// SPDX-License-Identifier: Apache-2.0
// What every export is made of: the figures and totals of one period with what the catalogues say of them.
//
// The figures are those of ListFigures and ListTotals and nothing else; a format only writes them. What is no number is
// never 0 in any format: IsNumber is the one question that decides it. Threads: pure; an ExportNames is read by many.
#ifndef AANGAN_SERVER_FEDERATION_EXPORT_ROWS_H_
#define AANGAN_SERVER_FEDERATION_EXPORT_ROWS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/figures.pb.h"
#include "absl/time/time.h"
#include "model/period.h"

namespace aangan::federation {

// Stands where a roster's slug would for sums over all of them. No slug begins with an underscore.
inline constexpr char kAllRostersSlug[] = "_all_rosters";

struct ExportRows {
  std::string roster;  // slug, or kAllRostersSlug
  model::Period period;
  std::optional<absl::Time> released;     // when the release was made; none for sums, void rounds and what nobody asked
  std::vector<v1::Figure> figures;        // totals first, then the cells in the order of the catalogue
  std::vector<v1::Catalogue> catalogues;  // that the figures are of, the period's own first
};

inline bool IsNumber(const v1::Figure& figure) { return figure.value() == v1::FIGURE_VALUE_NUMBER; }
// A margin is known of what was measured, shown or not.
inline bool HasMargin(const v1::Figure& figure) {
  return IsNumber(figure) || figure.value() == v1::FIGURE_VALUE_TOO_FEW_TO_SAY;
}
// A total belongs to no table.
inline bool IsTotal(const v1::Figure& figure) { return figure.table().empty(); }
// Id of the code, or none.
std::optional<std::string> CodeOf(const v1::Figure& figure, v1::Dimension dimension);

// "too_few_to_say", "confirmed", "summed", "age_band"; empty for what is not said.
std::string WordOf(v1::FigureValue value);
std::string WordOf(v1::ReleaseState state);
std::string WordOf(v1::RoundForm form);
std::string WordOf(v1::Dimension dimension);

// The state that holds for all figures: the least certain of them.
v1::ReleaseState LeastCertain(const std::vector<v1::Figure>& figures);

// All dimensions, in the order of their numbers.
const std::vector<v1::Dimension>& AllDimensions();

// What the catalogues call what figures name; the first catalogue that knows an id has the word. Points into `rows`.
class ExportNames {
 public:
  explicit ExportNames(const ExportRows& rows);
  const v1::Indicator* IndicatorOf(const std::string& id) const { return Find(indicators_, id); }
  const v1::Table* TableOf(const std::string& id) const { return Find(tables_, id); }
  // Its title; the id itself where no catalogue has one.
  std::string CodeTitle(v1::Dimension dimension, const std::string& code) const;

  const std::map<std::string, const v1::Indicator*>& indicators() const { return indicators_; }
  const std::map<std::string, const v1::Table*>& tables() const { return tables_; }
  const std::map<std::string, const v1::Place*>& places() const { return places_; }
  // By list and code, in the order of the list.
  const std::vector<std::pair<const v1::CodeList*, const v1::Code*>>& codes() const { return codes_; }

 private:
  template <typename Map>
  static typename Map::mapped_type Find(const Map& map, const std::string& id) {
    const auto found = map.find(id);
    return found == map.end() ? nullptr : found->second;
  }

  std::map<std::string, const v1::Indicator*> indicators_;
  std::map<std::string, const v1::Table*> tables_;
  std::map<std::string, const v1::Place*> places_;
  std::vector<std::pair<const v1::CodeList*, const v1::Code*>> codes_;
  std::map<std::pair<std::string, std::string>, std::string> code_titles_;
};

}  // namespace aangan::federation

#endif  // AANGAN_SERVER_FEDERATION_EXPORT_ROWS_H_
